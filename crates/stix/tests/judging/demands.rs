//! What the standard demands beyond the kind of each property: one row for each, with the section that says so.

use serde_json::{Map, Value, json};

use super::samples::{changed, faults};

/// A change to the object of a type, and the fault that has to be told: where, which, and by which section.
type Row = (&'static str, Value, &'static str, &'static str, &'static str);

/// Changes are merged into the object; a property with null is taken out.
fn apply(object: &mut Map<String, Value>, change: &Value) {
    for (name, value) in change.as_object().unwrap() {
        match value {
            Value::Null => drop(object.remove(name)),
            value => drop(object.insert(name.clone(), value.clone())),
        }
    }
}

fn check(rows: &[Row]) {
    for (object_type, change, path, code, section) in rows {
        let object = changed(object_type, |object| apply(object, change));
        let found = faults(&object);
        let told = found
            .iter()
            .any(|fault| fault.path.as_str() == *path && fault.problem.code() == *code && fault.section == *section);
        assert!(told, "{object_type} with {change}: {found:?}");
    }
}

const EARLY: &str = "2020-01-01T00:00:00.000Z";

#[test]
fn times_follow_each_other() {
    let early = |name: &str| json!({ name: EARLY });
    check(&[
        ("tool", early("modified"), "modified", "too-early", "3.2"),
        ("campaign", early("last_seen"), "last_seen", "too-early", "4.2"),
        ("indicator", json!({"valid_until": "2026-01-31T08:00:00.000Z"}), "valid_until", "too-early", "4.7"),
        ("infrastructure", early("last_seen"), "last_seen", "too-early", "4.8"),
        ("intrusion-set", early("last_seen"), "last_seen", "too-early", "4.9"),
        ("malware", early("last_seen"), "last_seen", "too-early", "4.11"),
        ("observed-data", early("last_observed"), "last_observed", "too-early", "4.14"),
        ("threat-actor", early("last_seen"), "last_seen", "too-early", "4.17"),
        ("relationship", json!({"stop_time": "2026-01-31T08:00:00.0Z"}), "stop_time", "too-early", "5.1"),
        ("sighting", early("last_seen"), "last_seen", "too-early", "5.2"),
        ("network-traffic", early("end"), "end", "too-early", "6.12"),
    ]);
}

#[test]
fn times_are_as_exact_as_they_have_to_be() {
    check(&[
        ("tool", json!({"created": "2026-01-31T08:00:00Z"}), "created", "precision", "4.18"),
        ("tool", json!({"created": "2026-02-30T08:00:00.000Z"}), "created", "timestamp", "2.16"),
        (
            "file",
            json!({"extensions": {"windows-pebinary-ext": {"pe_type": "exe", "time_date_stamp": "2026-01-31T08:00:00.5Z"}}}),
            "extensions.windows-pebinary-ext.time_date_stamp",
            "precision",
            "6.7.6",
        ),
    ]);
}

#[test]
fn domain_objects() {
    check(&[
        ("location", json!({"latitude": null}), "longitude", "needs", "4.10"),
        ("location", json!({"longitude": null}), "precision", "needs", "4.10"),
        ("location", json!({"latitude": 90.5}), "latitude", "range", "4.10"),
        ("location", json!({"region": null, "country": null, "latitude": null}), "", "needs-one-of", "4.10"),
        ("malware", json!({"name": null}), "name", "missing", "4.11"),
        (
            "malware",
            json!({"operating_system_refs": ["file--28bb3599-77cd-5a82-a950-b5bc3caf07c4"]}),
            "operating_system_refs[0]",
            "reference-type",
            "4.11",
        ),
        ("malware-analysis", json!({"result": null, "analysis_sco_refs": null}), "", "needs-one-of", "4.12"),
        ("malware-analysis", json!({"host_vm_ref": "soft-id-false"}), "host_vm_ref", "identifier", "2.9"),
        ("observed-data", json!({"object_refs": null}), "", "needs-one-of", "4.14"),
        ("observed-data", json!({"objects": {"0": {"type": "mutex", "name": "n"}}}), "objects", "excludes", "4.14"),
        (
            "observed-data",
            json!({"object_refs": ["campaign--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f"]}),
            "object_refs[0]",
            "reference-type",
            "4.14",
        ),
        (
            "observed-data",
            json!({"object_refs": ["sighting--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f"]}),
            "object_refs",
            "needs-one-of",
            "4.14",
        ),
        ("observed-data", json!({"number_observed": 0}), "number_observed", "range", "4.14"),
        ("opinion", json!({"opinion": "maybe"}), "opinion", "enumeration", "10.18"),
        ("indicator", json!({"pattern": "[domain-name:value = 'evil.example'"}), "pattern", "pattern", "9"),
        ("indicator", json!({"pattern": "[f:value = 'x']"}), "pattern", "type-name", "9.7"),
        ("indicator", json!({"pattern": "[file:n = 'x']"}), "pattern", "property-name", "9.7"),
        ("tool", json!({"confidence": 101}), "confidence", "range", "4.18"),
        ("tool", json!({"confidence": 1.5}), "confidence", "integer", "2.10"),
        ("tool", json!({"lang": "english"}), "lang", "form", "4.18"),
        ("tool", json!({"defanged": true}), "defanged", "unknown-property", "3.2"),
        ("tool", json!({"severity": 1}), "severity", "reserved", "3.8"),
        ("tool", json!({"Own": 1}), "Own", "property-name", "3.1"),
        ("tool", json!({"own_hex": "abc"}), "own_hex", "form", "2.8"),
        ("tool", json!({"own_bin": "a"}), "own_bin", "form", "2.1"),
        ("tool", json!({"spec_version": "3.0"}), "spec_version", "version", "3.2"),
    ]);
}

