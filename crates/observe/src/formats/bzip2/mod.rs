//! bzip2: one stream, read as the item itself.

mod read;

pub(crate) use read::Bzip2;
