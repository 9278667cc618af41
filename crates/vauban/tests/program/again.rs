//! Sweeping again: what did not change is not read, what was killed goes on, and the past can be asked.

use std::{
    env, fs,
    path::Path,
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use crate::runs::{Run, sweep, vauban};

/// Mails, a page and an archive in an archive; two of them speak of what `list` names.
fn plant(tree: &Path) {
    fs::create_dir_all(tree.join("mail")).unwrap();
    for number in 0..40 {
        let mail = format!(
            "From: a@news.example\r\nTo: b@party.example\r\nSubject: {number}\r\nDate: Mon, 3 Apr 2017 07:0{}:00 +0000\r\n\r\n\
             see http://host{number}.example/path{number}\r\n",
            number % 10
        );
        fs::write(tree.join(format!("mail/{number}.eml")), mail).unwrap();
    }
    fs::write(tree.join("page.html"), "<a href='http://login.evil.example/x'>here</a>").unwrap();
    fs::write(tree.join("note.txt"), "talk to 203.0.113.77 at noon").unwrap();
    fs::write(tree.join("locked.rar"), b"Rar!\x1a\x07\x01\x00 and more").unwrap();
}

fn swept(folder: &Path, more: &[&str]) -> Run {
    let list = folder.join("list.txt").display().to_string();
    let tree = folder.join("tree").display().to_string();
    let mut arguments = vec!["--no-starter", "--intel", &list];
    arguments.extend(more);
    arguments.push(&tree);
    sweep(&folder.join("state"), &arguments)
}

fn prepared(list: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    plant(&folder.path().join("tree"));
    fs::write(folder.path().join("list.txt"), list).unwrap();
    folder
}

#[test]
fn what_did_not_change_is_not_read_again_and_says_the_same() {
    let folder = prepared("evil.example\n");
    let first = swept(folder.path(), &[]);
    assert_eq!((first.number("files"), first.number("unchanged"), first.of("sighting").len()), (43, 0, 1));
    let again = swept(folder.path(), &[]);
    assert_eq!((again.number("unchanged"), again.number("bytes")), (43, 0));
    assert_eq!(again.findings(), first.findings());
    assert_eq!(again.status, first.status);

    // One file changes, one is copied, one moves.
    let tree = folder.path().join("tree");
    fs::write(tree.join("note.txt"), "talk to evil.example at noon").unwrap();
    fs::copy(tree.join("page.html"), tree.join("copy.html")).unwrap();
    fs::rename(tree.join("mail/1.eml"), tree.join("mail/moved.eml")).unwrap();
    let third = swept(folder.path(), &[]);
    assert_eq!((third.number("files"), third.number("unchanged")), (44, 43), "{}", third.summary());
    assert_eq!(third.of("sighting").len(), 3);

    let fresh = swept(folder.path(), &["--fresh"]);
    assert_eq!(fresh.number("unchanged"), 0);
    assert_eq!(fresh.findings(), third.findings());
}

#[test]
fn new_indicators_touch_only_what_shows_them() {
    let folder = prepared("evil.example\n");
    swept(folder.path(), &[]);
    fs::write(folder.path().join("list.txt"), "evil.example\nhost7.example\n203.0.113.0/24\nmoved.eml\n").unwrap();
    let second = swept(folder.path(), &[]);
    // The page and the locked archive had findings; one mail and the note show what is new.
    assert_eq!(second.number("files") - second.number("unchanged"), 4, "{}", second.summary());
    let fresh = swept(folder.path(), &["--fresh"]);
    assert_eq!(fresh.findings(), second.findings());
    assert_eq!(fresh.of("sighting").len(), 3);
}

/// A YARA rule with this name and condition.
fn rule(name: &str, condition: &str) -> String {
    format!("rule {name} {{ strings: $a = \"This program cannot be run\" condition: {condition} }}\n")
}

#[test]
fn a_changed_rule_touches_only_what_it_can_match() {
    let folder = prepared("evil.example\n");
    let tree = folder.path().join("tree");
    let program = [b"MZ".as_slice(), &[0; 100], b"This program cannot be run in DOS mode"].concat();
    fs::write(tree.join("setup.exe"), &program).unwrap();
    fs::write(tree.join("mail/program.eml"), {
        let body = data_encoding::BASE64.encode(&program);
        format!("Subject: a program\nContent-Type: application/octet-stream; name=a.exe\nContent-Transfer-Encoding: base64\n\n{body}\n")
    })
    .unwrap();
    let event = r#"{"Event":{"System":{"Provider":{"Name":"Microsoft-Windows-Sysmon"},"EventID":1,"Channel":"Microsoft-Windows-Sysmon/Operational"},"EventData":{"CommandLine":"whoami /all"}}}"#;
    fs::write(tree.join("events.jsonl"), format!("{event}\n{event}\n")).unwrap();
    let rules = folder.path().join("rules.yar").display().to_string();
    let read = |more: &str| {
        let known = swept(folder.path(), &["--intel", more]);
        let fresh = swept(folder.path(), &["--fresh", "--intel", more]);
        assert_eq!(fresh.findings(), known.findings());
        (known.number("files") - known.number("unchanged"), known.of("sighting").len())
    };
    fs::write(&rules, rule("one", "uint32(0) == 0x12345678 and $a")).unwrap();
    assert_eq!(read(&rules), (46, 1));
    // Of programs there are two, one of them in a mail; the page and the archive had findings.
    fs::write(&rules, rule("one", "uint32(0) == 0x12345678 and $a") + &rule("two", "uint16(0) == 0x5a4d and $a"))
        .unwrap();
    assert_eq!(read(&rules), (4, 3));
    // Only what had findings: no file is that large, and a rule that went found nothing elsewhere.
    fs::write(&rules, rule("three", "filesize > 1MB and $a")).unwrap();
    assert_eq!(read(&rules), (4, 1));
    fs::write(&rules, rule("four", "$a")).unwrap();
    assert_eq!(read(&rules), (46, 3), "it may match anything");
    fs::remove_file(&rules).unwrap();

    let sigma = folder.path().join("rules");
    fs::create_dir(&sigma).unwrap();
    fs::write(sigma.join("four.yar"), rule("four", "$a")).unwrap();
    let whoami = "title: Who am I\nlogsource:\n  product: windows\n  category: process_creation\ndetection:\n  \
                  a:\n    CommandLine|contains: whoami\n  condition: a\n";
    fs::write(sigma.join("whoami.yml"), whoami).unwrap();
    // The log, and what had findings.
    assert_eq!(read(&sigma.display().to_string()), (5, 4));
}

#[test]
fn a_name_that_an_indicator_asks_for_is_not_lost_among_copies() {
    let folder = prepared("copy-of-note.scr\n");
    let tree = folder.path().join("tree");
    fs::write(tree.join("a.scr"), "the same bytes").unwrap();
    let first = swept(folder.path(), &[]);
    assert_eq!(first.of("sighting").len(), 0);
    fs::write(tree.join("copy-of-note.scr"), "the same bytes").unwrap();
    let second = swept(folder.path(), &[]);
    assert_eq!(second.of("sighting").len(), 1);
    assert_eq!(swept(folder.path(), &[]).findings(), second.findings());
    fs::write(folder.path().join("list.txt"), "a.scr\n").unwrap();
    assert_eq!(swept(folder.path(), &[]).of("sighting").len(), 1);
}

#[test]
fn the_past_answers_after_the_files_are_gone() {
    let folder = prepared("nothing.example\n");
    let state = folder.path().join("state");
    swept(folder.path(), &[]);
    let tree = folder.path().join("tree");
    fs::remove_file(tree.join("page.html")).unwrap();
    fs::write(tree.join("mail/3.eml"), "changed").unwrap();
    let new = folder.path().join("new.txt");
    fs::write(&new, "evil.example\nhost3.example\nhost4.example\nnever-seen.example\n").unwrap();
    let new = new.display().to_string();
    let output = vauban(&state, &["record", "hunt", "--intel", &new, "--format", "jsonl"]);
    assert_eq!(output.status.code(), Some(1));
    let mut told: Vec<(String, String, String)> = String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| {
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
            assert!(text(&line["seen"]).starts_with("20"));
            assert_eq!(line["type"], "sighting");
            (text(&line["indicator"]["value"]), text(&line["evidence"]), text(&line["exposure"]))
        })
        .collect();
    told.sort();
    told.dedup();
    let row = |a: &str, b: &str, c: &str| (a.to_owned(), b.to_owned(), c.to_owned());
    assert_eq!(
        told,
        [
            row("evil.example", "gone", "present"),
            row("host3.example", "changed", "received"),
            row("host4.example", "there", "received")
        ]
    );
    // What the hunt found can be explained and is in the record.
    let listed = vauban(&state, &["record", "hunt", "--intel", &new]);
    let text = String::from_utf8(listed.stdout).unwrap();
    let name = text.split("vauban show ").nth(1).unwrap().split_whitespace().next().unwrap();
    let story = vauban(&state, &["show", name]);
    let story = String::from_utf8(story.stdout).unwrap();
    assert!(story.contains("Could it be a mistake?") && story.contains("record keep"), "{story}");
    assert!(story.lines().all(|line| line.chars().count() <= 80), "{story}");
    // Without history there is nothing to ask.
    assert!(vauban(&state, &["record", "history", "--forget"]).status.success());
    let nothing = vauban(&state, &["record", "hunt", "--intel", &new]);
    assert_eq!(nothing.status.code(), Some(0));
}

