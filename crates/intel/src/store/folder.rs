//! The store's folder: one sub-folder for each source, and the record in it that says which documents count.

use std::{
    fs,
    io::{ErrorKind, Write as _},
    path::{Path, PathBuf},
};

use vauban_model::{Indicator, SetAside};

use super::meta::{SourceId, SourceMeta, StoreError};
use crate::{Reading, path::read_path_as, whole};

/// The sources in a state directory.
#[derive(Debug, Clone)]
pub struct Store {
    root: PathBuf,
}

/// What `show` found.
#[derive(Debug)]
pub enum Shown {
    /// A source and what it holds.
    Source {
        /// What is known of it.
        meta: Box<SourceMeta>,
        /// What was read from it.
        reading: Box<Reading>,
    },
    /// Indicators of that id or value, over all sources.
    Indicators {
        /// Those that fire.
        indicators: Vec<Indicator>,
        /// Those that do not, and why.
        set_aside: Vec<SetAside>,
    },
}

/// A source that was removed.
#[derive(Debug)]
pub struct Removed {
    /// What was known of it.
    pub meta: SourceMeta,
}

const META: &str = "meta.json";

impl Store {
    /// The store in a state directory. Nothing is created until a source is added.
    #[must_use]
    pub fn open(state: &Path) -> Self {
        Self { root: state.join("intel") }
    }

    /// Every source, by id. One whose record is broken is an error by itself and hides no other.
    ///
    /// # Errors
    /// When the store's folder cannot be read.
    pub fn list(&self) -> Result<Vec<Result<SourceMeta, StoreError>>, StoreError> {
        let entries = match fs::read_dir(&self.root) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(access(&self.root)(error)),
        };
        let mut ids: Vec<SourceId> = entries
            .filter_map(Result::ok)
            .filter(|entry| entry.path().is_dir())
            .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
            .collect();
        ids.sort();
        Ok(ids.iter().map(|id| self.meta(id)).collect())
    }

    /// What is known of a source.
    ///
    /// # Errors
    /// When there is none, or its record is broken.
    pub fn meta(&self, id: &SourceId) -> Result<SourceMeta, StoreError> {
        let path = self.path_of(id).join(META);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => return Err(StoreError::Unknown(id.to_string())),
            Err(error) => return Err(access(&path)(error)),
        };
        let meta: SourceMeta = serde_json::from_slice(&bytes).map_err(|_| StoreError::Broken(id.to_string()))?;
        let plain_folder =
            !meta.folder.is_empty() && !meta.folder.contains(['/', '\\']) && !meta.folder.starts_with('.');
        if meta.id == *id && plain_folder { Ok(meta) } else { Err(StoreError::Broken(id.to_string())) }
    }

    /// Reads one source's documents.
    ///
    /// # Errors
    /// When its documents are gone.
    pub fn read(&self, meta: &SourceMeta) -> Result<Reading, StoreError> {
        let mut reading = read_path_as(&self.path_of(&meta.id).join(&meta.folder), &meta.name, meta.marking)?;
        for indicator in &mut reading.indicators {
            indicator.source.document = format!("{}/{}", meta.id, indicator.source.document);
        }
        Ok(reading)
    }

    /// Reads all sources together. The sources that could not be read stand beside.
    ///
    /// # Errors
    /// When the store's folder cannot be read.
    pub fn read_all(&self) -> Result<(Reading, Vec<StoreError>), StoreError> {
        let mut all = Reading::default();
        let mut failed = Vec::new();
        for meta in self.list()? {
            match meta.and_then(|meta| self.read(&meta)) {
                Ok(reading) => all.absorb(reading),
                Err(error) => failed.push(error),
            }
        }
        Ok((all, failed))
    }

    /// A source by its id, or the indicators of an id or a value.
    ///
    /// # Errors
    /// When nothing is of that id or value.
    pub fn show(&self, what: &str) -> Result<Shown, StoreError> {
        if let Ok(meta) = what.parse().and_then(|id| self.meta(&id)) {
            let reading = self.read(&meta)?;
            return Ok(Shown::Source { meta: Box::new(meta), reading: Box::new(reading) });
        }
        let (mut all, _) = self.read_all()?;
        all.set_benign_aside(&crate::Benign::embedded());
        let refanged = crate::refang(what.trim()).to_lowercase();
        let is_meant = |indicator: &Indicator| {
            indicator.id.as_str() == refanged
                || indicator.tests.iter().any(|test| test.value().trim_end_matches('.').to_lowercase() == refanged)
        };
        let indicators: Vec<Indicator> = all.indicators.into_iter().filter(is_meant).collect();
        let set_aside: Vec<SetAside> = all.set_aside.into_iter().filter(|aside| is_meant(&aside.indicator)).collect();
        if indicators.is_empty() && set_aside.is_empty() {
            return Err(StoreError::Unknown(what.to_owned()));
        }
        Ok(Shown::Indicators { indicators, set_aside })
    }

    /// Removes a source with its documents.
    ///
    /// # Errors
    /// When there is none, or it cannot be removed.
    pub fn remove(&self, id: &SourceId) -> Result<Removed, StoreError> {
        let meta = self.meta(id)?;
        // The record first: a removal that is cut short must not leave a source with half its documents.
        let record = self.path_of(id).join(META);
        fs::remove_file(&record).map_err(access(&record))?;
        remove_folder(&self.path_of(id))?;
        Ok(Removed { meta })
    }

    pub(super) fn path_of(&self, id: &SourceId) -> PathBuf {
        self.root.join(id.as_str())
    }

    pub(super) fn write_meta(&self, meta: &SourceMeta) -> Result<(), StoreError> {
        let text = serde_json::to_vec_pretty(meta).map_err(|_| StoreError::Broken(meta.id.to_string()))?;
        let path = self.path_of(&meta.id).join(META);
        whole::write(&path, &text).map_err(access(&path))
    }
}

/// Writes a file and waits until it is on disk.
pub(super) fn write_durably(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let write = || {
        let mut file = fs::File::create(path)?;
        file.write_all(bytes)?;
        file.sync_all()
    };
    write().map_err(access(path))
}

/// Removes a folder, if it is there.
pub(super) fn remove_folder(folder: &Path) -> Result<(), StoreError> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(access(folder)(error)),
        _ => Ok(()),
    }
}

pub(super) fn access(path: &Path) -> impl FnOnce(std::io::Error) -> StoreError {
    let path = path.display().to_string();
    move |source| StoreError::Access { path, source }
}
