//! A STIX 2.1 bundle of sightings and observed data that another tool can import.

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use uuid::Uuid;
use vauban_model::{HashAlgorithm, Marking, Observable, ObservableKind, Sighting};

use crate::SweepInfo;

/// The namespace of deterministic ids of cyber-observable objects (STIX 2.1 section 2.9).
const STIX_NAMESPACE: Uuid = uuid::uuid!("00abedb4-aa42-466c-9c01-fed23315a9b7");
/// The namespace of the other objects we write, so that the same sighting is the same object in every export.
const OUR_NAMESPACE: Uuid = uuid::uuid!("9f5f2c5b-93a5-55c0-8a5e-6c8a1d2f0b44");

/// The bundle of all sightings that somebody with this clearance may see, as JSON.
#[must_use]
pub fn bundle(sightings: &[Sighting], sweep: &SweepInfo, clearance: Marking) -> Value {
    let mut objects = Objects::default();
    let now = stamp(sweep.finished);
    let identity = format!("identity--{}", Uuid::new_v5(&OUR_NAMESPACE, b"vauban"));
    objects.add(json!({
        "type": "identity", "spec_version": "2.1", "id": identity, "created": "2026-01-01T00:00:00.000Z",
        "modified": "2026-01-01T00:00:00.000Z", "name": "Vauban", "identity_class": "system",
        "description": "Sightings by a sweep of the organisation's own files",
    }));
    for sighting in sightings.iter().filter(|sighting| sighting.indicator.marking <= clearance) {
        one(&mut objects, sighting, &identity, &now);
    }
    let seed = format!("{now}{}", objects.list.len());
    json!({
        "type": "bundle",
        "id": format!("bundle--{}", Uuid::new_v5(&OUR_NAMESPACE, seed.as_bytes())),
        "objects": objects.list,
    })
}

#[derive(Default)]
struct Objects {
    list: Vec<Value>,
    ids: std::collections::HashSet<String>,
}

impl Objects {
    /// Adds an object unless one of its id is there.
    fn add(&mut self, object: Value) {
        if let Some(id) = object.get("id").and_then(Value::as_str)
            && self.ids.insert(id.to_owned())
        {
            self.list.push(object);
        }
    }
}

fn one(objects: &mut Objects, sighting: &Sighting, identity: &str, now: &str) {
    let indicator = &sighting.indicator;
    let marking = indicator.marking;
    objects.add(marking_definition(marking));
    let since = indicator.known_since.map_or_else(|| now.to_owned(), stamp);
    let mut object = json!({
        "type": "indicator", "spec_version": "2.1", "id": indicator.id.as_str(), "created": since, "modified": since,
        "name": indicator.name, "pattern": pattern(&sighting.observable, &indicator.value), "pattern_type": "stix",
        "valid_from": since, "object_marking_refs": [marking.stix_id()],
    });
    if let (Some(confidence), Some(fields)) = (indicator.confidence, object.as_object_mut()) {
        fields.insert("confidence".into(), json!(confidence));
    }
    objects.add(object);
    let observable = cyber_observable(&sighting.observable, marking);
    let observable_id = observable["id"].as_str().unwrap_or_default().to_owned();
    objects.add(observable);
    let seen = sighting.at.map_or_else(|| now.to_owned(), stamp);
    let place = sighting.location.to_string();
    let key = format!("{}\0{}\0{}", indicator.id, observable_id, place);
    let observed = format!("observed-data--{}", Uuid::new_v5(&OUR_NAMESPACE, key.as_bytes()));
    objects.add(json!({
        "type": "observed-data", "spec_version": "2.1", "id": observed, "created": now, "modified": now,
        "created_by_ref": identity, "first_observed": seen, "last_observed": seen,
        "number_observed": sighting.occurrences.clamp(1, 999_999_999), "object_refs": [observable_id],
        "object_marking_refs": [marking.stix_id()],
    }));
    objects.add(json!({
        "type": "sighting", "spec_version": "2.1",
        "id": format!("sighting--{}", Uuid::new_v5(&OUR_NAMESPACE, format!("sighting\0{key}").as_bytes())),
        "created": now, "modified": now, "created_by_ref": identity, "first_seen": seen, "last_seen": seen,
        "count": sighting.occurrences.clamp(1, 999_999_999),
        "sighting_of_ref": indicator.id.as_str(), "observed_data_refs": [observed], "where_sighted_refs": [identity],
        "description": place, "object_marking_refs": [marking.stix_id()],
    }));
}

