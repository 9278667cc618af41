//! Backups of phones: two small ones of an invented phone, which `crates/phone/examples/make_backup.rs` wrote.

use std::{fs, path::Path};

use serde_json::Value;

use crate::runs::{Run, sweep};

const SPYWARE: &str = r#"{"type": "bundle", "id": "bundle--2a1f2c3e-5b1c-4a2d-9f60-0f6a3c1b7d10", "objects": [
  {"type": "indicator", "spec_version": "2.1", "id": "indicator--5f2f6b3e-6f0a-4e0b-8f57-1d2b3c4d5e6f", "name": "spyware",
   "created": "2026-01-01T00:00:00Z", "modified": "2026-01-01T00:00:00Z", "valid_from": "2026-01-01T00:00:00Z",
   "pattern_type": "stix", "pattern": "[domain-name:value='spy.evil.example']"},
  {"type": "indicator", "spec_version": "2.1", "id": "indicator--6f2f6b3e-6f0a-4e0b-8f57-1d2b3c4d5e60", "name": "spyware",
   "created": "2026-01-01T00:00:00Z", "modified": "2026-01-01T00:00:00Z", "valid_from": "2026-01-01T00:00:00Z",
   "pattern_type": "stix", "pattern": "[process:name='stealthd']"}]}"#;

fn backup(name: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/backups").join(name).display().to_string()
}

/// Where, what and how far: of the two that the phone shows, without its database of names.
fn met(run: &Run) -> Vec<(String, String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut met: Vec<_> = run
        .of("sighting")
        .iter()
        .map(|line| (text(&line["location"][1]), text(&line["indicator"]["value"]), text(&line["exposure"])))
        .collect();
    met.sort();
    met.dedup();
    met
}

#[test]
fn a_backup_is_read_under_the_names_of_the_phone() {
    let folder = tempfile::tempdir().unwrap();
    let (state, intel, password) =
        (folder.path().join("state"), folder.path().join("spyware.json"), folder.path().join("password"));
    fs::write(&intel, SPYWARE).unwrap();
    fs::write(&password, "p\u{e2}t\u{e9} de campagne\n").unwrap();
    let (intel, password) = (intel.display().to_string(), password.display().to_string());
    let wanted = [
        ("HomeDomain/Library/SMS/sms.db", "spy.evil.example", "received"),
        ("WirelessDomain/Library/Databases/DataUsage.sqlite", "stealthd", "executed"),
    ]
    .map(|(place, value, exposure)| (place.to_owned(), value.to_owned(), exposure.to_owned()));

    let plain = sweep(&state, &[&backup("plain"), "--intel", &intel]);
    assert_eq!(met(&plain), wanted, "{}", plain.talk);
    let again = sweep(&state, &[&backup("plain"), "--intel", &intel]);
    assert_eq!(met(&again), wanted, "what is known has the names of the phone, too");
    let summary = |run: &Run| run.of("summary")[0].clone();
    assert_eq!(summary(&again)["unchanged"], summary(&again)["files"]);

    let locked = sweep(&state, &[&backup("encrypted"), "--intel", &intel]);
    assert!(met(&locked).is_empty());
    assert_eq!(locked.reason("encrypted"), ["encrypted"]);
    let opened = sweep(&state, &[&backup("encrypted"), "--intel", &intel, "--backup-password-file", &password]);
    assert_eq!(met(&opened), wanted, "{}", opened.talk);
    for run in [plain, again, locked, opened] {
        let summary = summary(&run);
        let number = |name: &str| summary[name].as_u64().unwrap();
        assert_eq!(number("files") + number("items"), number("read") + number("unread"), "{summary}");
    }
}

#[test]
fn a_damaged_backup_costs_what_is_damaged() {
    let folder = tempfile::tempdir().unwrap();
    let (state, copy) = (folder.path().join("state"), folder.path().join("copy"));
    for below in ["", "0d", "15", "3d"] {
        fs::create_dir_all(copy.join(below)).unwrap();
        for entry in fs::read_dir(Path::new(&backup("plain")).join(below)).unwrap() {
            let from = entry.unwrap().path();
            if from.is_file() {
                fs::copy(&from, copy.join(below).join(from.file_name().unwrap())).unwrap();
            }
        }
    }
    let [usage, note, messages] = [
        "0d/0d609c54856a9bb2d56729df1d68f2958a88426b",
        "15/158371e4e0b69f6771163c3935aef0a6f3be8c26",
        "3d/3d0d7e5fb2ce288813306e4d4636395e047a3d28",
    ]
    .map(|name| copy.join(name));
    fs::write(&usage, &fs::read(&usage).unwrap()[..1000]).unwrap();
    fs::remove_file(&note).unwrap();
    fs::remove_file(&messages).unwrap();
    std::os::unix::fs::symlink("/etc/passwd", &messages).unwrap();
    let run = sweep(&state, &[&copy.display().to_string()]);
    assert_eq!(run.reason("DataUsage.sqlite"), ["corrupt"], "{:?}", run.lines);
    assert_eq!(run.reason("note.txt"), ["denied"], "what the list names and the backup does not hold");
    assert_eq!(run.reason("sms.db"), ["denied"], "a link is not followed");
    assert_eq!(run.number("files") + run.number("items"), run.number("read") + run.number("unread"));
}
