//! Every type, property by property.

use serde_json::{Value, json};

use super::samples::{all, demands, faults};

#[test]
fn an_object_of_every_type_has_no_fault() {
    let all = all();
    assert_eq!(all.len(), 43);
    for object in &all {
        let found: Vec<String> = faults(object).iter().map(ToString::to_string).collect();
        assert!(found.is_empty(), "{}: {found:?}", object["type"]);
    }
}

/// Every property of every type is of one kind: something of all the other kinds is refused, at that property.
#[test]
fn no_property_takes_a_value_of_another_kind() {
    for object in all() {
        for (name, value) in &object {
            for wrong in
                [json!(null), json!([]), json!({}), json!([[]]), json!([{}]), json!("\u{0}"), json!(-1.5), json!(true)]
            {
                if is_alike(value, &wrong) || name == "type" {
                    continue;
                }
                let mut broken = object.clone();
                broken.insert(name.clone(), wrong.clone());
                let found = demands(&broken);
                let told = found.iter().any(|(path, _)| path.starts_with(name.as_str()));
                assert!(told, "{}.{name} takes {wrong}: {found:?}", object["type"]);
            }
        }
    }
}

/// Whether one is as good as the other by its JSON type; numbers and words are looked at elsewhere.
fn is_alike(value: &Value, wrong: &Value) -> bool {
    match (value, wrong) {
        (Value::String(_), Value::String(_)) | (Value::Bool(_), Value::Bool(_)) => true,
        (Value::Number(number), Value::Number(_)) => number.is_f64(),
        (Value::Object(_), Value::Object(wrong)) => !wrong.is_empty(),
        _ => false,
    }
}

/// What the standard's tables call required, by type, beyond the common properties.
const REQUIRED: &[(&str, &[&str])] = &[
    ("attack-pattern", &["name"]),
    ("campaign", &["name"]),
    ("course-of-action", &["name"]),
    ("grouping", &["context", "object_refs"]),
    ("identity", &["name"]),
    ("incident", &["name"]),
    ("indicator", &["pattern", "pattern_type", "valid_from"]),
    ("infrastructure", &["name"]),
    ("intrusion-set", &["name"]),
    ("malware", &["is_family", "name"]),
    ("malware-analysis", &["product"]),
    ("note", &["content", "object_refs"]),
    ("observed-data", &["first_observed", "last_observed", "number_observed"]),
    ("opinion", &["opinion", "object_refs"]),
    ("report", &["name", "published", "object_refs"]),
    ("threat-actor", &["name"]),
    ("tool", &["name"]),
    ("vulnerability", &["name"]),
    ("relationship", &["relationship_type", "source_ref", "target_ref"]),
    ("sighting", &["sighting_of_ref"]),
    ("autonomous-system", &["number"]),
    ("directory", &["path"]),
    ("domain-name", &["value"]),
    ("email-addr", &["value"]),
    ("email-message", &["is_multipart"]),
    ("ipv4-addr", &["value"]),
    ("ipv6-addr", &["value"]),
    ("mac-addr", &["value"]),
    ("mutex", &["name"]),
    ("network-traffic", &["protocols"]),
    ("software", &["name"]),
    ("url", &["value"]),
    ("language-content", &["object_ref", "contents"]),
    ("marking-definition", &["definition_type", "definition"]),
    ("extension-definition", &["name", "schema", "version", "extension_types", "created_by_ref"]),
];

#[test]
fn what_is_required_has_to_be_there_and_nothing_else_does() {
    for object in all() {
        let object_type = object["type"].as_str().unwrap().to_owned();
        let own = REQUIRED.iter().find(|(name, _)| *name == object_type).map_or(&[][..], |(_, names)| names);
        let common: &[&str] = match object_type.as_str() {
            _ if object.contains_key("modified") => &["spec_version", "created", "modified"],
            "marking-definition" => &["spec_version", "created"],
            _ => &[],
        };
        for name in object.keys().filter(|name| *name != "type" && *name != "id") {
            let mut broken = object.clone();
            broken.remove(name);
            let missing = demands(&broken).contains(&(name.clone(), "missing"));
            let required = own.contains(&name.as_str()) || common.contains(&name.as_str());
            assert_eq!(missing, required, "{object_type}.{name}");
        }
    }
}

#[test]
fn without_a_type_or_an_id_it_is_no_object() {
    for object in all() {
        for name in ["type", "id"] {
            let mut broken = object.clone();
            broken.remove(name);
            assert_eq!(demands(&broken), [(String::new(), "not-stix")]);
        }
    }
}

#[test]
fn an_id_is_of_the_type() {
    for object in all() {
        let mut broken = object.clone();
        broken.insert("id".to_owned(), "own-type--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f".into());
        assert!(demands(&broken).contains(&("id".to_owned(), "identifier-type")), "{}", object["type"]);
    }
}
