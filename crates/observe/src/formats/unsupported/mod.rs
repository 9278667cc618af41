//! Formats that we know by their first bytes and cannot open: said so, never passed over in silence.

mod read;

pub(crate) use read::Unsupported;
