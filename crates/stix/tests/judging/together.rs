//! Objects of one bundle, and of another version of the standard.

use serde_json::{Value, json};
use vauban_stix::{BundleJudge, Check, Object, Rules, SpecVersion, judge};

use super::samples::sample;

fn object(value: Value) -> Object {
    Object::new(value).unwrap()
}

fn codes(bundle: &Value, rules: &Rules) -> Vec<(String, &'static str)> {
    let faults = judge(&object(bundle.clone()), rules);
    faults.iter().map(|fault| (fault.path.to_string(), fault.problem.code())).collect()
}

fn bundle(objects: &[Value]) -> Value {
    json!({"type": "bundle", "id": "bundle--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f", "objects": objects})
}

#[test]
fn one_version_is_there_once() {
    let tool = Value::Object(sample("tool"));
    let twice = bundle(&[tool.clone(), tool.clone()]);
    assert_eq!(codes(&twice, &Rules::default()), [("objects[1].id".to_owned(), "duplicate")]);
    let mut later = tool.clone();
    later["modified"] = "2026-02-01T08:00:00.000Z".into();
    assert_eq!(codes(&bundle(&[tool, later]), &Rules::default()), []);
}

#[test]
fn one_by_one_is_as_good_as_all_at_once() {
    let rules = Rules::default().with([Check::ReferencesInBundle]);
    let objects = [
        Value::Object(sample("relationship")),
        json!({"type": "mutex", "id": "mutex--1"}),
        Value::Object(sample("malware")),
    ];
    let mut one_by_one = BundleJudge::new(&rules, None);
    let mut found: Vec<_> = objects.iter().flat_map(|value| one_by_one.judge(&object(value.clone()))).collect();
    found.extend(one_by_one.finish());
    assert_eq!(found, judge(&object(bundle(&objects)), &rules));
    assert!(
        found
            .iter()
            .any(|fault| fault.path.as_str() == "objects[0].source_ref" && fault.problem.code() == "not-in-bundle")
    );
    assert!(!found.iter().any(|fault| fault.path.as_str() == "objects[0].target_ref"));
}

#[test]
fn objects_of_the_older_version_say_so_on_the_bundle() {
    let older = json!({
        "type": "identity", "id": "identity--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f", "created": "2016-08-22T14:09:00.123Z",
        "modified": "2016-08-22T14:09:00.123Z", "name": "N", "identity_class": "organization"
    });
    let rules = Rules::default();
    assert_eq!(codes(&older, &rules), [("spec_version".to_owned(), "missing")]);
    assert_eq!(codes(&bundle(std::slice::from_ref(&older)), &rules), []);
    let mut rules = Rules::default();
    rules.version = Some(SpecVersion::V20);
    assert_eq!(codes(&older, &rules), []);
    let newer = Value::Object(sample("identity"));
    assert!(codes(&newer, &rules).contains(&("spec_version".to_owned(), "version")));
    // Of the older version ids are random.
    let mut named = older;
    named["id"] = "identity--28bb3599-77cd-5a82-a950-b5bc3caf07c4".into();
    assert!(codes(&named, &rules).contains(&("id".to_owned(), "uuid-version")));
}

#[test]
fn no_bundle_stands_in_a_bundle() {
    let inner = bundle(&[Value::Object(sample("tool"))]);
    assert_eq!(codes(&bundle(&[inner]), &Rules::default()), [("objects[0].type".to_owned(), "reference-type")]);
}

#[test]
fn the_profile_asks_who_made_it() {
    let mut rules = Rules::default();
    rules.interop = true;
    let mut tool = sample("tool");
    let maker = Value::Object(sample("identity"));
    assert_eq!(codes(&bundle(&[Value::Object(tool.clone()), maker.clone()]), &rules), []);
    let alone = codes(&bundle(&[Value::Object(tool.clone())]), &rules);
    assert_eq!(alone, [("objects[0].created_by_ref".to_owned(), "not-in-bundle")]);
    let white = "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9";
    tool.insert("object_marking_refs".to_owned(), json!([white, white]));
    let twice = codes(&bundle(&[Value::Object(tool), maker]), &rules);
    assert_eq!(twice, [("objects[0].object_marking_refs".to_owned(), "several-tlp")]);
}