#[test]
fn relationships_and_references() {
    check(&[
        (
            "relationship",
            json!({"source_ref": "sighting--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f"}),
            "source_ref",
            "reference-type",
            "5.1",
        ),
        ("relationship", json!({"relationship_type": "Uses"}), "relationship_type", "form", "5.1"),
        (
            "sighting",
            json!({"sighting_of_ref": "file--28bb3599-77cd-5a82-a950-b5bc3caf07c4"}),
            "sighting_of_ref",
            "reference-type",
            "5.2",
        ),
        (
            "sighting",
            json!({"where_sighted_refs": ["tool--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f"]}),
            "where_sighted_refs[0]",
            "reference-type",
            "5.2",
        ),
        ("sighting", json!({"count": 1_000_000_000_u64}), "count", "range", "5.2"),
        (
            "tool",
            json!({"external_references": [{"source_name": "own"}]}),
            "external_references[0]",
            "needs-one-of",
            "2.5",
        ),
        (
            "tool",
            json!({"external_references": [{"source_name": "cve", "external_id": "CVE-2016-123"}]}),
            "external_references[0].external_id",
            "form",
            "4.19",
        ),
        (
            "tool",
            json!({"external_references": [{"source_name": "own", "external_id": "CVE-2016-1234"}]}),
            "external_references[0].external_id",
            "form",
            "4.19",
        ),
        (
            "tool",
            json!({"external_references": [{"source_name": "capec", "external_id": "163"}]}),
            "external_references[0].external_id",
            "form",
            "4.1",
        ),
        (
            "tool",
            json!({"external_references": [{"source_name": "own", "url": "no url"}]}),
            "external_references[0].url",
            "form",
            "2.5",
        ),
        (
            "tool",
            json!({"external_references": [{"source_name": "own", "external_id": "1", "hashes": {"MD5": "x"}}]}),
            "external_references[0].hashes.MD5",
            "hash",
            "2.7",
        ),
    ]);
}

