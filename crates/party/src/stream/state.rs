//! The folder of a stream, and what is in it whoever was killed when.

use std::path::{Path, PathBuf};

use vauban_release::{Chain, StreamId, Words};

use super::{Current, StreamError, current::RELEASES, evidence, receipts};
use crate::files;

const STAGING: &str = "staging";

/// A stream that this party receives.
#[derive(Debug)]
pub struct Stream {
    pub(super) id: StreamId,
    pub(super) folder: PathBuf,
    pub(super) current: Option<Current>,
}

impl Stream {
    /// Opens the folder of a stream, or makes it, and clears away what was half done. One process at a time does this.
    pub(crate) fn open(streams: &Path, id: StreamId) -> Result<Self, StreamError> {
        let folder = streams.join(id.to_string());
        files::folder(&folder.join(RELEASES))?;
        let stream = Self { id, current: Current::read(&folder)?, folder };
        stream.clear()?;
        if let Some(current) = &stream.current {
            receipts::keep(&stream.folder, current)?;
        }
        Ok(stream)
    }

    /// Which stream it is.
    #[must_use]
    pub const fn id(&self) -> StreamId {
        self.id
    }

    /// The newest release, if any was accepted.
    #[must_use]
    pub const fn current(&self) -> Option<&Current> {
        self.current.as_ref()
    }

    /// Why nothing is taken any more, if the hub contradicted itself.
    ///
    /// # Errors
    /// [`StreamError::Io`].
    pub fn stopped(&self) -> Result<Option<Words>, StreamError> {
        evidence::stopped(&self.folder)
    }

    /// The folder with both sides of each contradiction.
    #[must_use]
    pub fn evidence(&self) -> PathBuf {
        evidence::folder(&self.folder)
    }

    /// Whether anything of it is worth keeping: a release, or evidence.
    pub(crate) fn has_something(&self) -> bool {
        self.current.is_some() || self.evidence().exists()
    }

    /// Takes its folder away.
    pub(crate) fn remove(&self) -> Result<(), StreamError> {
        remove(&self.folder)
    }

    pub(super) fn chain(&self) -> Option<&Chain> {
        self.current.as_ref().map(Current::chain)
    }

    pub(super) fn staging(&self) -> PathBuf {
        self.folder.join(STAGING)
    }

    /// Throws away what was not accepted, and what is older than the release before.
    pub(super) fn clear(&self) -> Result<(), StreamError> {
        remove(&self.staging())?;
        let releases = self.folder.join(RELEASES);
        for name in files::names(&releases)? {
            if !self.current.as_ref().is_some_and(|current| current.keeps(&name)) {
                remove(&releases.join(name))?;
            }
        }
        for name in files::names(&self.folder)?.iter().filter(|name| vauban_intel::whole::is_undone(name)) {
            std::fs::remove_file(self.folder.join(name))?;
        }
        Ok(())
    }
}

pub(super) fn remove(folder: &Path) -> Result<(), StreamError> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}
