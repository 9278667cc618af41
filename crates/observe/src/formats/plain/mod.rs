//! Plain text and everything no other reader knows: the bytes are scanned as they are.

mod read;

pub(crate) use read::Plain;
