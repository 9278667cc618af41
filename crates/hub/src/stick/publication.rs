//! A release on a stick: its own files, and one that says what it changes in its stream.

use std::collections::{BTreeMap, HashSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use vauban_release::{HubId, MANIFEST_FILE, PartName, Release, SIGNATURE_FILE, SignedManifest, body_head};

use crate::{
    desk,
    store::{ObjectId, Publication, Version, Withdrawal},
};

/// The file of what changes. Which objects are new follows from the release before, which a front may have forgotten.
pub(super) const CHANGES: &str = "changes.json";

/// What changes: objects, each with its version in microseconds.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Changes {
    withdrawn: Vec<(String, Option<i64>)>,
    added: Vec<(String, i64)>,
}

/// Its files by name.
pub(super) fn files(publication: &Publication) -> Result<Vec<(String, Vec<u8>)>, serde_json::Error> {
    let moment = |version: Version| version.at().as_microsecond();
    let gone = |gone: &Withdrawal| (gone.object.to_string(), gone.version.map(moment));
    let changes = Changes {
        withdrawn: publication.withdrawn.iter().map(gone).collect(),
        added: publication.entries.iter().map(|entry| (entry.object.to_string(), moment(entry.version))).collect(),
    };
    let parts = publication.parts.iter().map(|part| (part.name.to_string(), part.bytes.clone()));
    let own = [
        (CHANGES.to_owned(), serde_json::to_vec(&changes)?),
        (SIGNATURE_FILE.to_owned(), publication.signature.clone()),
        (MANIFEST_FILE.to_owned(), publication.manifest.clone()),
    ];
    Ok(parts.chain(own).collect())
}

/// The publication of these files; nothing when they are none of this hub's. The release is checked as a party checks it.
pub(super) fn publication(hub: HubId, mut files: BTreeMap<String, Vec<u8>>) -> Option<Publication> {
    let signed = SignedManifest::read(&files.remove(MANIFEST_FILE)?, &files.remove(SIGNATURE_FILE)?).ok()?;
    let changes: Changes = serde_json::from_slice(&files.remove(CHANGES)?).ok()?;
    let mut body = body_head(&signed);
    for part in &signed.manifest().parts {
        body.append(&mut files.remove(PartName::as_str(part.name))?);
    }
    let release = Release::from_body(&body).ok()?;
    if signed.manifest().hub != hub || !files.is_empty() {
        return None;
    }
    let mut publication = desk::publication(&release, None).ok()?;
    publication.withdrawn = changes.withdrawn.iter().map(withdrawal).collect::<Option<_>>()?;
    let added: HashSet<(ObjectId, Version)> = changes
        .added
        .iter()
        .map(|(object, at)| Some((ObjectId::new(object)?, version(*at)?)))
        .collect::<Option<_>>()?;
    publication.entries.retain(|entry| added.contains(&(entry.object.clone(), entry.version)));
    (publication.entries.len() == added.len()).then_some(publication)
}

fn withdrawal((object, at): &(String, Option<i64>)) -> Option<Withdrawal> {
    let version = match at {
        Some(at) => Some(version(*at)?),
        None => None,
    };
    Some(Withdrawal { object: ObjectId::new(object)?, version })
}

fn version(microseconds: i64) -> Option<Version> {
    Timestamp::from_microsecond(microseconds).ok().map(Version::new)
}