#[test]
fn evidence_is_put_aside_and_opens_with_its_key() {
    let folder = prepared("evil.example\n");
    let state = folder.path().join("state");
    let run = swept(folder.path(), &[]);
    let id = run.of("sighting")[0]["id"].as_str().unwrap().to_owned();
    let key = age::x25519::Identity::generate();
    let recipient = key.to_public().to_string();
    let kept = vauban(&state, &["record", "keep", &id, "--recipient", &recipient]);
    assert!(kept.status.success(), "{}", String::from_utf8_lossy(&kept.stderr));
    let sealed = fs::read(state.join(format!("evidence/{id}.age"))).unwrap();
    let opened = age::decrypt(&key, &sealed).unwrap();
    assert_eq!(opened, fs::read(folder.path().join("tree/page.html")).unwrap());
    assert!(vauban(&state, &["record", "verify"]).status.success());
    let wrong = vauban(&state, &["record", "keep", &id, "--recipient", "age1nonsense"]);
    assert_eq!(wrong.status.code(), Some(2));
    let unknown = vauban(&state, &["show", "zzzzzz"]);
    assert_eq!(unknown.status.code(), Some(2));
}

/// Kills a sweep at ten moments and goes on each time; what comes out is what one uninterrupted sweep says.
#[test]
fn a_sweep_that_was_killed_goes_on() {
    let folder = prepared("evil.example\nhost7.example\n203.0.113.0/24\n");
    let tree = folder.path().join("tree");
    let rounds = if env::var_os("VAUBAN_SLOW").is_some() { 10 } else { 3 };
    for number in 0..rounds * 80 {
        let body = format!("{number} http://h{number}.example/ ").repeat(6_000);
        fs::write(tree.join(format!("{number}.txt")), body).unwrap();
    }
    let whole = folder.path().join("whole");
    let list = folder.path().join("list.txt").display().to_string();
    let path = tree.display().to_string();
    let arguments = ["--no-starter", "--intel", &list, &path];
    let expected = sweep(&whole, &arguments);
    let state = folder.path().join("state");
    let mut known = 0;
    for round in 0..rounds {
        let mut child = Command::new(env!("CARGO_BIN_EXE_vauban"))
            .arg("--state")
            .arg(&state)
            .arg("sweep")
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        thread::sleep(Duration::from_millis(150 + 170 * round));
        child.kill().unwrap();
        child.wait().unwrap();
        let store = vauban_record::KnownStore::open(&state.join("known.sqlite")).unwrap();
        let now = store.file_count().unwrap();
        assert!(now >= known, "what was known stays known");
        known = now;
    }
    let last = sweep(&state, &arguments);
    assert_eq!(last.findings(), expected.findings());
    assert!(last.number("unchanged") >= known, "what was finished is not done twice");
    for field in ["files", "items", "read", "unread", "sightings"] {
        assert_eq!(last.number(field), expected.number(field), "{field}");
    }
    assert!(vauban(&state, &["record", "verify"]).status.success());
}
