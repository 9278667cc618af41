//! Gathering indicators from everywhere a person keeps them.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use vauban_intel::{Benign, Place, Reading, read_path, store::Store};
use vauban_model::{Lang, Test};

use crate::{LoadError, hubs, starter::DOCUMENTS, starter::starter};

/// Where to look for indicators.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// The starter set, unless a person does without.
    pub starter: bool,
    /// The state directory with the store of added sources and the releases of hubs.
    pub state: Option<PathBuf>,
    /// Files and folders named for this run.
    pub paths: Vec<PathBuf>,
    /// A file of names that are known to be benign here.
    pub benign: Option<PathBuf>,
}

/// Everything gathered, before it is compiled.
#[derive(Debug, Default)]
pub struct Gathered {
    /// All of it, the known-benign set aside.
    pub reading: Reading,
    /// Sources that could not be read, in words.
    pub unusable: Vec<String>,
}

/// Something that is not looked for, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Left {
    /// The document and the place in it.
    pub place: String,
    /// What stands there.
    pub value: String,
    /// Why it is not looked for.
    pub reason: String,
}

impl Sources {
    /// A digest over everything that [`gather`](Self::gather) would read: equal digests, equal knowledge.
    ///
    /// # Errors
    /// When a path that a person named cannot be read.
    pub fn digest(&self) -> Result<String, LoadError> {
        let mut hasher = Sha256::new();
        let mut add = |part: &[u8]| {
            hasher.update((part.len() as u64).to_be_bytes());
            hasher.update(part);
        };
        add(env!("CARGO_PKG_VERSION").as_bytes());
        if self.starter {
            for (name, bytes) in DOCUMENTS {
                add(name.as_bytes());
                add(bytes);
            }
        }
        if let Some(state) = &self.state {
            for meta in Store::open(state).list()?.into_iter().flatten() {
                add(meta.id.as_str().as_bytes());
                add(meta.digest.as_bytes());
                add(meta.marking.as_str().as_bytes());
            }
            for release in hubs::digests(state) {
                add(release.as_bytes());
            }
        }
        for path in self.paths.iter().chain(&self.benign) {
            let unreadable =
                |source: io::Error| LoadError::Path { path: path.display().to_string(), reason: source.to_string() };
            for file in files(path).map_err(unreadable)? {
                add(file.to_string_lossy().as_bytes());
                add(&Sha256::digest(fs::read(&file).map_err(unreadable)?));
            }
        }
        Ok(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// Reads all of them.
    ///
    /// # Errors
    /// When a path that a person named cannot be read, or holds no indicator at all.
    pub fn gather(&self) -> Result<Gathered, LoadError> {
        let mut gathered = Gathered::default();
        if self.starter {
            gathered.reading.absorb(starter());
        }
        if let Some(state) = &self.state {
            let (reading, errors) = Store::open(state).read_all()?;
            gathered.reading.absorb(reading);
            gathered.unusable.extend(errors.iter().map(ToString::to_string));
            let hubs = hubs::read(state);
            gathered.reading.absorb(hubs.reading);
            gathered.unusable.extend(hubs.unusable);
        }
        for path in &self.paths {
            let shown = path.display().to_string();
            let reading =
                read_path(path).map_err(|error| LoadError::Path { path: shown.clone(), reason: cause(&error) })?;
            if reading.is_empty() {
                return Err(LoadError::Nothing { path: shown });
            }
            gathered.reading.absorb(reading);
        }
        let mut benign = Benign::embedded();
        if let Some(path) = &self.benign {
            benign = benign
                .with_file(path)
                .map_err(|error| LoadError::Path { path: path.display().to_string(), reason: cause(&error) })?;
        }
        gathered.reading.set_benign_aside(&benign);
        Ok(gathered)
    }
}

impl Gathered {
    /// What was refused and set aside, in words.
    #[must_use]
    pub fn left(&self, lang: Lang) -> (Vec<Left>, Vec<Left>) {
        let refused = self.reading.refused.iter().map(|one| Left {
            place: match &one.place {
                Place::Line(line) => format!("{}:{line}", one.document),
                Place::Pointer(pointer) => format!("{}#{pointer}", one.document),
                Place::Whole => one.document.clone(),
            },
            value: one.value.clone(),
            reason: one.reason.clone(),
        });
        let aside = self.reading.set_aside.iter().map(|one| Left {
            place: one.indicator.source.document.clone(),
            value: one.indicator.tests.first().map(Test::value).unwrap_or_default().to_owned(),
            reason: one.reason.get(lang).to_owned(),
        });
        (refused.collect(), aside.collect())
    }
}

/// An error with its cause, in one line.
fn cause(error: &dyn std::error::Error) -> String {
    error.source().map_or_else(|| error.to_string(), |source| source.to_string())
}

/// The files at and below a path, sorted; links to folders are not followed.
fn files(path: &Path) -> io::Result<Vec<PathBuf>> {
    let mut all = Vec::new();
    let mut pending = vec![path.to_path_buf()];
    while let Some(path) = pending.pop() {
        if fs::metadata(&path)?.is_dir() {
            for entry in fs::read_dir(&path)? {
                let entry = entry?.path();
                let kind = fs::symlink_metadata(&entry)?.file_type();
                if !kind.is_symlink() || fs::metadata(&entry).is_ok_and(|target| target.is_file()) {
                    pending.push(entry);
                }
            }
        } else if fs::metadata(&path)?.is_file() {
            all.push(path);
        }
    }
    all.sort();
    Ok(all)
}
