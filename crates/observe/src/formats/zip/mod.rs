//! ZIP archives, and files of other kinds with a ZIP archive at their end.

mod read;

pub(crate) use read::Zip;
