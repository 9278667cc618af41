//! Real documents of other publishers, with counts that were verified independently of this code: objects, attributes and
//! lines counted by a script, and the values of the reports compared with those that the script found.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use vauban_intel::{Benign, Document, Reading, read_document, read_path};
use vauban_model::{ObservableKind, Test};

#[expect(clippy::print_stdout, reason = "a test that skips says so")]
fn data() -> Option<PathBuf> {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/intel"));
    if !path.is_dir() {
        println!("skipped: no shared data");
        return None;
    }
    Some(path.to_owned())
}

fn read(data: &Path, name: &str) -> Reading {
    let bytes = std::fs::read(data.join(name)).expect("the document is there");
    read_document(&Document::new(name, "shared", &bytes))
}

#[test]
fn every_document_loads_whole() {
    let Some(data) = data() else { return };
    let mut wrong = Vec::new();
    for &(name, format, indicators, refused) in COUNTS {
        let reading = read(&data, name);
        let found = (reading.format, reading.indicators.len(), reading.refused.len());
        if found != (format, indicators, refused) {
            wrong.push(format!("{name}: {found:?} instead of {:?}", (format, indicators, refused)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Indicators of spyware on phones: none stays a pattern, and what is no value is refused with its reason.
#[test]
fn spyware_bundles_become_plain_values() {
    let Some(data) = data() else { return };
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut refused = Vec::new();
    for &(name, ..) in COUNTS.iter().filter(|(_, format, ..)| *format == "stix") {
        if !name.starts_with("mvt/") {
            continue;
        }
        let reading = read(&data, name);
        for test in reading.indicators.iter().flat_map(|indicator| &indicator.tests) {
            let kind = match test {
                Test::Observable(observable) => observable.kind.as_str(),
                other => panic!("{name}: {other:?} is not plain"),
            };
            *counts.entry(kind).or_default() += 1;
        }
        refused.extend(reading.refused.iter().map(|refused| format!("{}: {}", refused.value, refused.reason)));
    }
    assert_eq!(counts.into_iter().collect::<Vec<_>>(), SPYWARE);
    assert_eq!(refused, ["[domain-name:value='despachosnegocios']: not a valid domain-name"]);
}

/// Every hash and every defanged name or address that stands in a report is found or merged with one that was.
#[test]
fn no_value_of_a_report_is_missed() {
    let Some(data) = data() else { return };
    let hash = regex::Regex::new(r"\b(?:[0-9A-Fa-f]{64}|[0-9A-Fa-f]{40}|[0-9A-Fa-f]{32})\b").unwrap();
    let defanged = regex::Regex::new(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*(?:\[\.\][A-Za-z0-9_-]+)+").unwrap();
    for family in ["buhtrap", "dukes", "evilnum", "gamaredon", "turla"] {
        let name = format!("eset/{family}/README.adoc");
        let text = std::fs::read_to_string(data.join(&name)).unwrap();
        let reading = read(&data, &name);
        let all = reading.indicators.iter().chain(reading.set_aside.iter().map(|aside| &aside.indicator));
        let mut known: BTreeSet<String> =
            all.flat_map(|indicator| indicator.tests.iter().map(|test| test.value().to_lowercase())).collect();
        known.extend(reading.ignored.iter().map(|ignored| ignored.value.to_lowercase()));
        for (number, line) in (1..).zip(text.lines()) {
            // The last part of a folder's path is no hash.
            for word in hash.find_iter(line).filter(|found| !line[..found.start()].ends_with('\\')) {
                let value = word.as_str().to_lowercase();
                assert!(known.iter().any(|known| known.contains(&value)), "{name} line {number}: {value}");
            }
            for word in defanged.find_iter(line) {
                let value = word.as_str().replace("[.]", ".").to_lowercase();
                assert!(known.iter().any(|known| known.contains(&value)), "{name} line {number}: {value}");
            }
        }
    }
}

#[test]
fn loose_objects_and_their_flags_are_read() {
    let Some(data) = data() else { return };
    let reading = read(&data, "misp/test_objects_collection_1.json");
    let values: Vec<&str> = reading.indicators.iter().flat_map(|found| found.tests.iter().map(Test::value)).collect();
    assert_eq!(reading.format, "misp");
    assert!(values.contains(&"donald.duck@disney.com") && values.contains(&"oui"), "{values:?}");
    let aside: Vec<&str> = reading.set_aside.iter().map(|aside| aside.indicator.tests[0].value()).collect();
    assert!(aside.contains(&"jdoe@random.org"), "{aside:?}");
}

#[test]
fn folders_are_read_whole_and_the_gate_sets_aside_what_honest_people_use() {
    let Some(data) = data() else { return };
    let mut reading = read_path(&data).unwrap();
    assert!(reading.refused.len() <= 1, "{:?}", reading.refused);
    let before: usize = reading.indicators.iter().map(|indicator| indicator.tests.len()).sum();
    reading.set_benign_aside(&Benign::embedded());
    let after: usize = reading.indicators.iter().map(|indicator| indicator.tests.len()).sum();
    let aside: BTreeSet<&str> =
        reading.set_aside.iter().flat_map(|aside| aside.indicator.tests.iter().map(Test::value)).collect();
    assert!(aside.contains("t.me") && aside.contains("dwmapi.dll"), "{aside:?}");
    assert!(before > after && before - after < 60, "{before} {after}");
    let hosts = reading.indicators.iter().flat_map(|indicator| &indicator.tests).filter_map(|test| match test {
        Test::Observable(observable) if observable.kind == ObservableKind::DomainName => Some(&*observable.value),
        _ => None,
    });
    for host in hosts {
        assert!(!["google.com", "twitter.com", "github.com", "t.me", "telegra.ph"].contains(&host), "{host}");
    }
    println!("{} indicators, {} set aside", reading.indicators.len(), reading.set_aside.len());
}
/// Kinds and numbers of the values in the bundles of `mvt/`.
const SPYWARE: &[(&str, usize)] = &[
    ("app-id", 21),
    ("certificate-fingerprint", 8),
    ("configuration-profile", 1),
    ("domain-name", 1164),
    ("email-addr", 36),
    ("file-hash", 97),
    ("file-name", 14),
    ("file-path", 51),
    ("ipv4-addr", 45),
    ("process-name", 2),
    ("url", 1),
];
/// Document, format, indicators, refused.
const COUNTS: &[(&str, &str, usize, usize)] = &[
    ("mvt/candiru.stix2", "stix", 125, 0),
    ("mvt/cellebrite.stix2", "stix", 1, 0),
    ("mvt/coruna.stix2", "stix", 216, 0),
    ("mvt/darksword.stix2", "stix", 43, 0),
    ("mvt/eaglemsgspy.stix2", "stix", 51, 0),
    ("mvt/kingspawn.stix2", "stix", 167, 0),
    ("mvt/operation_triangulation.stix2", "stix", 112, 0),
    ("mvt/predator.stix2", "stix", 584, 1),
    ("mvt/rcs.stix2", "stix", 40, 0),
    ("mvt/residentbat.stix2", "stix", 48, 0),
    ("mvt/wyrmspy_dragonegg.stix2", "stix", 53, 0),
    ("eset/dukes/misp-dukes-operation-ghost-event.json", "misp", 87, 0),
    ("eset/turla/misp-mosquito-event.json", "misp", 37, 0),
    ("eset/turla/misp-turla-comrat-v4-event.json", "misp", 36, 0),
    ("eset/turla/misp-turla-crutch-event.json", "misp", 16, 0),
    ("eset/turla/misp-turla-lightneuron-event.json", "misp", 33, 0),
    ("eset/turla/misp-turla-outlook-event.json", "misp", 11, 0),
    ("eset/turla/misp-turla-powershell-event.json", "misp", 10, 0),
    ("eset/turla/misp-turla-wateringhole-armenia-event.json", "misp", 14, 0),
    ("eset/buhtrap/samples.md5", "list", 2, 0),
    ("eset/buhtrap/samples.sha1", "list", 2, 0),
    ("eset/buhtrap/samples.sha256", "list", 2, 0),
    ("eset/dukes/samples.md5", "list", 18, 0),
    ("eset/dukes/samples.sha1", "list", 18, 0),
    ("eset/dukes/samples.sha256", "list", 18, 0),
    ("eset/evilnum/samples.md5", "list", 122, 0),
    ("eset/evilnum/samples.sha1", "list", 122, 0),
    ("eset/evilnum/samples.sha256", "list", 122, 0),
    ("eset/gamaredon/samples.md5", "list", 73, 0),
    ("eset/gamaredon/samples.sha1", "list", 73, 0),
    ("eset/gamaredon/samples.sha256", "list", 73, 0),
    ("eset/turla/samples.md5", "list", 130, 0),
    ("eset/turla/samples.sha1", "list", 130, 0),
    ("eset/turla/samples.sha256", "list", 130, 0),
    ("misp/test_attributes_collection_1.json", "misp", 1, 0),
    ("misp/test_event1_stix21.json", "stix", 1, 0),
    ("misp/test_event2_stix21.json", "stix", 2, 0),
    ("misp/test_events_collection_1.json", "misp", 1, 0),
    ("misp/test_events_collection_2.json", "misp", 2, 0),
    ("eset/LICENSE", "", 0, 0),
    ("mvt/LICENSE", "", 0, 0),
];
