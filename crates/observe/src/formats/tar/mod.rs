//! tar archives.

mod read;

pub(crate) use read::Tar;
