//! The store's folder.

use std::{
    fs,
    io::{self, ErrorKind},
    path::{Path, PathBuf},
};

use sha2::{Digest as _, Sha256};
use vauban_intel::whole;

use super::Meta;
use crate::BuildError;

/// What goes wrong with the store itself, not with a list.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A name that cannot be that of a list.
    #[error(
        "{0:?} cannot be the name of a list: letters, digits, '-', '_' and '.', at most 64, not beginning with '.'"
    )]
    Name(String),
    /// A file or folder cannot be read or written.
    #[error("cannot use {path}")]
    Access {
        /// Its path.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// The set cannot be built.
    #[error("cannot compile the lists")]
    Build(#[from] BuildError),
    /// More lists than a set can hold.
    #[error("{0} lists, but a set holds at most {most}", most = crate::MOST_LISTS)]
    TooManyLists(usize),
}

/// The lists in a state directory.
#[derive(Debug, Clone)]
pub struct Store {
    root: PathBuf,
}

const META: &str = "meta.json";
/// The folder of compiled sets. No list can have this name.
const COMPILED: &str = "compiled";
const LONGEST_NAME: usize = 64;

impl Store {
    /// The store in a state directory. Nothing is created until a list comes.
    #[must_use]
    pub fn open(state: &Path) -> Self {
        Self { root: state.join("lists") }
    }

    /// What is known of a list; nothing yet when it never came, or when its record cannot be read.
    ///
    /// # Errors
    /// When the name is none, or the record is there and cannot be opened.
    pub fn meta(&self, list: &str) -> Result<Meta, StoreError> {
        let path = self.folder(list)?.join(META);
        match fs::read(&path) {
            Ok(bytes) => Ok(serde_json::from_slice(&bytes).unwrap_or_default()),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Meta::default()),
            Err(error) => Err(access(&path)(error)),
        }
    }

    /// Forgets a list.
    ///
    /// # Errors
    /// When it cannot be removed.
    pub fn remove(&self, list: &str) -> Result<(), StoreError> {
        let folder = self.folder(list)?;
        // The record first: a removal that is cut short must not leave a list that claims to have a copy.
        for gone in [fs::remove_file(folder.join(META)), fs::remove_dir_all(&folder)] {
            match gone {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(access(&folder)(error)),
                _ => {}
            }
        }
        Ok(())
    }

    pub(super) fn folder(&self, list: &str) -> Result<PathBuf, StoreError> {
        let legal = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        if list.is_empty()
            || list.len() > LONGEST_NAME
            || list.starts_with('.')
            || !list.bytes().all(legal)
            || list == COMPILED
        {
            return Err(StoreError::Name(list.to_owned()));
        }
        Ok(self.root.join(list))
    }

    pub(super) fn compiled_folder(&self) -> PathBuf {
        self.root.join(COMPILED)
    }

    pub(super) fn copy(&self, list: &str, sha256: &str) -> Result<PathBuf, StoreError> {
        Ok(self.folder(list)?.join(format!("{sha256}.list")))
    }

    pub(super) fn write_meta(&self, list: &str, meta: &Meta) -> Result<(), StoreError> {
        let path = self.folder(list)?.join(META);
        let text = serde_json::to_vec_pretty(meta).map_err(|error| access(&path)(error.into()))?;
        whole::write(&path, &text).map_err(access(&path))
    }

    /// Removes copies that are not the good one, and what was left half-written.
    pub(super) fn tidy(&self, list: &str, good: &str) -> Result<(), StoreError> {
        let folder = self.folder(list)?;
        let Ok(entries) = fs::read_dir(&folder) else { return Ok(()) };
        for entry in entries.flatten() {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            let is_old = name.strip_suffix(".list").is_some_and(|digest| digest != good);
            if is_old || whole::is_undone(&name) {
                let _ = fs::remove_file(entry.path());
            }
        }
        Ok(())
    }
}

pub(super) fn access(path: &Path) -> impl FnOnce(io::Error) -> StoreError {
    let path = path.display().to_string();
    move |source| StoreError::Access { path, source }
}

/// The SHA-256 of bytes, in hexadecimal digits.
pub(super) fn digest(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
