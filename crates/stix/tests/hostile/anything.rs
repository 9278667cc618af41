//! Any JSON at all, and objects of every type with anything in any place: an answer, never a panic.

use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::{Map, Value};
use vauban_stix::{
    BundleJudge, Check, Limits, Object, Rules, Version, canonical, deterministic_id, judge, judge_row, read_all, tlp,
};

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        word().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 64, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((word(), inner), 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Words that the standard knows, and others.
fn word() -> impl Strategy<Value = String> {
    const KNOWN: &[&str] = &[
        "type",
        "id",
        "objects",
        "extensions",
        "hashes",
        "MD5",
        "object_marking_refs",
        "granular_markings",
        "selectors",
        "marking_ref",
        "0",
        "[0]",
        "tlp",
        "bundle",
        "observed-data",
        "file",
        "indicator",
        "pattern",
        "stix",
        "pattern_type",
        "[file:name = 'x']",
        "ntfs-ext",
        "tool--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f",
        "2026-01-31T08:00:00.000Z",
        "marking-definition",
        "definition",
        "definition_type",
        "statement",
        "contents",
        "language-content",
        "values",
    ];
    prop_oneof![3 => prop::sample::select(KNOWN).prop_map(str::to_owned), 1 => any::<String>()]
}

static SAMPLES: LazyLock<Vec<Map<String, Value>>> = LazyLock::new(|| {
    include_str!("../judging/samples.jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect()
});

/// Puts a value where the steps lead, each a member or item by its number.
fn put(place: &mut Value, steps: &[usize], value: Value) {
    let Some((step, rest)) = steps.split_first() else {
        *place = value;
        return;
    };
    match place {
        Value::Object(map) if !map.is_empty() => {
            let at = step % map.len();
            put(map.values_mut().nth(at).unwrap(), rest, value);
        }
        Value::Array(items) if !items.is_empty() => {
            let at = step % items.len();
            put(&mut items[at], rest, value);
        }
        other => *other = value,
    }
}

fn everything(value: &Value) {
    let mut rules = Rules::default().with(Check::all());
    rules.interop = true;
    let text = value.to_string();
    let _ = judge_row(&text);
    let _ = judge_row(&format!("{{\"input\":{text},\"options\":{text}}}"));
    let _ = canonical(value);
    let Ok(document) = read_all(text.as_bytes(), &Limits::default()) else { return };
    let mut together = BundleJudge::new(&rules, None);
    for object in &document.objects {
        assert_eq!(judge(object, &rules), judge(object, &rules));
        let _ = together.judge(object);
        let _ = tlp(object, |_| Some(object));
        let _ = (deterministic_id(object), Version::of(object));
    }
    let _ = together.finish();
    let _ = Object::new(value.clone()).map(|object| judge(&object, &rules));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

    #[test]
    fn any_json_is_judged(value in any_json()) {
        everything(&value);
    }

    #[test]
    fn any_value_in_any_place_is_judged(which in 0..43_usize, at in 0..64_usize, value in any_json()) {
        let mut object = SAMPLES[which].clone();
        let names: Vec<String> = object.keys().cloned().collect();
        object.insert(names[at % names.len()].clone(), value);
        everything(&Value::Object(object));
    }

    #[test]
    fn any_value_in_any_deeper_place_is_judged(which in 0..43_usize, steps in prop::collection::vec(0..64_usize, 1..6), value in any_json()) {
        let mut object = Value::Object(SAMPLES[which].clone());
        put(&mut object, &steps, value);
        everything(&object);
    }

    #[test]
    fn any_bytes_are_read(bytes in prop::collection::vec(any::<u8>(), 0..256)) {
        let _ = read_all(&bytes, &Limits::default());
        let _ = judge_row(&String::from_utf8_lossy(&bytes));
    }
}