/// A pattern for the value that the indicator looks for.
fn pattern(observable: &Observable, value: &str) -> String {
    let quoted = value.replace('\\', "\\\\").replace('\'', "\\'");
    match observable.kind {
        ObservableKind::FileHash => {
            let name = HashAlgorithm::of(value).map_or("SHA-256", HashAlgorithm::stix_name);
            format!("[file:hashes.'{name}' = '{quoted}']")
        }
        ObservableKind::FileName => format!("[file:name = '{quoted}']"),
        ObservableKind::CertificateFingerprint => format!("[x509-certificate:hashes.'SHA-1' = '{quoted}']"),
        ObservableKind::Ja3 | ObservableKind::Ja4 | ObservableKind::Text | ObservableKind::Bytes => {
            format!("[artifact:x_vauban_{} = '{quoted}']", observable.kind.as_str().replace('-', "_"))
        }
        kind => format!("[{kind}:value = '{quoted}']"),
    }
}

/// A cyber-observable object with the deterministic id of section 2.9.
fn cyber_observable(observable: &Observable, marking: Marking) -> Value {
    let value = &*observable.value;
    let (kind, contributing) = match observable.kind {
        ObservableKind::FileHash => {
            let name = HashAlgorithm::of(value).map_or("SHA-256", HashAlgorithm::stix_name);
            ("file", json!({ "hashes": { name: value.to_ascii_lowercase() } }))
        }
        ObservableKind::FileName => ("file", json!({ "name": value })),
        ObservableKind::CertificateFingerprint => {
            let bare = value.replace(':', "").to_ascii_lowercase();
            let name = HashAlgorithm::of(&bare).map_or("SHA-1", HashAlgorithm::stix_name);
            ("x509-certificate", json!({ "hashes": { name: bare } }))
        }
        ObservableKind::Ja3 | ObservableKind::Ja4 | ObservableKind::Text | ObservableKind::Bytes => {
            ("artifact", json!({ "payload_bin": data_encoding::BASE64.encode(value.as_bytes()) }))
        }
        kind => (kind.as_str(), json!({ "value": value })),
    };
    let canonical = contributing.to_string();
    let mut object = Map::new();
    object.insert("type".into(), json!(kind));
    object.insert("spec_version".into(), json!("2.1"));
    object.insert("id".into(), json!(format!("{kind}--{}", Uuid::new_v5(&STIX_NAMESPACE, canonical.as_bytes()))));
    if let Value::Object(fields) = contributing {
        object.extend(fields);
    }
    object.insert("object_marking_refs".into(), json!([marking.stix_id()]));
    Value::Object(object)
}

/// The OASIS TLP 2.0 marking definition: the label is in the extension, where importers look for it.
fn marking_definition(marking: Marking) -> Value {
    let label = marking.as_str().trim_start_matches("TLP:").to_ascii_lowercase();
    json!({
        "type": "marking-definition", "spec_version": "2.1", "id": marking.stix_id(),
        "created": "2022-10-01T00:00:00.000Z", "name": marking.as_str(),
        "extensions": {
            "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d": {
                "extension_type": "property-extension", "tlp_2_0": label,
            },
        },
    })
}

/// A timestamp with exactly three digits of a second, as every STIX consumer accepts it.
fn stamp(at: Timestamp) -> String {
    format!("{at:.3}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{check, findings};

    #[test]
    fn the_bundle_is_complete_and_repeatable() {
        let case = findings();
        let findings = case.findings();
        let first = bundle(findings.sightings, findings.sweep, Marking::Red);
        assert_eq!(first, bundle(findings.sightings, findings.sweep, Marking::Red));
        let objects = first["objects"].as_array().unwrap();
        let ids: Vec<&str> = objects.iter().map(|object| object["id"].as_str().unwrap()).collect();
        for object in objects {
            for (key, value) in object.as_object().unwrap() {
                let refs: Vec<&str> = match value {
                    Value::String(one) if key.ends_with("_ref") => vec![one],
                    Value::Array(many) if key.ends_with("_refs") => many.iter().filter_map(Value::as_str).collect(),
                    _ => continue,
                };
                assert!(refs.iter().all(|id| ids.contains(id)), "{key} of {} dangles", object["id"]);
            }
        }
        check("bundle.json", &serde_json::to_string_pretty(&first).unwrap());
    }

    #[test]
    fn nothing_above_the_clearance_leaves() {
        let case = findings();
        let findings = case.findings();
        let text = bundle(findings.sightings, findings.sweep, Marking::Clear).to_string();
        assert!(text.contains("login.evil.example"));
        assert!(!text.contains("dropper.exe") && !text.contains("http://evil.example"));
    }
}
