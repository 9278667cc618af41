//! LZ4 frames: one stream, read as the item itself.

mod read;

pub(crate) use read::Lz4;
