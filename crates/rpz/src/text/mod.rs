//! Zones as text (RFC 1035, section 5): any master file in, a canonical one out.

mod lines;
mod read;
mod words;
mod write;

pub use read::{BadLine, ReadText, TextError, TextLimits, read_text};
pub use write::write_text;
