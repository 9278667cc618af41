//! A STIX 2.1 bundle of sightings and observed data that another tool can import.
//!
//! An object leaves only when its own marking is within the clearance. What tells who was hit and where (sighting,
//! observed data) is the organisation's to share: it is marked TLP:AMBER at least, even when the indicator is public.

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
    let now = stamp(sweep.started);
    let identity = format!("identity--{}", Uuid::new_v5(&OUR_NAMESPACE, b"vauban"));
    objects.add(json!({
        "type": "identity", "spec_version": "2.1", "id": identity, "created": "2026-01-01T00:00:00.000Z",
        "modified": "2026-01-01T00:00:00.000Z", "name": "Vauban", "identity_class": "system",
        "description": "Sightings by a sweep of the organisation's own files",
    }));
    for sighting in sightings.iter().filter(|sighting| sighting.indicator.marking <= clearance) {
        one(&mut objects, sighting, &identity, &now, clearance);
    }
    // The same sweep, shared with the same people, is the same bundle.
    let seed = format!("bundle\0{now}\0{clearance}\0{}", objects.list.len());
    let mut bundle = json!({
        "type": "bundle",
        "id": format!("bundle--{}", Uuid::new_v5(&OUR_NAMESPACE, seed.as_bytes())),
        "objects": objects.list,
    });
    // Whatever other crates make of serde_json's order, the same bundle is the same bytes.
    bundle.sort_all_objects();
    bundle
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

fn one(objects: &mut Objects, sighting: &Sighting, identity: &str, now: &str, clearance: Marking) {
    let indicator = &sighting.indicator;
    objects.add(marking_definition(indicator.marking));
    objects.add(indicator_object(sighting, now));
    let marking = indicator.marking.max(Marking::Amber);
    if marking > clearance {
        return;
    }
    objects.add(marking_definition(marking));
    let observable = cyber_observable(&sighting.observable);
    let observable_id = observable.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
    objects.add(observable);
    let seen = sighting.at.map_or_else(|| now.to_owned(), stamp);
    let place = sighting.location.to_string();
    let offset = sighting.offset.map_or(String::new(), |offset| offset.to_string());
    // The time of the sweep is part of the id: what a later sweep sees is another sighting, not a new version of
    // this one, whose creation time would then have changed (STIX 2.1 section 3.6).
    let key = format!("{now}\0{}\0{observable_id}\0{offset}\0{place}", indicator.id);
    let id = |kind: &str| format!("{kind}--{}", Uuid::new_v5(&OUR_NAMESPACE, format!("{kind}\0{key}").as_bytes()));
    let count = sighting.occurrences.clamp(1, 999_999_999);
    let observed = id("observed-data");
    objects.add(json!({
        "type": "observed-data", "spec_version": "2.1", "id": observed, "created": now, "modified": now,
        "created_by_ref": identity, "first_observed": seen, "last_observed": seen,
        "number_observed": count, "object_refs": [observable_id], "object_marking_refs": [marking.stix_id()],
    }));
    let mut object = json!({
        "type": "sighting", "spec_version": "2.1", "id": id("sighting"),
        "created": now, "modified": now, "created_by_ref": identity, "first_seen": seen, "last_seen": seen,
        "count": count, "sighting_of_ref": indicator.id.as_str(), "observed_data_refs": [observed],
        "where_sighted_refs": [identity], "summary": false, "description": place,
        "object_marking_refs": [marking.stix_id()],
    });
    if let (Some(confidence), Some(fields)) = (indicator.confidence, object.as_object_mut()) {
        fields.insert("confidence".into(), json!(confidence.min(100)));
    }
    objects.add(object);
}

