//! Observables in the container of observed data.

use serde_json::{Value, json};

use super::samples::{changed, demands};

fn observed(objects: Value) -> Vec<(String, &'static str)> {
    demands(&changed("observed-data", |object| {
        object.remove("object_refs");
        object.insert("objects".to_owned(), objects);
    }))
}

#[test]
fn references_are_keys_of_the_container() {
    let objects = json!({
        "0": {"type": "ipv4-addr", "value": "198.51.100.2"},
        "1": {"type": "network-traffic", "dst_ref": "0", "protocols": ["tcp"]}
    });
    assert_eq!(observed(objects.clone()), []);
    let mut wrong = objects.clone();
    wrong["1"]["dst_ref"] = "1".into();
    assert_eq!(observed(wrong), [("objects.1.dst_ref".to_owned(), "reference-type")]);
    let mut nowhere = objects;
    nowhere["1"]["dst_ref"] = "7".into();
    assert_eq!(observed(nowhere), [("objects.1.dst_ref".to_owned(), "unresolved")]);
}

#[test]
fn what_stands_in_it_is_judged() {
    assert_eq!(observed(json!([])), [("objects".to_owned(), "wrong-type")]);
    assert_eq!(observed(json!({})), [("objects".to_owned(), "empty")]);
    assert_eq!(observed(json!({"0": 1})), [("objects.0".to_owned(), "wrong-type")]);
    assert_eq!(observed(json!({"0": {"name": "x"}})), [("objects.0.type".to_owned(), "missing")]);
    assert_eq!(observed(json!({"0": {"type": "mutex"}})), [("objects.0.name".to_owned(), "missing")]);
    let tool = json!({"0": {"type": "tool", "name": "x"}});
    assert_eq!(observed(tool), [("objects.0.type".to_owned(), "reference-type")]);
    let ended = json!({"0": {"type": "file", "name": "x", "extensions": {"archive-ext": {"contains_refs": ["0"]}}}});
    assert_eq!(observed(ended), []);
}
