//! TLP markings of objects, the bundles that carry them, and versions.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::HashMap;

use proptest::prelude::*;
use serde_json::{Value, json};
use vauban_model::Marking;
use vauban_stix::{
    BundleError, Held, Limits, Object, ObjectId, Rules, Succession, extension_definition, is_revoked, judge,
    marking_definition, read_all, succession, supersedes, tlp, write_bundle,
};

const ALL: [Marking; 5] = [Marking::Clear, Marking::Green, Marking::Amber, Marking::AmberStrict, Marking::Red];
const STATEMENT: &str = "marking-definition--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f";

fn object(value: Value) -> Object {
    Object::new(value).unwrap()
}

fn tool(more: Value) -> Object {
    let mut tool = json!({
        "type": "tool", "spec_version": "2.1", "id": "tool--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f", "name": "N",
        "created": "2026-01-31T08:00:00.000Z", "modified": "2026-01-31T08:00:00.000Z"
    });
    tool.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    object(tool)
}

fn definition(more: Value) -> Object {
    let mut definition = json!({"type": "marking-definition", "spec_version": "2.1", "id": STATEMENT, "created": "2026-01-31T08:00:00.000Z"});
    definition.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    object(definition)
}

fn nowhere(_: &str) -> Option<&'static Object> {
    None
}

#[test]
fn the_objects_of_tlp_are_valid_and_read_back() {
    let mut strict = Rules::default();
    strict.strict = true;
    for marking in ALL {
        let definition = marking_definition(marking);
        assert_eq!(judge(&definition, &strict), []);
        assert_eq!(definition.id_text(), Some(marking.stix_id()));
        let marked = tool(json!({"object_marking_refs": [marking.stix_id()]}));
        assert_eq!(tlp(&marked, nowhere).unwrap().object, Some(marking));
    }
    assert_eq!(judge(&extension_definition(), &strict), []);
}

#[test]
fn the_older_tlp_is_read() {
    for (id, marking) in [
        ("marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9", Marking::Clear),
        ("marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed", Marking::Red),
    ] {
        assert_eq!(tlp(&tool(json!({"object_marking_refs": [id]})), nowhere).unwrap().strictest(), Some(marking));
    }
    assert_eq!(tlp(&tool(json!({})), nowhere).unwrap().strictest(), None);
}

#[test]
fn a_part_may_be_stricter_than_the_whole() {
    let marked = tool(json!({
        "object_marking_refs": [Marking::Clear.stix_id(), Marking::Green.stix_id()],
        "granular_markings": [
            {"selectors": ["name"], "marking_ref": Marking::Red.stix_id()},
            {"selectors": ["id"], "marking_ref": Marking::Clear.stix_id()},
            {"selectors": ["name"], "lang": "fr"}
        ]
    }));
    let found = tlp(&marked, nowhere).unwrap();
    assert_eq!((found.object, found.strictest()), (Some(Marking::Green), Some(Marking::Red)));
    assert_eq!(found.stricter.len(), 1);
    assert_eq!(
        (found.stricter[0].selectors.as_slice(), found.stricter[0].marking),
        (&["name".to_owned()][..], Marking::Red)
    );
}

#[test]
fn what_nobody_understands_is_held() {
    let marked = tool(json!({"object_marking_refs": [STATEMENT]}));
    let read = |definition: &Object| tlp(&marked, |id| (id == STATEMENT).then_some(definition));
    assert_eq!(tlp(&marked, nowhere), Err(Held::Unknown(STATEMENT.to_owned())));
    let copyright = definition(json!({"definition_type": "statement", "definition": {"statement": "Copyright"}}));
    assert_eq!(read(&copyright).unwrap().strictest(), None);
    let label = definition(json!({"definition_type": "statement", "definition": {"statement": "TLP:RED"}}));
    assert_eq!(read(&label), Err(Held::LabelOnly("TLP:RED".to_owned())));
    let other = definition(
        json!({"extensions": {"extension-definition--3a65884d-005a-4290-8335-cb2d778a83ce": {"extension_type": "property-extension", "rule": "x"}}}),
    );
    assert_eq!(read(&other), Err(Held::NotUnderstood(STATEMENT.to_owned())));
    let purple = definition(
        json!({"extensions": {vauban_stix::EXTENSION_DEFINITION_ID: {"extension_type": "property-extension", "tlp_2_0": "purple"}}}),
    );
    assert_eq!(read(&purple), Err(Held::NotUnderstood(STATEMENT.to_owned())));
    assert_eq!(read(&tool(json!({}))), Err(Held::NotUnderstood(STATEMENT.to_owned())));
    let own_amber = definition(
        json!({"extensions": {vauban_stix::EXTENSION_DEFINITION_ID: {"extension_type": "property-extension", "tlp_2_0": "amber+strict"}}}),
    );
    assert_eq!(read(&own_amber).unwrap().strictest(), Some(Marking::AmberStrict));
    for (name, value) in [
        ("object_marking_refs", json!("x")),
        ("object_marking_refs", json!([1])),
        ("granular_markings", json!([{}])),
        ("granular_markings", json!([{"marking_ref": Marking::Red.stix_id()}])),
    ] {
        assert_eq!(tlp(&tool(json!({name: value})), nowhere), Err(Held::Malformed(name)));
    }
}

