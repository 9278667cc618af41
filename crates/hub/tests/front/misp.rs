//! MISP's own programs against the front: pymisp reads the feed, misp-stix the bundle, and we read what they write. Where `VAUBAN_SLOW`
//! is set and python3 has them.

use std::{collections::BTreeMap, path::Path, process::Command};

use serde_json::Value;
use vauban_hub::{
    desk::publication,
    store::{FrontStore, Place},
};
use vauban_intel::{Document, read_document};
use vauban_model::Marking;
use vauban_stix::{extension_definition, marking_definition};

use crate::{
    made::{ALICE, ALICES, audience, front, indicator, now, release, served},
    walked::{python, run},
};

const MARKINGS: [Marking; 4] = [Marking::Clear, Marking::Green, Marking::Amber, Marking::AmberStrict];
const RULE: &str = "rule planted { strings: $a = \\\"planted\\\" condition: $a }";

/// One object of each kind for each marking, with the markings' definitions, and what is to be read back.
fn objects() -> (Vec<String>, BTreeMap<String, Marking>) {
    let text = |object: vauban_stix::Object| Value::Object(object.into_properties()).to_string();
    let mut objects = vec![text(extension_definition())];
    objects.extend(MARKINGS.map(|marking| text(marking_definition(marking))));
    let mut expected = BTreeMap::new();
    for (number, marking) in (1..).zip(MARKINGS) {
        let values = [
            ("domain-name:value", format!("evil{number}.example")),
            ("url:value", format!("http://evil{number}.example/a?b=c&d=%20")),
            ("ipv4-addr:value", format!("45.1.1.{number}")),
            ("ipv4-addr:value", format!("45.2.{number}.0/24")),
            ("file:hashes.'SHA-256'", format!("{number}").repeat(64)),
            ("email-addr:value", format!("spy{number}@evil.example")),
            ("file:name", format!("evil{number}.exe")),
        ];
        for (at, (property, value)) in (0..).zip(values) {
            let plain = indicator(number * 10 + at, "2026-01-01T00:00:00.000Z");
            let pattern = format!("[{property} = '{value}']");
            let object = plain.replace(&format!("[domain-name:value = 'n{}.example']", number * 10 + at), &pattern);
            objects.push(object.replace(Marking::Green.stix_id(), marking.stix_id()));
            expected.insert(value, marking);
        }
        let rule = RULE.replace("rule planted", &format!("rule planted{number}"));
        let plain = indicator(number * 10 + 9, "2026-01-01T00:00:00.000Z").replace("\"pattern_version\":\"2.1\",", "");
        let object = plain.replace(&format!("[domain-name:value = 'n{}.example']", number * 10 + 9), &rule);
        let object = object.replace("\"pattern_type\":\"stix\"", "\"pattern_type\":\"yara\"");
        objects.push(object.replace(Marking::Green.stix_id(), marking.stix_id()));
        expected.insert(format!("planted{number}"), marking);
    }
    (objects, expected)
}

/// What a file of theirs holds for us: each value and its marking.
fn read(path: &Path) -> BTreeMap<String, Marking> {
    let name = path.file_name().unwrap().to_str().unwrap();
    let bytes = std::fs::read(path).unwrap();
    let reading = read_document(&Document::new(name, "theirs", &bytes).with_marking(Marking::Red));
    assert!(reading.refused.is_empty(), "{name}: {:?}", reading.refused);
    let values =
        reading.indicators.iter().flat_map(|one| one.tests.iter().map(|test| (test.value().to_owned(), one.marking)));
    values.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn markings_survive_misp_in_both_directions() {
    let Some(python) = python("pymisp, misp_stix_converter") else { return };
    let folder = tempfile::tempdir().unwrap();
    let store = FrontStore::open(&Place::File(folder.path().join("front"))).await.unwrap();
    store.set_audience(&audience()).await.unwrap();
    let (objects, expected) = objects();
    let release = release(ALICES, None, &objects, &[]);
    store.publish(&publication(&release, None).unwrap(), now()).await.unwrap();
    let address = served(front(store)).await;
    let mut exchange = Command::new(python);
    exchange.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/../../conformance/misp/exchange.py"));
    exchange
        .arg(format!("http://{address}/hub/v1/streams/{}/", ALICES.0))
        .args([ALICE, expected.len().to_string().as_str()]);
    exchange.arg(folder.path());
    let (went, said) = run(exchange).await;
    assert!(went, "{said}");
    for name in ["pymisp.json", "stix-from-misp.json", "misp-from-stix.json"] {
        assert_eq!(read(&folder.path().join(name)), expected, "{name}");
    }
}
