//! One file on disk: opened without waiting, known by its identity, and what a sweep says of it.

use std::{
    fs::{self, File},
    io,
    os::unix::fs::{MetadataExt as _, OpenOptionsExt as _},
    path::Path,
};

use jiff::Timestamp;
use vauban_intake::Problem;
use vauban_model::{Location, Sighting, Unread};

use crate::{Examined, Observed, ledger::Collected};

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
    /// What is known of the file itself.
    pub examined: Examined,
    /// All observables of each item, where they are to be remembered.
    pub observed: Vec<(Location, Observed)>,
    /// Whether it was read now, or is known from before.
    pub origin: Origin,
    /// What the file was when it was opened; none for what is no file.
    pub identity: Option<Identity>,
}

/// Where a result comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Origin {
    /// The file was read.
    #[default]
    Read,
    /// The same content was read before: the number of that content in the record.
    Known(i64),
}

/// What tells that a file is the one that was read: nobody changes its content and keeps all of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identity {
    /// The device.
    pub device: u64,
    /// The file's number there.
    pub inode: u64,
    /// Its length.
    pub size: u64,
    /// When its content changed, in nanoseconds since 1970.
    pub modified: i64,
    /// When its content or its attributes changed. No program sets this at will.
    pub changed: i64,
}

impl Identity {
    /// The identity that the file system tells.
    #[must_use]
    pub fn of(metadata: &fs::Metadata) -> Self {
        let nanoseconds = |seconds: i64, rest: i64| seconds.saturating_mul(1_000_000_000).saturating_add(rest);
        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            size: metadata.len(),
            modified: nanoseconds(metadata.mtime(), metadata.mtime_nsec()),
            changed: nanoseconds(metadata.ctime(), metadata.ctime_nsec()),
        }
    }

    /// Whether the file may change once more without another time of change: it changed just before `now`, and clocks
    /// of file systems tick slowly.
    #[must_use]
    pub fn is_fresh(&self, now: Timestamp) -> bool {
        const TICK: i64 = 2_000_000_000;
        i64::try_from(now.as_nanosecond()).unwrap_or(i64::MAX).saturating_sub(self.changed) < TICK
    }
}

impl FileResult {
    /// What stands in the ledger and what is known of the file.
    pub(crate) fn new(collected: Collected, examined: Examined, bytes: u64) -> Self {
        let (sightings, account, observed) = collected.finish();
        Self {
            sightings,
            items: account.entered().saturating_sub(1),
            read: account.read(),
            unread: account.into_unread(),
            bytes,
            examined,
            observed,
            ..Self::default()
        }
    }

    /// The result of a file that was not read.
    pub(crate) fn unread(location: &Location, problem: Problem) -> Self {
        let mut account = crate::Account::default();
        account.settle(location, Err(problem));
        Self { unread: account.into_unread(), ..Self::default() }
    }
}

/// Opens a regular file without waiting on anything that is none: between the walk and this moment a file can have
/// become a pipe.
pub(crate) fn open(path: &Path) -> io::Result<(File, Identity)> {
    const NONBLOCK: i32 = 0o4000;
    let file = fs::OpenOptions::new().read(true).custom_flags(NONBLOCK).open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(io::Error::other("no longer a regular file"));
    }
    Ok((file, Identity::of(&metadata)))
}
