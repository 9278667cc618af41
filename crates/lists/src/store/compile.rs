//! All lists in one set: made when something changed, kept and taken again when nothing did.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    time::SystemTime,
};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use vauban_intel::whole;
use vauban_matching::set::SetBytes;

use super::{
    Store, StoreError,
    folder::{access, digest, hexadecimal},
};
use crate::{Builder, Gate, Limits, MOST_LISTS, NameSet, Refusal, Report, set};

/// A compiled set, open.
#[derive(Debug)]
pub struct Compiled {
    /// Where it is. The name is the digest of what it was made from; the file is never changed.
    pub path: PathBuf,
    /// The set. The number of a list is its place in what was asked for.
    pub set: NameSet,
    /// What was read from each list, in order; none for those that are missing.
    pub reports: Vec<Option<Report>>,
    /// The lists that are not in it.
    pub missing: Vec<Missing>,
    /// Whether it was there already.
    pub is_kept: bool,
}

/// A list without a copy that can be used: it blocks nothing, and that must be said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missing {
    /// The list.
    pub list: String,
    /// What is wrong with the copy it had; none when it never had one.
    pub why: Option<Refusal>,
}

/// What is kept beside a set.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Told {
    reports: Vec<Option<Report>>,
    missing: Vec<Missing>,
}

/// Sets that are kept besides the current one.
const KEPT: usize = 2;

impl Store {
    /// The set of these lists, in this order, from their last good copies.
    ///
    /// # Errors
    /// When the store cannot be used or the set not be built; sets that were compiled before are still there.
    pub fn compile(&self, lists: &[&str], gate: &Gate, limits: Limits) -> Result<Compiled, StoreError> {
        if lists.len() > MOST_LISTS {
            return Err(StoreError::TooManyLists(lists.len()));
        }
        let mut copies = Vec::new();
        for list in lists {
            copies.push(self.meta(list)?.good.map(|good| good.sha256));
        }
        let key = key(lists, &copies, gate, limits);
        let path = self.compiled_folder().join(format!("{}.names", hexadecimal(&key[..16])));
        if let Some(kept) = kept(&path) {
            return Ok(kept);
        }
        let beside = path.with_extension("json");
        // What stands beside a set says that it is whole. It goes first and comes last.
        let _ = fs::remove_file(&beside);
        let told = self.build(&path, key, lists, &copies, gate, limits)?;
        let set = open(&path)?;
        // A set without a damaged copy is not the set of its name: the next one to ask makes it again.
        if told.missing.iter().all(|missing| missing.why.is_none()) {
            let text = serde_json::to_vec(&told).map_err(|error| access(&beside)(error.into()))?;
            whole::write(&beside, &text).map_err(access(&beside))?;
        }
        prune(&path);
        Ok(Compiled { path, set, reports: told.reports, missing: told.missing, is_kept: false })
    }

    fn build(
        &self,
        path: &Path,
        key: [u8; 32],
        lists: &[&str],
        copies: &[Option<String>],
        gate: &Gate,
        limits: Limits,
    ) -> Result<Told, StoreError> {
        let mut builder = Builder::new(key);
        let mut told = Told::default();
        for (list, sha256) in lists.iter().zip(copies) {
            let added = match sha256 {
                Some(sha256) => self.add(&mut builder, list, sha256, gate, limits).map_err(Some),
                None => Err(None),
            };
            match added {
                Ok(report) => told.reports.push(Some(report)),
                Err(why) => {
                    builder.add_nothing(list);
                    told.reports.push(None);
                    told.missing.push(Missing { list: (*list).to_owned(), why });
                }
            }
        }
        let mut out = whole::Beside::new(path).map_err(access(path))?;
        builder.write(&mut out)?;
        out.commit().map_err(access(path))?;
        Ok(told)
    }

    fn add(
        &self,
        builder: &mut Builder,
        list: &str,
        sha256: &str,
        gate: &Gate,
        limits: Limits,
    ) -> Result<Report, Refusal> {
        let gone = |error: &dyn std::error::Error| Refusal::NotFetched(error.to_string());
        let copy = self.copy(list, sha256).map_err(|error| gone(&error))?;
        // Copies are replaced, never changed, so they may be mapped like sets.
        let bytes = File::open(&copy).and_then(|file| SetBytes::map(&file)).map_err(|error| gone(&error))?;
        if digest(&bytes) != sha256 {
            return Err(Refusal::NotFetched("the copy on the disk is damaged".to_owned()));
        }
        builder.add(list, &bytes, gate, limits)
    }
}

/// The digest of everything that a set is made from.
fn key(lists: &[&str], copies: &[Option<String>], gate: &Gate, limits: Limits) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(set::FORMAT_VERSION.to_le_bytes());
    hasher.update(gate.digest());
    for limit in [limits.bytes as u64, limits.line as u64, limits.entries] {
        hasher.update(limit.to_le_bytes());
    }
    for (list, copy) in lists.iter().zip(copies) {
        for part in [*list, copy.as_deref().unwrap_or_default()] {
            hasher.update((part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
    }
    hasher.finalize().into()
}

fn kept(path: &Path) -> Option<Compiled> {
    let told: Told = serde_json::from_slice(&fs::read(path.with_extension("json")).ok()?).ok()?;
    let set = open(path).ok()?;
    Some(Compiled { path: path.to_owned(), set, reports: told.reports, missing: told.missing, is_kept: true })
}

fn open(path: &Path) -> Result<NameSet, StoreError> {
    let bytes = File::open(path).and_then(|file| SetBytes::map(&file)).map_err(access(path))?;
    NameSet::open(bytes).map_err(|error| access(path)(std::io::Error::other(error)))
}

/// Removes older sets and what was left half-written. Readers that have one mapped keep it.
fn prune(current: &Path) {
    let Some(entries) = current.parent().and_then(|folder| fs::read_dir(folder).ok()) else { return };
    let mut sets: Vec<(SystemTime, PathBuf)> = Vec::new();
    for entry in entries.flatten() {
        let path = entry.path();
        if whole::is_undone(&entry.file_name().to_string_lossy()) {
            let _ = fs::remove_file(path);
        } else if path.extension().is_some_and(|extension| extension == "names") && path != current {
            let age = entry.metadata().and_then(|meta| meta.modified()).unwrap_or(SystemTime::UNIX_EPOCH);
            sets.push((age, path));
        }
    }
    sets.sort();
    let surplus = sets.len().saturating_sub(KEPT);
    for (_, path) in sets.into_iter().take(surplus) {
        let _ = fs::remove_file(path.with_extension("json"));
        let _ = fs::remove_file(path);
    }
}
