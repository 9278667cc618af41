//! Steps at a desk, by the program itself.

use std::{
    path::Path,
    process::{Command, Output},
};

pub(super) const FEED: &str = r#"{"type":"bundle","id":"bundle--00000000-0000-4000-8000-000000000001","objects":[
{"type":"indicator","spec_version":"2.1","id":"indicator--00000000-0000-4000-8000-000000000001","created":"2026-11-01T00:00:00.000Z",
"modified":"2026-11-01T00:00:00.000Z","valid_from":"2026-11-01T00:00:00Z","pattern_type":"stix","name":"loud",
"indicator_types":["malicious-activity"],"pattern":"[domain-name:value = 'loud.example']"},
{"type":"indicator","spec_version":"2.1","id":"indicator--00000000-0000-4000-8000-000000000002","created":"2026-11-01T00:00:00.000Z",
"modified":"2026-11-01T00:00:00.000Z","valid_from":"2026-11-01T00:00:00Z","pattern_type":"stix","name":"quiet",
"indicator_types":["malicious-activity"],"pattern":"[domain-name:value = 'quiet.example']"},
{"type":"indicator","spec_version":"2.1","id":"indicator--00000000-0000-4000-8000-000000000003","created":"2026-11-01T00:00:00.000Z",
"modified":"2026-11-01T00:00:00.000Z","valid_from":"2026-11-01T00:00:00Z","pattern_type":"stix","name":"broken",
"indicator_types":["malicious-activity"],"pattern":"[domain-name:value = 'broken.example'"}]}"#;

/// Runs a command of the desk in a folder.
pub(super) fn desk(folder: &Path, arguments: &[&str]) -> Output {
    desk_with(folder, &[], arguments)
}

/// The same under variables of its environment.
fn desk_with(folder: &Path, variables: &[(String, String)], arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_vauban"));
    command
        .envs(variables.iter().cloned())
        .current_dir(folder)
        .args(["--lang", "en", "hub", "desk"])
        .args(arguments)
        .output()
        .unwrap()
}

/// The same, which has to succeed; what it prints.
pub(super) fn does(folder: &Path, arguments: &[&str]) -> String {
    does_with(folder, &[], arguments)
}

/// The same under variables of its environment.
pub(super) fn does_with(folder: &Path, variables: &[(String, String)], arguments: &[&str]) -> String {
    let output = desk_with(folder, variables, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

pub(super) fn first_line(text: &str) -> String {
    text.lines().next().unwrap().to_owned()
}

pub(super) fn minisign(folder: &Path, arguments: &[&str]) -> bool {
    Command::new("minisign").current_dir(folder).args(arguments).output().is_ok_and(|output| output.status.success())
}

/// Whether releases can be signed here.
pub(super) fn has_minisign() -> bool {
    let is_there = Command::new("minisign").arg("-v").output().is_ok();
    assert!(is_there || std::env::var_os("VAUBAN_SLOW").is_none(), "minisign is missing");
    if !is_there {
        println!("skipped: there is no minisign");
    }
    is_there
}

/// A desk with two people, in a folder of its own.
pub(super) fn desk_of_two(here: &Path) {
    does(here, &["init", "--name", "CERT", "--call", "CERT, 01 00 00 00 00"]);
    for name in ["claire", "marc"] {
        let (public, secret) = (format!("{name}.pub"), format!("{name}.key"));
        assert!(minisign(here, &["-G", "-W", "-p", &public, "-s", &secret]));
        does(here, &["person", name, "--key", &public]);
    }
}

/// Drafts as Claire and approves as Marc; the draft.
pub(super) fn approved(here: &Path, stream: &str) -> String {
    let draft = first_line(&does(here, &["draft", stream, "--author", "claire"]));
    let manifest = format!("desk/drafts/{draft}/manifest.json");
    assert!(minisign(here, &["-S", "-s", "marc.key", "-m", &manifest, "-x", "marc.minisig"]));
    does(here, &["approve", &draft, "--signature", "marc.minisig"]);
    draft
}
