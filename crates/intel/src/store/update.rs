//! Adding a source and bringing it up to date: fetch, check, stage beside the old one, then switch in one step.

use std::{collections::BTreeMap, fs, path::Path};

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use vauban_model::Marking;

use super::{
    Fetch, Store, StoreError,
    folder::{access, remove_folder, write_durably},
    meta::{SourceId, SourceMeta},
    signature::{self, Offered},
};
use crate::{
    LARGEST_DOCUMENT, Reading,
    path::{documents, read_bounded, read_path_as},
};

/// How a source is to be added.
#[derive(Debug, Clone, Default)]
pub struct AddOptions {
    /// Its name; the last part of where it comes from if none.
    pub name: Option<String>,
    /// The publisher's minisign key.
    pub key: Option<String>,
    /// The marking of what its documents do not mark.
    pub marking: Marking,
}

/// What an update did.
#[derive(Debug)]
pub struct Updated {
    /// The source as it is now.
    pub meta: SourceMeta,
    /// Whether anything changed.
    pub changed: bool,
    /// How many indicators there were before.
    pub before: usize,
    /// What was read from its documents.
    pub reading: Reading,
}

/// All documents of one source together.
const LARGEST_SOURCE: u64 = 1 << 30;
const LARGEST_SIGNATURE: u64 = 16 << 10;
/// An update that leaves less than one indicator in so many is refused.
const LEAST_PART: usize = 10;
const SMALL_SOURCE: usize = 10;

impl Store {
    /// Adds a source from a file, a folder or an https address.
    ///
    /// # Errors
    /// When it cannot be had or read, holds no indicator, is not signed as it should be, or is there already.
    pub fn add(
        &self,
        from: &str,
        options: &AddOptions,
        fetch: &dyn Fetch,
        now: Timestamp,
    ) -> Result<Updated, StoreError> {
        let name = options.name.clone().unwrap_or_else(|| name_of(from));
        let id = SourceId::from_name(&name)?;
        if self.path_of(&id).exists() {
            return Err(StoreError::Exists(id.to_string()));
        }
        // An update long after must find the same place, wherever it is called from.
        let from = if is_address(from) {
            from.to_owned()
        } else {
            fs::canonicalize(from).map_err(access(Path::new(from)))?.to_string_lossy().into_owned()
        };
        let meta = SourceMeta {
            id,
            name,
            from,
            marking: options.marking,
            added: now,
            updated: now,
            checked: now,
            digest: String::new(),
            key: options.key.as_ref().map(|key| key.trim().to_owned()),
            sequences: BTreeMap::new(),
            indicators: 0,
            folder: String::new(),
        };
        let place = self.path_of(&meta.id);
        let added = self.renew(meta, fetch, false, now);
        if added.is_err() {
            // The folder was not there before; what a failed attempt left must not block the next.
            let _ = remove_folder(&place);
        }
        added
    }

    /// Brings a source up to date from where it came from. With `force` it may shrink or become empty; a wrong or old
    /// signature is refused all the same.
    ///
    /// # Errors
    /// When it cannot be had, or is refused; the last good one stays.
    pub fn update(&self, id: &SourceId, fetch: &dyn Fetch, force: bool, now: Timestamp) -> Result<Updated, StoreError> {
        let meta = self.meta(id)?;
        self.renew(meta, fetch, force, now)
    }

