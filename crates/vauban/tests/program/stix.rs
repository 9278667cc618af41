//! `vauban stix check`: rows as other validators answer them, and documents for people.

use std::{
    fs,
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
};

#[test]
fn rows_are_answered_line_by_line() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_vauban"))
        .args(["stix", "check"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let rows = concat!(
        r#"{"input":{"type":"identity","spec_version":"2.1","id":"identity--023d105b-752e-4e3c-941c-7d3f3cb15e9e","created":"2016-04-06T20:03:00.000Z","modified":"2016-04-06T20:03:00.000Z","name":"A"}}"#,
        "\n",
        r#"{"input":{"type":"identity","spec_version":"2.1","id":"identity--023d105b-752e-4e3c-941c-7d3f3cb15e9e","created":"2016-04-06T20:03:00.000Z","modified":"2015-04-06T20:03:00.000Z"}}"#,
        "\nnot json\n"
    );
    child.stdin.take().unwrap().write_all(rows.as_bytes()).unwrap();
    let text = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
    let valid: Vec<bool> = text.lines().map(|line| line.contains("\"valid\":true")).collect();
    assert_eq!(valid, [true, false, false], "{text}");
}

#[test]
fn a_document_is_judged_in_the_language_of_who_asks() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("feed.json");
    let object = |modified: &str| {
        format!(
            r#"{{"type":"bundle","id":"bundle--023d105b-752e-4e3c-941c-7d3f3cb15e9e","objects":[{{"type":"identity","spec_version":"2.1",
            "id":"identity--023d105b-752e-4e3c-941c-7d3f3cb15e9e","created":"2016-04-06T20:03:00.000Z","modified":"{modified}","name":"A","identity_class":"group"}}]}}"#
        )
    };
    let check = |file: &Path, lang: &str| {
        let output = Command::new(env!("CARGO_BIN_EXE_vauban"))
            .args(["--lang", lang, "stix", "check"])
            .arg(file)
            .output()
            .unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    fs::write(&file, object("2016-04-06T20:03:00.000Z")).unwrap();
    let (code, text) = check(&file, "en");
    assert!(code == Some(0) && text.contains("valid"), "{text}");
    fs::write(&file, object("2015-04-06T20:03:00.000Z")).unwrap();
    let (code, text) = check(&file, "fr");
    assert!(code == Some(1) && text.contains("refusé") && text.contains("modified"), "{text}");
    assert_eq!(check(Path::new("/nowhere.json"), "en").0, Some(2));
}