#[test]
fn observables() {
    check(&[
        ("artifact", json!({"url": "https://evil.example"}), "payload_bin", "excludes", "6.1"),
        ("artifact", json!({"payload_bin": null}), "", "needs-one-of", "6.1"),
        (
            "artifact",
            json!({"payload_bin": null, "url": "https://evil.example", "hashes": null}),
            "url",
            "needs",
            "6.1",
        ),
        ("artifact", json!({"encryption_algorithm": null}), "decryption_key", "needs", "6.1"),
        ("artifact", json!({"hashes": null, "payload_bin": null}), "id", "uuid-version", "2.9"),
        ("directory", json!({"path_enc": "bla.bla.bla"}), "path_enc", "form", "6.3"),
        ("email-addr", json!({"value": "A <a@evil.example>"}), "value", "form", "6.5"),
        ("email-message", json!({"body": "b"}), "body", "excludes", "6.6"),
        ("email-message", json!({"is_multipart": false}), "body_multipart", "excludes", "6.6"),
        (
            "email-message",
            json!({"body_multipart": [{"content_type": "text/plain"}]}),
            "body_multipart[0]",
            "needs-one-of",
            "6.6.2",
        ),
        (
            "email-message",
            json!({"additional_header_fields": {"subject": "s"}}),
            "additional_header_fields.subject",
            "dictionary-key",
            "6.6",
        ),
        ("file", json!({"hashes": null, "name": null, "name_enc": null}), "", "needs-one-of", "6.7"),
        ("file", json!({"name": null}), "name_enc", "needs", "3.1"),
        ("file", json!({"size": -1}), "size", "range", "6.7"),
        ("file", json!({"hashes": {"MD": "x"}}), "hashes.MD", "dictionary-key", "2.7"),
        (
            "file",
            json!({"extensions": {"raster-image-ext": {"exif_tags": {"make": "m"}}}}),
            "extensions.raster-image-ext.exif_tags.make",
            "form",
            "6.7.5",
        ),
        (
            "file",
            json!({"extensions": {"windows-pebinary-ext": {"pe_type": "exe"}}}),
            "extensions.windows-pebinary-ext",
            "needs-one-of",
            "6.7.6",
        ),
        ("ipv4-addr", json!({"value": "999.999.999.999"}), "value", "form", "6.8"),
        ("ipv6-addr", json!({"value": "foo"}), "value", "form", "6.9"),
        ("mac-addr", json!({"value": "D2:FB:49:24:37:18"}), "value", "form", "6.10"),
        ("network-traffic", json!({"is_active": true}), "end", "excludes", "6.12"),
        ("network-traffic", json!({"src_ref": null, "dst_ref": null}), "", "needs-one-of", "6.12"),
        ("network-traffic", json!({"dst_port": 65536}), "dst_port", "range", "6.12"),
        (
            "network-traffic",
            json!({"src_ref": "mutex--28bb3599-77cd-5a82-a950-b5bc3caf07c4"}),
            "src_ref",
            "reference-type",
            "6.12",
        ),
        (
            "network-traffic",
            json!({"extensions": {"icmp-ext": {"icmp_type_hex": "08"}}}),
            "extensions.icmp-ext.icmp_code_hex",
            "missing",
            "6.12.3",
        ),
        (
            "network-traffic",
            json!({"extensions": {"http-request-ext": {"request_method": "get", "request_value": "/", "request_header": {"Host": "x"}}}}),
            "extensions.http-request-ext.request_header.Host",
            "wrong-type",
            "2.12",
        ),
        (
            "network-traffic",
            json!({"extensions": {"socket-ext": {"address_family": "AF_OWN"}}}),
            "extensions.socket-ext.address_family",
            "enumeration",
            "10.16",
        ),
        ("process", json!({"id": "process--28bb3599-77cd-5a82-a950-b5bc3caf07c4"}), "id", "uuid-version", "2.9"),
        ("software", json!({"cpe": "invalid"}), "cpe", "form", "6.14"),
        ("url", json!({"value": "foo"}), "value", "form", "6.15"),
        ("windows-registry-key", json!({"key": "HKLM\\own"}), "key", "form", "6.17"),
        (
            "windows-registry-key",
            json!({"values": [{"data_type": "REG_OWN"}]}),
            "values[0].data_type",
            "enumeration",
            "10.29",
        ),
        (
            "x509-certificate",
            json!({"x509_v3_extensions": {"own_property": 1}}),
            "x509_v3_extensions",
            "needs-one-of",
            "6.18.2",
        ),
        ("mutex", json!({"extensions": {"own": {"a_b": 1}}}), "extensions.own", "extension-name", "11.3.1"),
        (
            "mutex",
            json!({"extensions": {"extension-definition--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f": {"own": 1}}}),
            "extensions.extension-definition--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f.extension_type",
            "missing",
            "3.2",
        ),
    ]);
}

#[test]
fn meta_objects() {
    let white = "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9";
    check(&[
        (
            "language-content",
            json!({"contents": {"espa\u{f1}ol": {"name": "x"}}}),
            "contents.espa\u{f1}ol",
            "form",
            "7.1",
        ),
        ("language-content", json!({"contents": {"es": {"No": "x"}}}), "contents.es.No", "property-name", "7.1"),
        (
            "language-content",
            json!({"object_ref": "bundle--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f"}),
            "object_ref",
            "reference-type",
            "7.1",
        ),
        ("marking-definition", json!({"definition": {"own": "x"}}), "definition.statement", "missing", "7.2.1.3"),
        ("marking-definition", json!({"definition_type": "tlp", "definition": {"tlp": "green"}}), "", "tlp", "7.2.1.4"),
        (
            "marking-definition",
            json!({"id": white, "object_marking_refs": [white]}),
            "object_marking_refs[0]",
            "circular",
            "3.2",
        ),
        (
            "tool",
            json!({"granular_markings": [{"selectors": ["labels.[1]"], "lang": "fr"}]}),
            "granular_markings[0].selectors[0]",
            "selector",
            "7.2.3",
        ),
        (
            "tool",
            json!({"granular_markings": [{"selectors": ["name"], "lang": "fr", "marking_ref": white}]}),
            "granular_markings[0].lang",
            "excludes",
            "7.2.3",
        ),
        (
            "tool",
            json!({"granular_markings": [{"selectors": ["name"]}]}),
            "granular_markings[0]",
            "needs-one-of",
            "7.2.3",
        ),
        (
            "tool",
            json!({"object_marking_refs": ["tool--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f"]}),
            "object_marking_refs[0]",
            "reference-type",
            "4.18",
        ),
        ("extension-definition", json!({"extension_types": ["new-sdo"]}), "extension_properties", "needs", "7.3.1"),
        ("bundle", json!({"objects": []}), "objects", "empty", "2.12"),
        (
            "bundle",
            json!({"objects": [{"type": "mutex", "id": "mutex--28bb3599-77cd-5a82-a950-b5bc3caf07c4"}]}),
            "objects[0].name",
            "missing",
            "6.11",
        ),
    ]);
}