    fn renew(
        &self,
        mut meta: SourceMeta,
        fetch: &dyn Fetch,
        force: bool,
        now: Timestamp,
    ) -> Result<Updated, StoreError> {
        let offered = offered(&meta.from, meta.key.is_some(), fetch)?;
        let digest = digest(&offered);
        let unchanged = digest == meta.digest;
        let mut sequences = BTreeMap::new();
        if let Some(key) = &meta.key {
            sequences = signature::verify(&offered, &signature::key(key)?)?;
            signature::check_order(&meta.sequences, &sequences, unchanged)?;
        }
        let before = meta.indicators;
        let place = self.path_of(&meta.id);
        if unchanged && place.join(&meta.folder).is_dir() {
            meta.checked = now;
            self.write_meta(&meta)?;
            let reading = self.read(&meta)?;
            return Ok(Updated { meta, changed: false, before, reading });
        }
        let folder = format!("documents-{}", digest.get(..16).unwrap_or(&digest));
        let staged = place.join(&folder);
        stage(&staged, &offered)?;
        let judged = read_path_as(&staged, &meta.name, meta.marking).map_err(StoreError::from).and_then(|reading| {
            let after = reading.indicators.len() + reading.set_aside.len();
            if after == 0 && !force {
                Err(StoreError::Empty(meta.from.clone()))
            } else if !force && before >= SMALL_SOURCE && after.saturating_mul(LEAST_PART) < before {
                Err(StoreError::Shrunk { id: meta.id.to_string(), before, after })
            } else {
                Ok((after, reading))
            }
        });
        let (after, reading) = match judged {
            Ok(good) => good,
            Err(error) => {
                if folder != meta.folder {
                    let _ = remove_folder(&staged);
                }
                return Err(error);
            }
        };
        let old = std::mem::replace(&mut meta.folder, folder);
        meta.digest = digest;
        meta.updated = now;
        meta.checked = now;
        meta.indicators = after;
        // A name that was seen once keeps its number, or removing and adding it again would roll it back.
        meta.sequences.extend(sequences);
        // Writing the record is the one step that switches from the old documents to the new.
        self.write_meta(&meta)?;
        if !old.is_empty() && old != meta.folder {
            let _ = remove_folder(&place.join(old));
        }
        Ok(Updated { meta, changed: true, before, reading })
    }
}

fn offered(from: &str, signed: bool, fetch: &dyn Fetch) -> Result<Vec<Offered>, StoreError> {
    if is_address(from) {
        let bytes = fetch.get(from, LARGEST_DOCUMENT as u64)?;
        let signature = if signed { fetch.get(&signature_address(from), LARGEST_SIGNATURE).ok() } else { None };
        return Ok(vec![Offered { name: document_name(from), bytes, signature }]);
    }
    let path = Path::new(from);
    let mut all = Vec::new();
    let mut total = 0_u64;
    for (name, file) in documents(path).map_err(access(path))? {
        let bytes = read_bounded(&file).map_err(access(&file))?;
        total = total.saturating_add(bytes.len() as u64);
        if total > LARGEST_SOURCE {
            return Err(StoreError::TooLarge { path: from.to_owned(), limit: LARGEST_SOURCE });
        }
        let mut beside = file.clone().into_os_string();
        beside.push(".minisig");
        let signature = fs::read(Path::new(&beside)).ok().filter(|bytes| bytes.len() as u64 <= LARGEST_SIGNATURE);
        all.push(Offered { name, bytes, signature });
    }
    Ok(all)
}

/// Writes the documents where nothing reads them yet.
fn stage(folder: &Path, offered: &[Offered]) -> Result<(), StoreError> {
    remove_folder(folder)?;
    fs::create_dir_all(folder).map_err(access(folder))?;
    for document in offered {
        let path = folder.join(&document.name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(access(parent))?;
        }
        write_durably(&path, &document.bytes)?;
        if let Some(signature) = &document.signature {
            let mut beside = path.into_os_string();
            beside.push(".minisig");
            write_durably(Path::new(&beside), signature)?;
        }
    }
    Ok(())
}

fn digest(offered: &[Offered]) -> String {
    let mut hasher = Sha256::new();
    for document in offered {
        for part in [document.name.as_bytes(), document.bytes.as_slice()] {
            hasher.update((part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
    }
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn is_address(from: &str) -> bool {
    from.contains("://")
}

fn signature_address(from: &str) -> String {
    match from.split_once('?') {
        Some((path, query)) => format!("{path}.minisig?{query}"),
        None => format!("{from}.minisig"),
    }
}

/// The last part of an address's path, made safe as a file's name.
fn document_name(address: &str) -> String {
    let path = address.split(['?', '#']).next().unwrap_or(address).trim_end_matches('/');
    let last = path.rsplit('/').next().unwrap_or_default();
    let safe: String =
        last.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_')).take(100).collect();
    let safe = safe.trim_start_matches('.');
    if safe.is_empty() { "document".to_owned() } else { safe.to_owned() }
}

fn name_of(from: &str) -> String {
    if is_address(from) {
        let host = url::Url::parse(from).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default();
        return format!("{host} {}", document_name(from));
    }
    let path = fs::canonicalize(from).unwrap_or_else(|_| from.into());
    path.file_name().map_or_else(|| from.to_owned(), |name| name.to_string_lossy().into_owned())
}
