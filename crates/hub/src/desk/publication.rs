//! A release becomes what the front keeps of it: its bytes, and what comes into its stream and leaves it.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use vauban_model::Marking;
use vauban_release::{PartName, Release};
use vauban_stix::{Object, tlp};

use super::head::Head;
use crate::store::{
    Digest, Epoch, NewEntry, ObjectId, PartFile, Publication, ReleaseNumber, StreamId, Version, Withdrawal,
};

/// Why a release has no form at the front.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PublicationError {
    /// A line that is no object, or one without identity or marking: the desk never writes such lines.
    #[error("line {0} of the objects is none of the desk's")]
    Line(usize),
}

/// What publishing a release means, after the one before it. Objects that did not change stay where they are in the stream.
///
/// # Errors
/// See [`PublicationError`].
pub fn publication(release: &Release, before: Option<&Release>) -> Result<Publication, PublicationError> {
    let signed = release.signed();
    let manifest = signed.manifest();
    let (old, new) = (before.map_or(Ok(BTreeMap::new()), objects)?, objects(release)?);
    let mut withdrawn = Vec::new();
    for ((object, version), line) in &old {
        let stays = new.get(&(object.clone(), *version)).is_some_and(|(json, _)| *json == line.0);
        if !stays {
            withdrawn.push(Withdrawal { object: object.clone(), version: *version });
        }
    }
    let is_new = |key: &Key, json: &str| old.get(key).is_none_or(|(old, _)| old != json);
    let entries: Vec<NewEntry> =
        new.iter().filter(|(key, (json, _))| is_new(key, json)).map(|(_, (_, entry))| entry.clone()).collect();
    let file = |name: PartName| {
        let bytes = release.part(name)?.to_vec();
        Some(PartFile { name: crate::store::PartName::new(name.as_str())?, bytes })
    };
    Ok(Publication {
        stream: StreamId(manifest.stream.uuid()),
        number: ReleaseNumber(manifest.number.get()),
        epoch: Epoch(manifest.epoch.get()),
        digest: Digest(*signed.digest().bytes()),
        previous: manifest.before.map(|digest| Digest(*digest.bytes())),
        manifest: signed.bytes().to_vec(),
        signature: signed.signature().to_string().into_bytes(),
        parts: manifest.parts.iter().filter_map(|part| file(part.name)).collect(),
        withdrawn,
        entries,
    })
}

/// An object with its version. An observable has none: it counts as added when the release that brings it was made (TAXII 2.1
/// section 3.4.1).
type Key = (ObjectId, Option<Version>);
type Objects = BTreeMap<Key, (String, NewEntry)>;

fn objects(release: &Release) -> Result<Objects, PublicationError> {
    let text = String::from_utf8_lossy(release.part(PartName::Objects).unwrap_or_default());
    let made = Version::new(release.signed().manifest().time.timestamp());
    let mut objects = Objects::new();
    for (at, line) in text.lines().enumerate() {
        let (key, entry) = entry(line, made).ok_or(PublicationError::Line(at + 1))?;
        objects.insert(key, (line.to_owned(), entry));
    }
    Ok(objects)
}

fn entry(line: &str, made: Version) -> Option<(Key, NewEntry)> {
    let object = Object::from(serde_json::from_str::<Map<String, Value>>(line).ok()?);
    let head = Head::of(&object)?;
    // Definitions of markings are everybody's.
    let marking = match head.kind.as_str() {
        "marking-definition" | "extension-definition" => Marking::Clear,
        _ => tlp(&object, |_| None).ok()?.strictest()?,
    };
    let key = (head.id.clone(), head.version);
    let entry = NewEntry {
        object: head.id,
        version: head.version.unwrap_or(made),
        kind: head.kind,
        spec_version: head.spec_version,
        marking,
        expires: head.ends,
        json: line.to_owned(),
    };
    Some((key, entry))
}
