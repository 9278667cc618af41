//! What comes in, and what is refused at the door.

use jiff::Timestamp;
use vauban_hub::{
    desk::{Incoming, incoming},
    store::Tier,
};
use vauban_model::{Lang, Marking};

pub(crate) fn now() -> Timestamp {
    "2026-11-26T08:00:00Z".parse().unwrap()
}

/// An indicator as a publisher writes one.
pub(crate) fn indicator(number: u32, pattern: &str, more: &str) -> String {
    format!(
        r#"{{"type":"indicator","spec_version":"2.1","id":"indicator--00000000-0000-4000-8000-{number:012}",
        "created":"2026-11-01T00:00:00.000Z","modified":"2026-11-01T00:00:00.000Z","valid_from":"2026-11-01T00:00:00Z",
        "pattern_type":"stix","name":"number {number}","indicator_types":["malicious-activity"],
        "pattern":"{pattern}"{more}}}"#
    )
}

pub(crate) fn bundle(objects: &[String]) -> Vec<u8> {
    format!(
        r#"{{"type":"bundle","id":"bundle--00000000-0000-4000-8000-000000000001","objects":[{}]}}"#,
        objects.join(",")
    )
    .into_bytes()
}

fn read(objects: &[String]) -> Incoming {
    incoming("bundle.json", "CERT", &bundle(objects), Marking::Green, now())
}

#[test]
fn a_bundle_comes_in_object_by_object_and_each_refusal_says_why() {
    let marked = format!(r#","object_marking_refs":["{}"]"#, Marking::AmberStrict.stix_id());
    let objects = [
        indicator(1, "[domain-name:value = 'evil.example']", &marked),
        indicator(2, "[domain-name:value = 'second.example'", ""),
        indicator(3, "[domain-name:value = 'google.com']", ""),
        indicator(4, "[domain-name:value = 'fourth.example']", r#","labels":["tlp:red"]"#),
        indicator(5, "[domain-name:value = 'fifth.example']", r#","valid_until":"2027-01-01T00:00:00Z""#),
        indicator(6, "[domain-name:value = 'FIFTH.example']", ""),
    ];
    let read = read(&objects);
    let markings: Vec<(Marking, Tier)> = read.objects.iter().map(|object| (object.marking, object.tier)).collect();
    assert_eq!(
        markings,
        [
            (Marking::AmberStrict, Tier::Open),
            (Marking::Red, Tier::Held),
            (Marking::Green, Tier::Open),
            (Marking::Green, Tier::Open)
        ],
        "{read:#?}"
    );
    assert_eq!(read.held.len(), 1, "a label says nothing, and nobody guesses: {:?}", read.held);
    assert!(read.objects[2].expires.is_some());
    assert_eq!(read.objects[2].fingerprint, read.objects[3].fingerprint, "one name, two ids");
    let why = |number: u32| {
        let id = format!("indicator--00000000-0000-4000-8000-{number:012}");
        let found = read.refused.iter().find(|refused| refused.what.contains(&id)).unwrap();
        found.why.get(Lang::En).to_owned()
    };
    assert!(why(2).contains("STIX 2.1"), "{}", why(2));
    assert!(!why(3).is_empty(), "what everybody uses");
}

#[test]
fn other_formats_come_in_as_indicators() {
    let read =
        incoming("list.txt", "CERT", b"evil.example\nhxxps://bad[.]example/path\ngoogle.com\n", Marking::Amber, now());
    let kinds: Vec<&str> = read.objects.iter().map(|object| object.kind.as_str()).collect();
    assert_eq!(kinds.iter().filter(|kind| **kind == "indicator").count(), 2, "{read:#?}");
    assert!(read.objects.iter().all(|object| object.marking == Marking::Amber), "{read:#?}");
    assert!(!read.refused.is_empty(), "google.com");
}

#[test]
fn rubbish_is_refused_in_words() {
    for bytes in [&b"\x00\xff"[..], b"{\"type\":\"bundle\",\"objects\":[{]}", b"", b"[[[[[[[["] {
        let read = incoming("rubbish", "nobody", bytes, Marking::Amber, now());
        assert!(read.objects.is_empty());
    }
}
