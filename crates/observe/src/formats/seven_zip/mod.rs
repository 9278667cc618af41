//! 7z archives.

mod read;

pub(crate) use read::SevenZip;