/// What a sighting knows of its indicator, as a whole object. Its times are as old as they can truthfully be, so
/// that the publisher's own object, if the importer has it, counts as the newer version.
fn indicator_object(sighting: &Sighting, now: &str) -> Value {
    let indicator = &sighting.indicator;
    let since = indicator.known_since.map_or_else(|| now.to_owned(), stamp);
    let (pattern_type, pattern) = pattern(sighting);
    let mut object = json!({
        "type": "indicator", "spec_version": "2.1", "id": indicator.id.as_str(), "created": since, "modified": since,
        "name": indicator.name, "description": format!("Source: {}", indicator.source),
        "indicator_types": ["malicious-activity"], "pattern": pattern, "pattern_type": pattern_type,
        "valid_from": since, "object_marking_refs": [indicator.marking.stix_id()],
    });
    let Some(fields) = object.as_object_mut() else { return object };
    if let Some(confidence) = indicator.confidence {
        fields.insert("confidence".into(), json!(confidence.min(100)));
    }
    let mut references: Vec<Value> =
        indicator.references.iter().map(|url| json!({ "source_name": indicator.source, "url": url })).collect();
    references.extend(
        sighting
            .techniques
            .iter()
            .map(|technique| json!({ "source_name": "mitre-attack", "external_id": technique.as_str() })),
    );
    if !references.is_empty() {
        fields.insert("external_references".into(), Value::Array(references));
    }
    object
}

/// The pattern type and a pattern for the value that the indicator looks for. The indicator may be of another kind
/// than what was seen: a name is met in an address, a network by an address, a pattern by anything.
fn pattern(sighting: &Sighting) -> (&'static str, String) {
    let value = sighting.indicator.value.as_str();
    if sighting.how.iter().any(|step| step == "pattern") || (value.starts_with('[') && value.ends_with(']')) {
        return ("stix", value.to_owned());
    }
    let quoted = value.replace('\\', "\\\\").replace('\'', "\\'");
    let pattern = match sighting.observable.kind {
        ObservableKind::Bytes | ObservableKind::Text => return ("yara", rule_by_name(value)),
        ObservableKind::Event => return ("sigma", event_rule_by_name(value)),
        ObservableKind::FileHash => {
            let name = HashAlgorithm::of(value).map_or("SHA-256", HashAlgorithm::stix_name);
            format!("[file:hashes.'{name}' = '{quoted}']")
        }
        ObservableKind::FileName => format!("[file:name = '{quoted}']"),
        ObservableKind::FilePath => format!("[file:path = '{quoted}']"),
        ObservableKind::ProcessName => format!("[process:name = '{quoted}']"),
        ObservableKind::AppId => format!("[app:id = '{quoted}']"),
        ObservableKind::ConfigurationProfile => format!("[configuration-profile:id = '{quoted}']"),
        ObservableKind::CertificateFingerprint => {
            let bare = bare_fingerprint(value);
            let name = HashAlgorithm::of(&bare).map_or("SHA-1", HashAlgorithm::stix_name);
            let bare = bare.replace('\\', "\\\\").replace('\'', "\\'");
            format!("[x509-certificate:hashes.'{name}' = '{bare}']")
        }
        ObservableKind::Ja3 | ObservableKind::Ja4 => format!(
            "[network-traffic:extensions.'x-vauban-tls-ext'.{} = '{quoted}']",
            sighting.observable.kind.as_str()
        ),
        kind @ (ObservableKind::Ipv4Addr | ObservableKind::Ipv6Addr) if value.contains('/') => {
            format!("[{kind}:value ISSUBSET '{quoted}']")
        }
        // A name below the indicator's was met, or the name's own host in an address.
        ObservableKind::Url | ObservableKind::EmailAddr if is_host(value) => {
            format!("[domain-name:value = '{quoted}']")
        }
        kind => format!("[{kind}:value = '{quoted}']"),
    };
    ("stix", pattern)
}

/// The rule's text is not carried by a sighting: a rule of its name that says so and matches nothing.
fn rule_by_name(name: &str) -> String {
    let mut identifier: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).take(100).collect();
    if !identifier.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        identifier.insert(0, '_');
    }
    format!(
        "rule {identifier} {{ meta: note = \"the text of this rule is not carried by a sighting\" condition: false }}"
    )
}

/// Likewise for a rule over events.
fn event_rule_by_name(name: &str) -> String {
    let title = json!(name);
    format!(
        "title: {title}\ndescription: the text of this rule is not carried by a sighting\nlogsource: {{}}\ndetection:\n  none:\n    EventID: -1\n  condition: none\n"
    )
}

fn is_host(value: &str) -> bool {
    !value.contains(['/', '@', ':'])
}

