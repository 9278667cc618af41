//! One file on disk: opened without waiting, and what a sweep says of it.

use std::{
    fs::{self, File},
    io,
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
};

use rustix::fs::{MemfdFlags, memfd_create};
use vauban_examine::{Examined, Observed, Reading};
use vauban_intake::Problem;
use vauban_model::{Location, Sighting, Unread};
use vauban_record::Stat;

/// All that one file on disk gave.
#[derive(Debug, Default)]
pub struct FileResult {
    /// Every indicator met.
    pub sightings: Vec<Sighting>,
    /// Everything that could not be read.
    pub unread: Vec<Unread>,
    /// Items inside the file.
    pub items: u64,
    /// Of the file and its items, those that were read.
    pub read: u64,
    /// Bytes of the file.
    pub bytes: u64,
    /// What the piece that was read is called inside the file; empty when it was the file as it is.
    pub inside: String,
    /// What is known of the file itself.
    pub examined: Examined,
    /// All observables of each item, where they are to be remembered.
    pub observed: Vec<(Location, Observed)>,
    /// Whether it was read now, or is known from before.
    pub origin: Origin,
    /// What the file was when it was opened; none for what is no file.
    pub stat: Option<Stat>,
}

/// Where a result comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Origin {
    /// The file was read.
    #[default]
    Read,
    /// Nothing about the file changed since it was read.
    Unchanged,
    /// The same content was read before: its number.
    Known(i64),
}

impl From<Reading> for FileResult {
    fn from(reading: Reading) -> Self {
        let Reading { sightings, unread, items, read, bytes, examined, observed } = reading;
        Self { sightings, unread, items, read, bytes, examined, observed, ..Self::default() }
    }
}

impl FileResult {
    /// The result of a file that was not read.
    pub(crate) fn unread(location: &Location, problem: Problem) -> Self {
        Reading::unread(location, problem).into()
    }
}

/// An empty file that is nowhere but in memory.
pub(crate) fn in_memory() -> io::Result<File> {
    Ok(File::from(memfd_create("piece", MemfdFlags::CLOEXEC)?))
}

/// Opens a regular file without waiting on anything that is none: between the walk and this moment a file can have
/// become a pipe.
pub(crate) fn open(path: &Path) -> io::Result<(File, Stat)> {
    const NONBLOCK: i32 = 0o4000;
    let file = fs::OpenOptions::new().read(true).custom_flags(NONBLOCK).open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(io::Error::other("no longer a regular file"));
    }
    Ok((file, Stat::of(&metadata)))
}
