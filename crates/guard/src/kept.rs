//! A short list in a file of the state directory, which commands, pages and the guard share: read whole, written whole.

use std::{
    fs::{self, File},
    io,
    marker::PhantomData,
    os::unix::fs::{MetadataExt as _, OpenOptionsExt as _},
    path::PathBuf,
};

use serde::{Serialize, de::DeserializeOwned};
use vauban_intel::whole;

/// The file; there need not be one yet.
#[derive(Debug, Clone)]
pub(crate) struct Kept<T> {
    path: PathBuf,
    holds: PhantomData<fn() -> T>,
}

impl<T: Serialize + DeserializeOwned> Kept<T> {
    pub(crate) const fn at(path: PathBuf) -> Self {
        Self { path, holds: PhantomData }
    }

    /// All of them, in their order.
    pub(crate) fn all(&self) -> io::Result<Vec<T>> {
        match fs::read(&self.path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(io::Error::other),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }

    /// Words that are other ones when the file is.
    pub(crate) fn mark(&self) -> String {
        fs::metadata(&self.path).map_or_else(
            |_| String::new(),
            |meta| format!("{} {} {} {}", meta.ino(), meta.len(), meta.mtime(), meta.mtime_nsec()),
        )
    }

    pub(crate) fn write(&self, all: &[T]) -> io::Result<()> {
        whole::write(&self.path, &serde_json::to_vec_pretty(all).map_err(io::Error::other)?)
    }

    /// Keeps everybody else from changing the file, until the lock is dropped.
    pub(crate) fn lock(&self) -> io::Result<File> {
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder)?;
        }
        let path = self.path.with_extension("lock");
        let lock = File::options().write(true).create(true).truncate(false).mode(0o600).open(path)?;
        lock.lock()?;
        Ok(lock)
    }
}
