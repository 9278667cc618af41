//! A store with one collection, filled by hand, and requests to it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, value::RawValue};
use vauban_taxii::{
    ApiRoot, Collection, CollectionId, Discovery, Entry, ObjectId, Request, Response, Sequence, SpecVersion, Stamp,
    TAXII,
};

use super::{
    default_data::settings,
    store::{Held, Root, Store},
};

pub(crate) const OBJECTS: &str = "/group/collections/91a7b528-80eb-42ed-a74d-c6fbd5a26116/objects/";
pub(crate) const MANIFEST: &str = "/group/collections/91a7b528-80eb-42ed-a74d-c6fbd5a26116/manifest/";
pub(crate) const NOW: &str = "2026-01-01T00:00:00Z";
/// The store knows nobody by a name, and everybody by this.
pub(crate) const SIGNED_IN: &str = "Basic Og==";

/// A version of an object: which object, its version in seconds, whether it is STIX 2.1, and when it is added, in microseconds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Made {
    pub(crate) object: u8,
    pub(crate) version: u8,
    pub(crate) is_new: bool,
    pub(crate) added: i64,
}

pub(crate) fn store() -> Store {
    let about = Collection {
        id: CollectionId::try_from("91a7b528-80eb-42ed-a74d-c6fbd5a26116").unwrap(),
        title: "all".to_owned(),
        description: None,
        alias: None,
        can_read: true,
        can_write: true,
        media_types: vec![],
    };
    let collections = vec![Held { about, entries: vec![], last: 0 }];
    let root = Root { about: ApiRoot::new("group", 1 << 20), statuses: vec![], collections };
    let title = "small".to_owned();
    Store {
        settings: settings(),
        discovery: Discovery {
            title,
            description: None,
            contact: None,
            default: None,
            api_roots: vec!["/group/".to_owned()],
        },
        user: (String::new(), String::new()),
        roots: BTreeMap::from([("group".to_owned(), root)]),
    }
}

pub(crate) fn held(store: &mut Store) -> &mut Held {
    &mut store.roots.get_mut("group").unwrap().collections[0]
}

/// Adds an entry. Its object carries its sequence.
pub(crate) fn add(held: &mut Held, made: Made) {
    held.last += 1;
    let before = held.entries.last().map_or(0, |(entry, _)| entry.added.as_microsecond());
    let id = id(made.object);
    let json = format!(r#"{{"type":"{}","id":"{id}","x_sequence":{}}}"#, id.object_type(), held.last);
    let entry = Entry {
        sequence: Sequence(held.last),
        added: Timestamp::from_microsecond(before + made.added).unwrap(),
        id,
        version: Stamp::taxii(Timestamp::from_second(i64::from(made.version)).unwrap()),
        spec_version: if made.is_new { SpecVersion::V21 } else { SpecVersion::V20 },
    };
    held.entries.push((entry, RawValue::from_string(json).unwrap()));
}

pub(crate) fn id(object: u8) -> ObjectId {
    let kind = if object.is_multiple_of(2) { "indicator" } else { "malware" };
    ObjectId::try_from(format!("{kind}--00000000-0000-4000-8000-0000000000{object:02x}").as_str()).unwrap()
}

pub(crate) fn get<'r>(path: &'r str, query: &'r str) -> Request<'r> {
    Request { method: "GET", path, query, accept: Some(TAXII), content_type: None, body: b"" }
}

pub(crate) fn serve(store: &mut Store, request: &Request<'_>) -> Response {
    store.serve(Some(SIGNED_IN), request, NOW.parse().unwrap())
}

/// The sequences of the objects on a page, and its `next`.
pub(crate) fn page(response: &Response) -> (Vec<u64>, Option<String>) {
    assert_eq!(response.status, 200, "{}", String::from_utf8_lossy(&response.body));
    let body: Value = serde_json::from_slice(&response.body).unwrap();
    let objects = body["objects"].as_array().cloned().unwrap_or_default();
    assert_eq!(body["more"] == true, body["next"].is_string());
    let sequences = objects.iter().map(|object| object["x_sequence"].as_u64().unwrap()).collect();
    (sequences, body["next"].as_str().map(str::to_owned))
}
