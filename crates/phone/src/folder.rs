//! The files of a backup's folder, opened for reading only. The folder is evidence: a link in it may point at
//! anything on this machine, so none is followed below it.

use std::{
    fs::File,
    io::{self, Read},
    os::fd::{AsFd, BorrowedFd, OwnedFd},
    path::Path,
};

use rustix::{
    fs::{CWD, Mode, OFlags, openat},
    io::Errno,
};

/// Why a file of the folder cannot be read.
#[derive(Debug)]
pub(crate) enum Refused {
    Missing,
    NotAFile,
    Io(io::Error),
}

impl From<Errno> for Refused {
    fn from(error: Errno) -> Self {
        match error {
            Errno::NOENT => Self::Missing,
            // A link, and something that should be a folder and is not.
            Errno::LOOP | Errno::NOTDIR | Errno::ISDIR | Errno::NXIO => Self::NotAFile,
            _ => Self::Io(error.into()),
        }
    }
}

/// The folder itself, held open, so that it stays the same one.
pub(crate) struct Folder(OwnedFd);

impl Folder {
    /// Opens the folder that a person named; that one may be a link.
    pub(crate) fn open(path: &Path) -> Result<Self, Refused> {
        Ok(Self(openat(CWD, path, OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?))
    }

    /// Opens a regular file of this folder or of one below it, and tells its size.
    pub(crate) fn file(&self, subfolder: Option<&str>, name: &str) -> Result<(File, u64), Refused> {
        let Some(subfolder) = subfolder else { return regular(self.0.as_fd(), name) };
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        regular(openat(&self.0, subfolder, flags, Mode::empty())?.as_fd(), name)
    }

    /// All bytes of a small file; `None` says that it has more than `limit`.
    pub(crate) fn read(&self, name: &str, limit: u64) -> Result<Option<Vec<u8>>, Refused> {
        let (file, _) = self.file(None, name)?;
        let mut bytes = Vec::new();
        let read = file.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(Refused::Io)?;
        Ok((read as u64 <= limit).then_some(bytes))
    }
}

fn regular(folder: BorrowedFd<'_>, name: &str) -> Result<(File, u64), Refused> {
    // Without NONBLOCK a named pipe would keep us waiting for a writer for ever.
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let file = File::from(openat(folder, name, flags, Mode::empty())?);
    let metadata = file.metadata().map_err(Refused::Io)?;
    if metadata.is_file() { Ok((file, metadata.len())) } else { Err(Refused::NotAFile) }
}
