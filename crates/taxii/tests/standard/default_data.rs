//! The data that the exchanges were recorded over, as a store. Its key of cursors is any.

use std::{
    collections::BTreeMap,
    num::NonZeroU32,
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;
use vauban_taxii::{
    ApiRoot, Collection, CursorKey, Discovery, Entry, ObjectId, Sequence, Settings, SpecVersion, Stamp, Status,
    StatusDetails, StatusId,
};

use super::store::{Held, Root, Store};

/// The folder of the shared data, or nothing when it is absent, which is said.
pub(crate) fn folder() -> Option<PathBuf> {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/stix"));
    if !path.is_dir() {
        assert!(std::env::var_os("VAUBAN_REQUIRE_SHARED").is_none(), "{} is missing", path.display());
        println!("skipped: no shared data");
        return None;
    }
    Some(path.to_owned())
}

/// What every test allows.
pub(crate) fn settings() -> Settings {
    let number = |number| NonZeroU32::new(number).unwrap();
    let cursors = CursorKey::new([7; 32]);
    Settings { page: number(20), most: number(20), body: 9_765_625, objects: 10_000, cursors }
}

#[derive(Deserialize)]
struct File {
    #[serde(rename = "/discovery")]
    discovery: Discovery,
    #[serde(flatten)]
    roots: BTreeMap<String, FileRoot>,
}

#[derive(Deserialize)]
struct FileRoot {
    information: ApiRoot,
    status: Vec<FileStatus>,
    collections: Vec<FileCollection>,
}

#[derive(Deserialize)]
struct FileStatus {
    id: StatusId,
    request_timestamp: Stamp,
    successes: Vec<FileDetails>,
    failures: Vec<FileDetails>,
    pendings: Vec<FileDetails>,
}

#[derive(Deserialize)]
struct FileDetails {
    id: ObjectId,
    version: Stamp,
    message: Option<String>,
}

#[derive(Deserialize)]
struct FileCollection {
    #[serde(flatten)]
    about: Collection,
    objects: Vec<serde_json::Value>,
    manifest: Vec<FileRecord>,
}

#[derive(Deserialize)]
struct FileRecord {
    id: ObjectId,
    date_added: Timestamp,
    version: Stamp,
    media_type: String,
}

/// A fresh copy.
pub(crate) fn store(text: &str) -> Store {
    let file: File = serde_json::from_str(text).unwrap();
    Store {
        settings: settings(),
        discovery: file.discovery,
        user: ("admin".to_owned(), "Password0".to_owned()),
        roots: file.roots.into_iter().map(|(name, root)| (name, root.into_root())).collect(),
    }
}

impl FileRoot {
    fn into_root(self) -> Root {
        let details = |list: Vec<FileDetails>| {
            list.into_iter()
                .map(|FileDetails { id, version, message }| StatusDetails { id, version, message })
                .collect()
        };
        let status = |status: FileStatus| Status {
            id: status.id,
            requested: status.request_timestamp,
            successes: details(status.successes),
            failures: details(status.failures),
            pendings: details(status.pendings),
        };
        Root {
            about: self.information,
            statuses: self.status.into_iter().map(status).collect(),
            collections: self.collections.into_iter().map(FileCollection::into_held).collect(),
        }
    }
}

impl FileCollection {
    fn into_held(mut self) -> Held {
        self.manifest.sort_by_key(|record| record.date_added);
        let mut held = Held { about: self.about, entries: Vec::new(), last: 0 };
        for record in self.manifest {
            let object = self.objects.iter().find(|object| is_version(object, &record)).unwrap();
            held.last += 1;
            let spec_version: SpecVersion = record.media_type.rsplit_once('=').unwrap().1.parse().unwrap();
            let (sequence, added) = (Sequence(held.last), record.date_added);
            let entry = Entry { sequence, added, id: record.id, version: record.version, spec_version };
            held.entries.push((entry, RawValue::from_string(object.to_string()).unwrap()));
        }
        held
    }
}

fn is_version(object: &serde_json::Value, record: &FileRecord) -> bool {
    let version = object.get("modified").or(object.get("created")).and_then(|text| text.as_str());
    object["id"] == record.id.as_str() && version.is_some_and(|text| text.parse() == Ok(record.version))
}
