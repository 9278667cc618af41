//! `vauban mail check` on messages with one cue each and on their harmless twins: our own, and those of the shared corpus.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a test; it says what it skips")]

use std::{
    collections::HashMap,
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use serde_json::Value;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Runs the program with a state of its own.
fn vauban(arguments: &[&str]) -> Output {
    let state = tempfile::tempdir().unwrap();
    Command::new(env!("CARGO_BIN_EXE_vauban"))
        .args(["--state", state.path().to_str().unwrap(), "--lang", "en", "mail", "check"])
        .args(arguments)
        .output()
        .unwrap()
}

/// The verdict line of every message under a folder, by the path below it.
fn judged(folder: &Path, org: &Path, inside: &str) -> HashMap<String, Value> {
    let path = folder.join(inside);
    let run = vauban(&["--format", "jsonl", "--org", org.to_str().unwrap(), path.to_str().unwrap()]);
    let mut verdicts = HashMap::new();
    for line in String::from_utf8(run.stdout).unwrap().lines() {
        let verdict: Value = serde_json::from_str(line).unwrap();
        let weights = verdict["reasons"].as_array().unwrap().iter().map(|reason| reason["weight"].as_f64().unwrap());
        let sum = weights.fold(0.0, |sum, weight| sum + weight);
        assert!((sum - score(&verdict)).abs() < 1e-9, "the explanation is the score: {verdict}");
        let below = Path::new(verdict["path"].as_str().unwrap()).strip_prefix(folder).unwrap().to_str().unwrap();
        verdicts.insert(below.to_owned(), verdict);
    }
    verdicts
}

fn score(verdict: &Value) -> f64 {
    verdict["score"].as_f64().unwrap()
}

fn is_stopped(verdict: &Value) -> bool {
    verdict["verdict"] != "deliver"
}

#[test]
fn every_cue_is_stopped_its_twin_is_not_and_without_the_cue_the_score_is_lower() {
    let work = tempfile::tempdir().unwrap();
    let made = Command::new("python3").arg(root().join("conformance/cues/make.py")).arg(work.path()).status().unwrap();
    assert!(made.success());
    let verdicts = judged(work.path(), &work.path().join("org.json"), "");
    let index = fs::read_to_string(work.path().join("index.tsv")).unwrap();
    let names: Vec<&str> = index.lines().collect();
    assert!(names.len() >= 50, "{}", names.len());
    for name in names {
        let (cue, twin) = (&verdicts[&format!("cue-{name}.eml")], &verdicts[&format!("twin-{name}.eml")]);
        assert!(is_stopped(cue), "{name}: {cue}");
        assert!(!is_stopped(twin), "{name}: {twin}");
        assert!(score(cue) > score(twin), "{name}: {cue} {twin}");
        for reason in cue["reasons"].as_array().unwrap() {
            assert!(["fr", "en"].iter().all(|lang| reason[lang].as_str().is_some_and(|text| text.ends_with('.'))));
        }
    }
}

/// The shared corpus, unpacked; it is evaluated on, and nothing of it is kept.
fn corpus() -> Option<tempfile::TempDir> {
    let archive = root().join("../shared/data/mail/corpus-public.tar.xz");
    if !archive.exists() {
        assert!(env::var_os("VAUBAN_REQUIRE_SHARED").is_none(), "{} is missing", archive.display());
        println!("skipped: no shared data");
        return None;
    }
    let folder = tempfile::tempdir().unwrap();
    let status = Command::new("tar").arg("-xJf").arg(&archive).arg("-C").arg(folder.path()).status().unwrap();
    assert!(status.success());
    Some(folder)
}

/// Rows of an index: label, path, source.
fn rows(index: &Path) -> Vec<(String, String, String)> {
    let text = fs::read_to_string(index).unwrap();
    text.lines()
        .skip(1)
        .map(|line| line.split('\t').collect::<Vec<_>>())
        .filter(|row| row[1] != "heldout")
        .map(|row| (row[2].to_owned(), row[3].to_owned(), row[4].to_owned()))
        .collect()
}

#[test]
fn the_shared_corpus_is_judged_as_documented() {
    let Some(corpus) = corpus() else { return };
    let folder = corpus.path();
    let org = folder.join("org.json");

    let verdicts = judged(folder, &org, "eml/targeted");
    let (mut stopped, mut phish, mut wrong, mut twins) = (0, 0, 0, 0);
    for (label, path, _) in rows(&folder.join("index_targeted.tsv")) {
        let is_stopped = u32::from(is_stopped(&verdicts[&path]));
        if label == "phish" {
            (stopped, phish) = (stopped + is_stopped, phish + 1);
        } else {
            (wrong, twins) = (wrong + is_stopped, twins + 1);
        }
    }
    println!("targeted: {stopped} of {phish} stopped, {wrong} of {twins} twins");
    assert!(phish >= 70 && stopped * 100 >= phish * 95, "{stopped} of {phish}");
    assert!(wrong * 100 <= twins * 2, "{wrong} of {twins}");

    let verdicts = judged(folder, &org, "eml/public");
    let mut sources: HashMap<String, (u32, u32)> = HashMap::new();
    for (_, path, source) in rows(&folder.join("index.tsv")) {
        let count = sources.entry(source).or_default();
        count.0 += u32::from(verdicts.get(&path).is_some_and(is_stopped));
        count.1 += 1;
    }
    println!("stopped and all, by source: {sources:?}");
    for (source, least, most) in [
        ("phishing_pot", 830, 1000),
        ("sa-easy-ham", 0, 5),
        ("sa-hard-ham", 0, 5),
        ("trec07p-ham", 0, 5),
        ("usrp-users", 0, 5),
    ] {
        let (stopped, all) = sources[source];
        let in_thousand = stopped * 1000 / all;
        assert!((least..=most).contains(&in_thousand), "{source}: {stopped} of {all}");
    }
}

#[test]
fn mailboxes_are_judged_message_by_message_and_the_exit_code_tells() {
    let work = tempfile::tempdir().unwrap();
    let honest = "From: Atelier <a@imprimeur.example>\nTo: c@campagne.example\nSubject: Bonjour\nMessage-ID: <1@imprimeur.example>\n\nBonjour\n";
    let trap =
        honest.replace("Bonjour\n\n", "").replace("\n\nBonjour", "\n\nVoir http://portal.office.com@203.0.113.7/");
    let mbox = work.path().join("box.mbox");
    let from = "From a@imprimeur.example Mon Nov  2 09:12:00 2026\n";
    fs::write(&mbox, format!("{from}{honest}\n{from}{trap}\n{from}{honest}\n")).unwrap();
    let folder = work.path().join("Maildir/cur");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("1793600000.M1P1.host:2,S"), honest).unwrap();

    let run = vauban(&["--format", "jsonl", mbox.to_str().unwrap()]);
    assert_eq!(run.status.code(), Some(1), "{run:?}");
    let lines: Vec<Value> =
        String::from_utf8(run.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let told: Vec<(u64, &str)> =
        lines.iter().map(|line| (line["message"].as_u64().unwrap(), line["verdict"].as_str().unwrap())).collect();
    assert_eq!(told, [(1, "deliver"), (2, "quarantine"), (3, "deliver")]);

    let run = vauban(&["--format", "jsonl", folder.parent().unwrap().to_str().unwrap()]);
    assert_eq!(run.status.code(), Some(0), "{run:?}");
    assert_eq!(String::from_utf8(run.stdout).unwrap().lines().count(), 1);

    let run = vauban(&["--org", "/nowhere/org.json", mbox.to_str().unwrap()]);
    assert_eq!(run.status.code(), Some(2));
    assert!(String::from_utf8(run.stderr).unwrap().contains("hint:"));
}

#[test]
fn a_known_indicator_anywhere_in_a_message_decides() {
    let work = tempfile::tempdir().unwrap();
    let list = work.path().join("list.txt");
    fs::write(&list, "bad-place.test\n").unwrap();
    let message = work.path().join("a.eml");
    let body = data_encoding::BASE64.encode(b"Bonjour, voir https://files.bad-place.test/x avant ce soir");
    fs::write(
        &message,
        format!("From: a@lumiere.test\nTo: c@campagne.example\nMessage-ID: <1@lumiere.test>\nMIME-Version: 1.0\nContent-Type: text/plain\nContent-Transfer-Encoding: base64\n\n{body}\n"),
    )
    .unwrap();
    let run = vauban(&["--format", "jsonl", "--intel", list.to_str().unwrap(), message.to_str().unwrap()]);
    let verdict: Value = serde_json::from_slice(&run.stdout).unwrap();
    assert_eq!(verdict["verdict"], "quarantine");
    assert_eq!(verdict["reasons"][0]["code"], "known-indicator");
    assert!(verdict["reasons"][0]["evidence"].as_str().unwrap().contains("bad-place.test"));
}
