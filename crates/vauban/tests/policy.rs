//! `vauban policy`, as its users call it.

#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that is not as it should be")]

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

const POLICY: &str = include_str!("../../policy/tests/three-compartments.toml");

fn vauban(file: &Path, command: &str, arguments: &[&str]) -> Output {
    let state = file.with_extension("state");
    let mut program = Command::new(env!("CARGO_BIN_EXE_vauban"));
    program
        .arg("--state")
        .arg(state)
        .args(["--lang", "en", "policy", command])
        .arg(file)
        .args(arguments)
        .output()
        .unwrap()
}

fn written(text: &str) -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("vauban.toml");
    fs::write(&file, text).unwrap();
    (folder, file)
}

#[test]
fn a_decision_is_explained_with_what_did_not_apply() {
    let (_folder, file) = written(POLICY);
    let checked = vauban(&file, "check", &[]);
    assert!(checked.status.success(), "{checked:?}");
    let to = ["--who", "alice", "--device", "laptop-alice", "--to", "web.whatsapp.com", "--on", "2026-12-01"];
    let explained = String::from_utf8(vauban(&file, "explain", &to).stdout).unwrap();
    for part in [
        "BLOCKED  web.whatsapp.com",
        "rule: work/never/private-messaging",
        "exception/1: it is for group:press",
        "always/1",
    ] {
        assert!(explained.contains(part), "{part}: {explained}");
    }
    assert!(explained.lines().all(|line| line.chars().count() <= 100), "{explained}");
    let hugo = ["--device", "laptop-hugo", "--to", "web.whatsapp.com", "--on", "2026-12-31"];
    let explained = String::from_utf8(vauban(&file, "explain", &hugo).stdout).unwrap();
    assert!(explained.contains("ALLOWED") && explained.contains("Claire Martin answers for it"), "{explained}");
    let unknown = vauban(&file, "explain", &["--who", "alcie", "--to", "a.example"]);
    assert_eq!(unknown.status.code(), Some(2), "a slip of the pen is no guest: {unknown:?}");
}

#[test]
fn expectations_are_asked_and_mistakes_are_named_with_their_lines() {
    let expect =
        "\n[[expect]]\nwho = \"alice\"\ndevice = \"laptop-alice\"\nto = \"torproject.org\"\nverdict = \"VERDICT\"\n";
    let (_folder, file) = written(&format!("{POLICY}{}", expect.replace("VERDICT", "block")));
    assert_eq!(vauban(&file, "test", &[]).status.code(), Some(0));
    let (_folder, file) = written(&format!("{POLICY}{}", expect.replace("VERDICT", "allow")));
    let tested = vauban(&file, "test", &[]);
    assert_eq!(tested.status.code(), Some(1));
    assert!(String::from_utf8(tested.stdout).unwrap().contains("block (work/never/anonymiser) ≠ allow"));

    let wrong =
        POLICY.replace("\"anonymiser\"]\nlogging", "\"anonymizer\"]\nlogging").replace("group:press", "group:pres");
    let (_folder, file) = written(&wrong);
    let checked = vauban(&file, "check", &[]);
    let told = String::from_utf8(checked.stderr).unwrap();
    assert_eq!(checked.status.code(), Some(2), "{told}");
    assert!(told.contains("9: compartment.work.never \"anonymizer\"") && told.contains("exception.1.who"), "{told}");
    let (_folder, file) = written("[compartment.work]\nnevr = []\n");
    let told = String::from_utf8(vauban(&file, "check", &[]).stderr).unwrap();
    assert!(told.contains("line 2") && told.contains("did you mean \"never\""), "{told}");
}
