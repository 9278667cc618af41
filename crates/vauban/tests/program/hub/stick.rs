//! A desk without a network: it never opens the front's database. A stick goes there and back, and a party is served over HTTP.

use std::{fs, path::Path, process::Command};

use super::{
    parties::{has_faketime, party, said, works},
    roles::{Running, both},
    steps::{FEED, approved, desk, desk_of_two, does, first_line, has_minisign},
};

const QUIET: &str = "indicator--00000000-0000-4000-8000-000000000002";
const NOTE: &str = "on a laptop";

/// Brings the stick to the front.
fn exchange(here: &Path, program: &mut Command) -> std::process::Output {
    let config = here.join("front/front.toml");
    let program = program.current_dir(here.join("front"));
    program.args(["--lang", "en", "hub", "front", "exchange", "--config"]).arg(config).arg(here.join("stick"));
    program.output().unwrap()
}

fn exchanged(here: &Path) -> String {
    let output = exchange(here, &mut Command::new(env!("CARGO_BIN_EXE_vauban")));
    assert!(output.status.success(), "{}", said(&output));
    String::from_utf8(output.stdout).unwrap()
}

/// The same by a process that may write files of so many blocks: the kernel ends it in the middle.
fn cut_off(here: &Path, blocks: u32) -> bool {
    let mut shell = Command::new("sh");
    let script = format!("ulimit -f {blocks}; exec \"$0\" \"$@\"");
    !exchange(here, shell.args(["-c", &script, env!("CARGO_BIN_EXE_vauban")])).status.success()
}

#[test]
fn a_desk_without_a_network_hears_of_a_sighting() {
    if !has_minisign() || !has_faketime() {
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let here = home.path();
    fs::create_dir(here.join("stick")).unwrap();
    desk_of_two(here);
    let made = does(here, &["party", "Party A", "--budget", "3"]);
    let (id, code) = (first_line(&made), made.lines().last().unwrap().to_owned());
    let stream = first_line(&does(here, &["stream", "Parties", "--party", &id]));
    fs::write(here.join("feed.json"), FEED.replace("'broken.example'\"", "'whole.example']\"")).unwrap();
    does(here, &["import", "--source", "CERT-FR", "feed.json"]);
    does(here, &["review", "--tlp", "amber", "--tier", "blind", QUIET]);
    does(here, &["grant", "--to", &stream, QUIET]);
    let (front, _signer): (Running, Running) = both(here, &here.join("front/db.sqlite").display().to_string());
    let by_stick = ["--front", "stick:stick"];

    let early = desk(here, &["collect", by_stick[0], by_stick[1]]);
    assert!(said(&early).contains("take it to the front"), "{}", said(&early));
    let published = does(here, &["publish", &approved(here, &stream), by_stick[0], by_stick[1]]);
    assert!(published.contains("number 1") && published.contains("hub front exchange stick"), "{published}");
    assert!(cut_off(here, 1), "a process that may write nothing ends");
    let came = exchanged(here);
    assert!(came.contains("the last is number 1"), "{came}");
    assert!(exchanged(here).contains("orders done: 0"), "each once");

    // A party joins over HTTP, meets the blind one, and tells of it.
    let (state, tree, code_file) = (here.join("state"), here.join("tree"), here.join("code"));
    fs::create_dir(&tree).unwrap();
    fs::write(tree.join("note.txt"), "see https://login.quiet.example/a\n").unwrap();
    assert!(party(&state, false, &["sweep", "--no-starter", &tree.display().to_string()]).status.code() < Some(2));
    fs::write(&code_file, &code).unwrap();
    let address = format!("hub:http://{}", front.address);
    let added =
        works(&state, false, &["intel", "add", &address, "--name", "cert", "--code", &code_file.display().to_string()]);
    assert!(added.contains("a new release was accepted"), "{added}");
    for late in [false, true] {
        works(&state, late, &["intel", "update", "cert"]);
    }
    let hits = works(&state, false, &["intel", "hub", "hits", "cert"]);
    let label = hits.split_whitespace().next().unwrap();
    let shown = works(&state, false, &["intel", "hub", "sighting", "cert", label, "--by", "A. Martin", "--note", NOTE]);
    works(
        &state,
        false,
        &["intel", "hub", "send", "cert", shown.lines().last().unwrap().split_whitespace().last().unwrap()],
    );

    assert!(exchanged(here).contains("joinings 1"));
    let collected = does(here, &["collect", by_stick[0], by_stick[1]]);
    assert!(
        collected.contains("Party A joined") && collected.contains(&format!("saw {QUIET} (A. Martin): {NOTE}")),
        "{collected}"
    );
    assert!(collected.contains("orders on the stick: 1"), "{collected}");
    assert!(does(here, &["collect", by_stick[0], by_stick[1]]).contains("nothing waits"));
    let database = |secret: &str| {
        let files = fs::read_dir(here.join("front")).unwrap().map(|entry| entry.unwrap().path());
        files.filter(|file| super::road::holds(file, secret).is_some()).count()
    };
    assert!(database(NOTE) > 0, "the front keeps it until the desk has it");
    assert!(exchanged(here).contains("orders done: 1"));
    assert_eq!(database(NOTE), 0, "then it is in no file of the front, though it runs");
    works(&state, false, &["intel", "update", "cert"]);
    let seen = state.join("hub/cert/streams").join(&stream).join("receipts/0000000000000001.seen");
    assert!(seen.exists(), "what the desk signed came back");
    for secret in ["quiet", "Party A", NOTE, &code, &stream] {
        assert_eq!(super::road::holds(&here.join("stick"), secret), None, "{secret}");
    }

    // Revoked by the next stick; last week's does not bring the party back.
    let old = here.join("old");
    fs::rename(here.join("stick"), &old).unwrap();
    fs::create_dir(here.join("stick")).unwrap();
    does(here, &["revoke", &id]);
    let told = does(here, &["audience", by_stick[0], by_stick[1]]);
    assert!(told.contains("does not know it yet"), "{told}");
    works(&state, false, &["intel", "update", "cert"]);
    exchanged(here);
    assert!(!party(&state, false, &["intel", "update", "cert"]).status.success(), "revoked");
    fs::remove_dir_all(here.join("stick")).unwrap();
    fs::rename(&old, here.join("stick")).unwrap();
    let refused = exchange(here, &mut Command::new(env!("CARGO_BIN_EXE_vauban")));
    assert!(!refused.status.success() && said(&refused).contains("this stick is an old one"), "{}", said(&refused));
    assert!(!party(&state, false, &["intel", "update", "cert"]).status.success(), "still");
    assert!(does(here, &["audit"]).contains("the trail is whole"));
}
