//! The whole road: an agency publishes, a party enrols, is warned of what it can read, asks blindly about what it saw, and tells the agency
//! of it by consent. Desk, front, signer and party are the program itself.

use std::{fs, path::Path};

use super::{
    parties::{has_faketime, party, said, works},
    roles::{Running, both},
    steps::{FEED, approved, desk_of_two, does, first_line, has_minisign},
};

const LOUD: &str = "indicator--00000000-0000-4000-8000-000000000001";
const QUIET: &str = "indicator--00000000-0000-4000-8000-000000000002";

/// A desk whose one party reads one stream: its id, its stream, its code.
pub(super) fn published(here: &Path) -> (String, String, String) {
    desk_of_two(here);
    let made = does(here, &["party", "Party A", "--budget", "3"]);
    let (id, code) = (first_line(&made), made.lines().last().unwrap().to_owned());
    let stream = first_line(&does(here, &["stream", "Parties", "--party", &id]));
    fs::write(here.join("feed.json"), FEED.replace("'broken.example'\"", "'whole.example']\"")).unwrap();
    does(here, &["import", "--source", "CERT-FR", "feed.json"]);
    does(here, &["review", "--tlp", "green", "--tier", "open", LOUD]);
    does(here, &["review", "--tlp", "amber", "--tier", "blind", QUIET]);
    does(here, &["grant", "--to", &stream, LOUD, QUIET]);
    does(here, &["publish", &approved(here, &stream), "--front", "front.sqlite"]);
    (id, stream, code)
}

pub(super) fn holds(folder: &Path, secret: &str) -> Option<std::path::PathBuf> {
    let mut open = vec![folder.to_owned()];
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if fs::read(&path).unwrap().windows(secret.len()).any(|window| window == secret.as_bytes()) {
            return Some(path);
        }
    }
    None
}

#[test]
fn an_agency_warns_and_learns_by_consent_alone() {
    if !has_minisign() || !has_faketime() {
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let here = home.path();
    let (id, stream, code) = published(here);
    let (front, _signer): (Running, Running) = both(here, &here.join("front.sqlite").display().to_string());
    let (state, stranger) = (here.join("state"), here.join("stranger"));

    // What this organisation has: one thing that may be read, one that only matches.
    let tree = here.join("tree");
    fs::create_dir(&tree).unwrap();
    fs::write(tree.join("note.txt"), "see https://login.quiet.example/a?b=c and innocent.example\n").unwrap();
    assert!(party(&state, false, &["sweep", "--no-starter", &tree.display().to_string()]).status.code() < Some(2));

    let (code_file, address) = (here.join("code"), format!("hub:http://{}", front.address));
    fs::write(&code_file, &code).unwrap();
    let add = ["intel", "add", &address, "--name", "cert", "--code", &code_file.display().to_string()];
    let added = works(&state, false, &add);
    assert!(added.contains("a new release was accepted") && added.contains("fingerprint"), "{added}");
    let again = party(&stranger, false, &add);
    assert!(!again.status.success() && said(&again).contains("used already"), "{}", said(&again));
    assert!(!stranger.join("hub/cert").exists(), "a code that opens nothing makes no member");
    let listed = works(&state, false, &["intel", "list"]);
    assert!(listed.contains("cert") && listed.contains(&stream) && listed.contains("number 1"), "{listed}");

    // What may be read feeds the sweep.
    fs::write(tree.join("loud.txt"), "http://www.loud.example/\n").unwrap();
    let swept = party(&state, false, &["sweep", "--no-starter", "--format", "jsonl", &tree.display().to_string()]);
    let out = String::from_utf8_lossy(&swept.stdout).into_owned();
    assert_eq!(swept.status.code(), Some(1), "{out}");
    assert!(out.contains("loud.example") && out.contains("\"source\":\"cert\"") && out.contains("TLP:GREEN"), "{out}");
    assert!(!out.contains("quiet"), "nothing tells of the blind one: {out}");

    // The day's batch: what only matches is met, and the record says where.
    let rounds =
        [works(&state, false, &["intel", "update", "cert"]), works(&state, true, &["intel", "update", "cert"])];
    let hits = works(&state, false, &["intel", "hub", "hits", "cert"]);
    assert!(hits.contains("quiet.example") && hits.contains("call us"), "{rounds:?} {hits}");
    let record = works(&state, false, &["record", "export", "--format", "jsonl"]);
    let line = record.lines().find(|line| line.contains("\"blind\"")).unwrap_or_else(|| panic!("{record}"));
    assert!(line.contains("note.txt") && line.contains("login.quiet.example"), "{line}");

    // Telling the agency is a person's act: shown first, then sent byte for byte.
    let label = hits.split_whitespace().next().unwrap();
    let shown = works(
        &state,
        false,
        &["intel", "hub", "sighting", "cert", label, "--by", "A. Martin", "--note", "on a laptop"],
    );
    assert!(shown.contains("Nothing was sent") && !shown.contains("quiet"), "{shown}");
    assert!(does(here, &["collect", "--front", "front.sqlite"]).contains("Party A joined"), "before anything was sent");
    let digest = shown.lines().last().unwrap().split_whitespace().last().unwrap();
    works(&state, false, &["intel", "hub", "send", "cert", digest]);
    let collected = does(here, &["collect", "--front", "front.sqlite"]);
    assert!(collected.contains(&format!("Party A saw {QUIET} (A. Martin): on a laptop")), "{collected}");
    assert!(does(here, &["collect", "--front", "front.sqlite"]).contains("nothing waits"));
    let trail = does(here, &["audit"]);
    assert!(trail.contains("the trail is whole") && trail.contains("met indicator--"), "{trail}");

    // Each can prove what the other said.
    works(&state, false, &["intel", "update", "cert"]);
    let receipts = state.join("hub/cert/streams").join(&stream).join("receipts");
    assert!(
        receipts.join("0000000000000001.seen").exists(),
        "{:?}",
        fs::read_dir(&receipts).unwrap().collect::<Vec<_>>()
    );
    assert!(here.join("desk/received/receipts").join(&stream).join("00000001").join(format!("{id}.txt")).exists());

    // A thief of the front has neither a name of a party nor one of the blind tier.
    for secret in ["quiet", "Party A", "on a laptop", code.as_str()] {
        assert_eq!(holds(&here.join("front"), secret), None, "{secret}");
        for file in ["front.sqlite", "front.sqlite-wal", "front.sqlite-shm"] {
            let bytes = fs::read(here.join(file)).unwrap_or_default();
            assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()), "{secret} in {file}");
        }
    }

    // A new epoch: the old key answers no more, the next release does.
    does(here, &["rotate"]);
    does(here, &["publish", &approved(here, &stream), "--front", "front.sqlite"]);
    let taken = works(&state, false, &["intel", "update", "cert"]);
    assert!(taken.contains("a new release was accepted"), "{taken}");
    let words = works(&state, false, &["intel", "hub", "words", "cert"]);
    assert!(words.contains("number 2"), "{words}");

    // Revoked, and told to the front without a release.
    does(here, &["revoke", &id]);
    does(here, &["audience", "--front", "front.sqlite"]);
    let refused = party(&state, false, &["intel", "update", "cert"]);
    assert!(!refused.status.success() && said(&refused).contains("does not know this access"), "{}", said(&refused));
    let said = fs::read_to_string(&front.said).unwrap();
    assert!(!said.contains("Bearer") && !said.contains(&stream), "the log tells nothing of who asked: {said}");
}
