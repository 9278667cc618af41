//! Killed at any moment of an update: the old release or the new one, whole, and the next update goes on.

use std::{fs, process::Command, time::Duration};

use vauban_party::Party;
use vauban_release::{Content, Digest, PartName, Release};

use crate::{
    hub::Hub,
    made::{STREAM, enrolled, evening, first, next, object, objects},
    round::outcome,
};

const STATE: &str = "VAUBAN_TEST_PARTY";
const NUMBER: &str = "VAUBAN_TEST_RELEASE";
const ROUNDS: u64 = 14;
const OBJECTS: u64 = 20_000;

/// Releases that each replace all objects, with rules that say which release they are of.
fn run(count: u64) -> Vec<Release> {
    let mut run = vec![first(STREAM)];
    for number in 2..=count {
        let rules = (PartName::Yara, format!("// {number}\n").repeat(100_000).into_bytes());
        run.push(next(&run[run.len() - 1], number, Content::Delta, vec![objects(1..=OBJECTS, number), rules]));
    }
    run
}

/// Which release is there, after everything of it was looked at.
fn whole(party: &Party, run: &[Release]) -> u64 {
    let current = party.streams()[0].current().unwrap();
    let number = current.signed().manifest().number.get();
    let release = &run[usize::try_from(number).unwrap() - 1];
    assert_eq!(current.chain().head().unwrap().digest, release.signed().digest());
    let held = fs::read_to_string(current.objects().unwrap()).unwrap();
    let expected = if number == 1 { 1..=3 } else { 1..=OBJECTS };
    assert!(held == expected.map(|at| object(at, number)).collect::<String>(), "objects of {number}");
    if let Some(path) = current.part(PartName::Yara) {
        let rules = fs::read(path).unwrap();
        assert_eq!(Digest::of(&rules), release.signed().manifest().part(PartName::Yara).unwrap().sha256);
    }
    number
}

#[test]
fn killed_while_it_updates() {
    if let Some(state) = std::env::var_os(STATE) {
        let number = std::env::var(NUMBER).unwrap().parse().unwrap();
        let mut party = Party::open(state.as_ref(), "agency").unwrap();
        let hub = Hub::new(STREAM, run(number));
        fs::write(std::path::Path::new(&state).join("began"), b"").unwrap();
        outcome(&mut party, &hub, evening(number)).unwrap();
        return;
    }
    let state = tempfile::tempdir().unwrap();
    outcome(&mut enrolled(state.path()), &Hub::new(STREAM, run(1)), evening(1)).unwrap();
    let all = run(ROUNDS);
    let (mut old, mut new) = (0, 0);
    for number in 2..=ROUNDS {
        let began = state.path().join("began");
        let _ = fs::remove_file(&began);
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "kill::killed_while_it_updates", "--nocapture"])
            .env(STATE, state.path())
            .env(NUMBER, number.to_string())
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap();
        while !began.exists() && child.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_millis(1));
        }
        // Each round lets the child live a little longer.
        std::thread::sleep(Duration::from_millis(4 * (number - 2) * (number - 2)));
        child.kill().unwrap();
        child.wait().unwrap();
        let mut party = Party::open(state.path(), "agency").unwrap();
        let there = whole(&party, &all);
        assert!(there == number - 1 || there == number, "{there} of {number}");
        if there == number {
            new += 1
        } else {
            old += 1
        }
        let hub = Hub::new(STREAM, all[..usize::try_from(number).unwrap()].to_vec());
        outcome(&mut party, &hub, evening(number)).unwrap();
        assert_eq!(whole(&party, &all), number);
        let folder = state.path().join("hub/agency/streams").join(STREAM);
        assert!(fs::read_dir(folder.join("releases")).unwrap().count() <= 2);
        assert!(!folder.join("staging").exists());
    }
    println!("killed before acceptance: {old}, after: {new}");
    assert!(old > 0, "no child was killed before its end");
}
