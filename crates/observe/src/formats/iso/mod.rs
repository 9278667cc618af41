//! ISO 9660 disc images.

mod read;

pub(crate) use read::Iso;
