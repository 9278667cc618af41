//! A mail message as bytes: its header fields, and whether it is encrypted already.
//!
//! Knows lines, fields and bodies. It does not interpret a field beyond what it is asked.

mod detect;
mod header;
mod sealed;

pub use detect::is_encrypted;
pub(crate) use header::{Field, MAX_HEADER_BYTES, Split};
