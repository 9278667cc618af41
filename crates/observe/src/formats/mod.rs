//! Every format we read, one folder each, in the order in which they are asked.

mod plain;

use crate::Reader;

/// All readers. The order matters: the first that recognises an item reads it, so formats told by strong
/// signatures come first, formats told by habits of text after them, and `plain` takes the rest.
pub const READERS: &[&dyn Reader] = &[&plain::Plain];