fn bare_fingerprint(value: &str) -> String {
    value.replace(':', "").to_ascii_lowercase()
}

/// The address as RFC 3986 allows it to be written: evidence holds addresses with spaces, angle brackets and letters
/// of all scripts, or without a scheme, and one of them would make importers refuse the whole bundle.
fn uri(value: &str) -> String {
    let mut uri = String::with_capacity(value.len());
    if !value.contains("://") {
        uri.push_str("http://");
    }
    for (at, byte) in value.bytes().enumerate() {
        let escape = byte == b'%'
            && value.as_bytes().get(at + 1..at + 3).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit));
        if escape || byte.is_ascii_alphanumeric() || b"-._~:/?#@!$&'()*+,;=".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    uri
}

/// A cyber-observable object with the deterministic id of section 2.9. It carries no marking: the same object is
/// shared by sightings of different markings, and by itself says nothing of who met it.
fn cyber_observable(observable: &Observable) -> Value {
    let value = &*observable.value;
    let (kind, contributing) = match observable.kind {
        ObservableKind::FileHash => {
            let name = HashAlgorithm::of(value).map_or("SHA-256", HashAlgorithm::stix_name);
            ("file", json!({ "hashes": { name: value.to_ascii_lowercase() } }))
        }
        ObservableKind::FileName | ObservableKind::ProcessName => ("file", json!({ "name": value })),
        ObservableKind::FilePath => {
            let name = value.rsplit(['/', '\\']).find(|part| !part.is_empty()).unwrap_or(value);
            ("file", json!({ "name": name }))
        }
        ObservableKind::AppId => ("software", json!({ "name": value })),
        ObservableKind::CertificateFingerprint => {
            let bare = bare_fingerprint(value);
            let name = HashAlgorithm::of(&bare).map_or("SHA-1", HashAlgorithm::stix_name);
            ("x509-certificate", json!({ "hashes": { name: bare } }))
        }
        ObservableKind::Ja3
        | ObservableKind::Ja4
        | ObservableKind::Text
        | ObservableKind::Event
        | ObservableKind::ConfigurationProfile => {
            ("artifact", json!({ "payload_bin": data_encoding::BASE64.encode(value.as_bytes()) }))
        }
        ObservableKind::Bytes => {
            let bytes = data_encoding::HEXLOWER_PERMISSIVE
                .decode(value.as_bytes())
                .unwrap_or_else(|_| value.as_bytes().to_vec());
            ("artifact", json!({ "payload_bin": data_encoding::BASE64.encode(&bytes) }))
        }
        ObservableKind::Url => ("url", json!({ "value": uri(value) })),
        kind => (kind.as_str(), json!({ "value": value })),
    };
    let mut sorted = contributing.clone();
    sorted.sort_all_objects();
    let canonical = sorted.to_string();
    let mut object = Map::new();
    object.insert("type".into(), json!(kind));
    object.insert("spec_version".into(), json!("2.1"));
    object.insert("id".into(), json!(format!("{kind}--{}", Uuid::new_v5(&STIX_NAMESPACE, canonical.as_bytes()))));
    if let Value::Object(fields) = contributing {
        object.extend(fields);
    }
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
        let text = |clearance| bundle(findings.sightings, findings.sweep, clearance).to_string();
        assert!(text(Marking::Clear).contains("[domain-name:value = 'evil.example']"));
        assert!(!text(Marking::Clear).contains("dropper.exe") && !text(Marking::Clear).contains("http://evil.example"));
        assert!(!text(Marking::Green).contains("mailbox.mbox"), "a public indicator tells who was hit");
        assert!(text(Marking::Amber).contains("mailbox.mbox") && text(Marking::Amber).contains("dropper.exe"));
    }

    /// One sighting of each kind; the expected file passes the validators of the standard's own committee.
    #[test]
    fn every_kind_makes_a_bundle() {
        use ObservableKind as K;
        let case = findings();
        let kinds: [(K, &str, &str); 12] = [
            (K::DomainName, "login.evil.example", "evil.example"),
            (K::Url, "evil.example/a b", "evil.example"),
            (K::Ipv4Addr, "198.51.100.7", "198.51.100.0/24"),
            (K::Ipv6Addr, "2001:db8::7", "2001:db8::7"),
            (K::EmailAddr, "phisher@evil.example", "phisher@evil.example"),
            (K::FileHash, "D41D8CD98F00B204E9800998ECF8427E", "d41d8cd98f00b204e9800998ecf8427e"),
            (K::FileName, "it's.doc", "it's.doc"),
            (K::Ja3, "e7d705a3286e19ea42f587b344ee6865", "e7d705a3286e19ea42f587b344ee6865"),
            (K::Ja4, "t13d1516h2_8daaf6152771_e5627efa2ab1", "t13d1516h2_8daaf6152771_e5627efa2ab1"),
            (
                K::CertificateFingerprint,
                "DA:39:A3:EE:5E:6B:4B:0D:32:55:BF:EF:95:60:18:90:AF:D8:07:09",
                "da39a3ee5e6b4b0d3255bfef95601890afd80709",
            ),
            (K::Text, "secret word", "a_rule"),
            (K::Bytes, "4d5a9000", "another rule"),
        ];
        let sightings: Vec<Sighting> = kinds
            .into_iter()
            .map(|(kind, seen, value)| {
                let mut one = case.sightings[0].clone();
                one.observable = Observable::new(kind, seen);
                one.indicator.id = vauban_model::IndicatorId::derived("", kind.as_str(), value);
                one.indicator.value = value.into();
                one
            })
            .collect();
        let bundle = bundle(&sightings, case.findings().sweep, Marking::Red);
        let list = bundle["objects"].as_array().unwrap();
        assert_eq!(list.iter().filter(|object| object["type"] == "sighting").count(), kinds.len());
        check("bundle-kinds.json", &serde_json::to_string_pretty(&bundle).unwrap());
    }

    #[test]
    fn patterns_are_of_the_indicators_kind() {
        let case = findings();
        let with = |kind, seen: &str, value: &str, how: &[&str]| {
            let mut sighting = case.sightings[0].clone();
            sighting.observable = Observable::new(kind, seen);
            sighting.indicator.value = value.into();
            sighting.how = how.iter().map(|step| (*step).to_owned()).collect();
            pattern(&sighting)
        };
        use ObservableKind as K;
        assert_eq!(with(K::Url, "http://a.example/x", "a.example", &[]).1, "[domain-name:value = 'a.example']");
        assert_eq!(
            with(K::Ipv4Addr, "198.51.100.7", "198.51.100.0/24", &["network"]).1,
            "[ipv4-addr:value ISSUBSET '198.51.100.0/24']"
        );
        assert_eq!(with(K::FileName, "x", r"a'\b", &[]).1, r"[file:name = 'a\'\\b']");
        assert_eq!(with(K::Url, "x", "[url:value LIKE '%/x']", &["pattern"]).1, "[url:value LIKE '%/x']");
        let (kind, rule) = with(K::Bytes, "4d5a", "9 } rule", &[]);
        assert!(kind == "yara" && rule.starts_with("rule _9___rule { meta"), "{rule}");
    }

    #[test]
    fn hostile_addresses_become_uris() {
        assert_eq!(uri("http://evil.example/<b> %41%zz é"), "http://evil.example/%3Cb%3E%20%41%25zz%20%C3%A9");
        assert_eq!(uri("evil.example/a"), "http://evil.example/a");
    }

    /// The id that the standard's own algorithm gives (section 2.9), computed by an independent implementation.
    #[test]
    fn ids_of_cyber_observables_are_the_standards() {
        let id = |kind, value: &str| cyber_observable(&Observable::new(kind, value))["id"].as_str().unwrap().to_owned();
        assert_eq!(id(ObservableKind::DomainName, "evil.example"), "domain-name--69228563-c8d2-54ae-aeca-5f4134cb59aa");
        assert_eq!(id(ObservableKind::FileName, "é\"x.doc"), "file--e37fc96b-f9d0-52da-9b1d-6004b48d27d4");
        assert_eq!(
            id(ObservableKind::FileHash, "D41D8CD98F00B204E9800998ECF8427E"),
            "file--02fff920-f614-527c-81d1-6353633a6d21"
        );
    }
}
