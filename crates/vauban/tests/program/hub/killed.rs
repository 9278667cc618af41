//! kill -9 of desk, front and signer: each release is whole or absent, the chain unbroken, and nobody has to mend anything.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use super::{
    parties::{party, said, works},
    roles::{Running, both, start},
    steps::{approved, desk_of_two, does, first_line, has_minisign},
};

const OBJECTS: usize = 1_000;

/// Imports, reviews and grants a list of names.
fn more(here: &Path, stream: &str, round: usize) {
    let names: String = (0..OBJECTS).map(|number| format!("n{number}-{round}.evil.example\n")).collect();
    fs::write(here.join("list.txt"), names).unwrap();
    does(here, &["import", "--source", "CERT", "list.txt"]);
    does(here, &["review", "--tlp", "green", "--tier", "open", "all"]);
    does(here, &["grant", "--to", stream, "all"]);
}

/// Runs a command of the desk and kills it after a while; whether it had ended by itself.
fn killed(here: &Path, arguments: &[&str], after: Duration) -> bool {
    let mut command = Command::new(env!("CARGO_BIN_EXE_vauban"));
    command.current_dir(here).args(["hub", "desk"]).args(arguments).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    std::thread::sleep(after);
    let ended = child.try_wait().unwrap().is_some();
    child.kill().unwrap();
    child.wait().unwrap();
    ended
}

fn number(state: &Path) -> u64 {
    let listed = works(state, false, &["intel", "list"]);
    let after = listed.split("number ").nth(1).map(|rest| rest.split(',').next().unwrap().parse().unwrap());
    after.unwrap_or(0)
}

/// Starts a role again where it was.
fn again(mut running: Running, role: &str, config: &Path) -> Running {
    let text = fs::read_to_string(config)
        .unwrap()
        .replace("listen = \"127.0.0.1:0\"", &format!("listen = {:?}", running.address));
    fs::write(config, text).unwrap();
    running.child.kill().unwrap();
    running.child.wait().unwrap();
    start(role, config)
}

#[test]
fn whoever_is_killed_leaves_a_release_whole_or_absent() {
    if !has_minisign() {
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let here = home.path();
    desk_of_two(here);
    let made = does(here, &["party", "Party A", "--budget", "9"]);
    let stream = first_line(&does(here, &["stream", "Parties", "--party", &first_line(&made)]));
    more(here, &stream, 0);
    let draft = approved(here, &stream);
    let begun = Instant::now();
    does(here, &["publish", &draft, "--front", "front.sqlite"]);
    let whole = begun.elapsed();
    let (mut front, mut signer) = both(here, &here.join("front.sqlite").display().to_string());
    let (state, code) = (here.join("state"), here.join("code"));
    fs::write(&code, made.lines().last().unwrap()).unwrap();
    let address = format!("hub:http://{}", front.address);
    works(&state, false, &["intel", "add", &address, "--name", "cert", "--code", &code.display().to_string()]);
    assert_eq!(number(&state), 1);

    // The desk, at ever later moments of publishing.
    let mut was_cut = 0;
    for round in 1..=6_u32 {
        more(here, &stream, round as usize);
        let draft = approved(here, &stream);
        let arguments = ["publish", draft.as_str(), "--front", "front.sqlite"];
        was_cut += u32::from(!killed(here, &arguments, whole * round / 7));
        let taken = works(&state, false, &["intel", "update", "cert"]);
        assert!(taken.contains("accepted") || taken.contains("up to date"), "{taken}");
        let seen = number(&state);
        assert!(seen == u64::from(round) || seen == u64::from(round) + 1, "round {round}: number {seen}");
        does(here, &arguments);
        works(&state, false, &["intel", "update", "cert"]);
        assert_eq!(number(&state), u64::from(round) + 1);
    }
    assert!(was_cut > 1, "only {was_cut} were killed before they had ended");

    // The front, while a party fetches; the signer, while it is asked.
    for round in 7..=8_u32 {
        more(here, &stream, round as usize);
        does(here, &["publish", &approved(here, &stream), "--front", "front.sqlite"]);
        let mut command = Command::new(env!("CARGO_BIN_EXE_vauban"));
        command.arg("--state").arg(&state).args(["intel", "update", "cert"]);
        let mut fetching = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(u64::from(round - 6) * 20));
        front = again(front, "front", &here.join("front/front.toml"));
        signer = again(signer, "signer", &here.join("signer/signer.toml"));
        fetching.wait().unwrap();
        let output = party(&state, false, &["intel", "update", "cert"]);
        assert!(output.status.success(), "{}", said(&output));
        assert_eq!(number(&state), u64::from(round) + 1);
    }
    drop((front, signer));
    let trail = does(here, &["audit"]);
    assert!(trail.contains("the trail is whole"), "{trail}");
}