#[test]
fn a_label_is_no_marking() {
    let labelled = tool(json!({"labels": ["tlp:amber+strict"]}));
    assert_eq!(tlp(&labelled, nowhere), Err(Held::LabelOnly("tlp:amber+strict".to_owned())));
    let marked = tool(json!({"labels": ["tlp:green"], "object_marking_refs": [Marking::Amber.stix_id()]}));
    assert_eq!(tlp(&marked, nowhere).unwrap().strictest(), Some(Marking::Amber));
}

#[test]
fn nothing_redefines_a_known_marking() {
    let red = Marking::Red.stix_id();
    let forged = definition(
        json!({"id": red, "extensions": {vauban_stix::EXTENSION_DEFINITION_ID: {"extension_type": "property-extension", "tlp_2_0": "clear"}}}),
    );
    let marked = tool(json!({"object_marking_refs": [red]}));
    assert_eq!(tlp(&marked, |_| Some(&forged)).unwrap().strictest(), Some(Marking::Red));
}

fn bundle_id() -> ObjectId {
    "bundle--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f".parse().unwrap()
}

#[test]
fn a_bundle_carries_its_markings_and_those_of_its_markings() {
    let statement = definition(json!({
        "definition_type": "statement", "definition": {"statement": "S"}, "object_marking_refs": [Marking::Green.stix_id()]
    }));
    let marked = tool(json!({
        "object_marking_refs": [STATEMENT],
        "granular_markings": [{"selectors": ["name"], "marking_ref": Marking::Amber.stix_id()}]
    }));
    let bytes = write_bundle(&bundle_id(), std::slice::from_ref(&marked), |id| (id == STATEMENT).then_some(&statement))
        .unwrap();
    let read = read_all(&bytes, &Limits::default()).unwrap();
    let ids: Vec<_> = read.objects.iter().map(|object| object.id_text().unwrap()).collect();
    assert_eq!(ids.len(), 4);
    for id in [STATEMENT, Marking::Green.stix_id(), Marking::Amber.stix_id()] {
        assert!(ids[..3].contains(&id), "{id}");
    }
    assert_eq!(ids[3], marked.id_text().unwrap());
    let unknown = write_bundle(&bundle_id(), &[marked], nowhere);
    assert!(matches!(unknown, Err(BundleError::UnknownMarking { marking, .. }) if marking == STATEMENT));
}

#[test]
fn what_is_wrong_with_a_bundle_is_told() {
    assert!(matches!(write_bundle(&tool(json!({})).id().unwrap(), &[], nowhere), Err(BundleError::NotABundle(_))));
    assert_eq!(write_bundle(&bundle_id(), &[object(json!({"type": "tool"}))], nowhere), Err(BundleError::NoVersion));
    let (one, two) = (tool(json!({})), tool(json!({"name": "M"})));
    assert!(matches!(write_bundle(&bundle_id(), &[one, two], nowhere), Err(BundleError::Conflict(_))));
}

#[test]
fn versions_succeed_each_other() {
    let old = tool(json!({}));
    let new = tool(json!({"modified": "2026-01-31T08:00:00.0001Z"}));
    assert!(supersedes(&new, &old) && !supersedes(&old, &new));
    assert_eq!(succession(&old, &new), Succession::Earlier);
    assert_eq!(succession(&old, &old), Succession::Same);
    assert_eq!(succession(&tool(json!({"name": "M"})), &old), Succession::Conflict);
    let revoked = tool(json!({"revoked": true}));
    assert!(is_revoked(&revoked) && !is_revoked(&old));
    assert_eq!(succession(&new, &revoked), Succession::AfterRevocation);
    let other = tool(json!({"id": "tool--28bb3599-77cd-5a82-a950-b5bc3caf07c4"}));
    assert_eq!(succession(&other, &old), Succession::Unrelated);
    assert_eq!(succession(&object(json!({})), &old), Succession::Unrelated);
}

proptest! {
    /// The strictest marking decides, however many there are and wherever they stand.
    #[test]
    fn the_strictest_decides(whole in prop::collection::vec(0..5_usize, 0..4), parts in prop::collection::vec(0..5_usize, 0..4)) {
        let id = |index: &usize| json!(ALL[*index].stix_id());
        let parts_json: Vec<_> = parts.iter().map(|index| json!({"selectors": ["name"], "marking_ref": id(index)})).collect();
        let whole_json: Vec<_> = whole.iter().map(id).collect();
        let marked = tool(json!({"object_marking_refs": whole_json, "granular_markings": parts_json}));
        let found = tlp(&marked, nowhere).unwrap();
        prop_assert_eq!(found.strictest(), whole.iter().chain(&parts).map(|index| ALL[*index]).max());
        prop_assert_eq!(found.object, whole.iter().map(|index| ALL[*index]).max());
    }

    /// The same objects are the same bytes, in whatever order they come and however often.
    #[test]
    fn a_bundle_is_the_same_bytes(order in Just((0..6_usize).collect::<Vec<_>>()).prop_shuffle(), again in 0..6_usize) {
        let made: HashMap<usize, Object> = (0..6).map(|index| {
            let uuid = format!("8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3{index}");
            (index, tool(json!({"id": format!("tool--{uuid}"), "object_marking_refs": [ALL[index % 5].stix_id()]})))
        }).collect();
        let sorted: Vec<Object> = (0..6).map(|index| made[&index].clone()).collect();
        let mut shuffled: Vec<Object> = order.iter().map(|index| made[index].clone()).collect();
        shuffled.push(made[&again].clone());
        prop_assert_eq!(write_bundle(&bundle_id(), &sorted, nowhere), write_bundle(&bundle_id(), &shuffled, nowhere));
    }
}
