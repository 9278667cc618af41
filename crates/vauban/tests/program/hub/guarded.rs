//! A guard that runs goes to the hub by itself: releases come, and the day's look-ups go when it is their time.

use std::{
    fs,
    os::unix::process::CommandExt as _,
    process::{Command, Stdio},
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process_group};

use super::{
    parties::{has_faketime, party, tomorrow, works},
    road::published,
    roles::{Running, both},
    steps::has_minisign,
};

/// Half a minute, in steps.
const STEPS: u32 = 300;

#[test]
fn a_guard_that_runs_asks_blindly_by_itself() {
    if !has_minisign() || !has_faketime() {
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let here = home.path();
    let (_, _, code) = published(here);
    let (front, _signer): (Running, Running) = both(here, &here.join("front.sqlite").display().to_string());
    let (state, tree, code_file) = (here.join("state"), here.join("tree"), here.join("code"));
    fs::create_dir(&tree).unwrap();
    fs::write(tree.join("note.txt"), "see https://login.quiet.example/ and innocent.example\n").unwrap();
    fs::write(&code_file, &code).unwrap();
    let address = format!("hub:http://{}", front.address);
    works(&state, false, &["intel", "add", &address, "--name", "cert", "--code", &code_file.display().to_string()]);
    // Seen after the day's look-ups, which went with the enrolment if the party's moment was over: it is asked about on the next day.
    assert!(party(&state, false, &["sweep", "--no-starter", &tree.display().to_string()]).status.code() < Some(2));

    let (config, said) = (here.join("vauban.toml"), here.join("said"));
    let text = "[organisation]\ndomains = [\"campagne.example\"]\n[guard]\nhttp = \"127.0.0.1:0\"\n\
                [dns]\nlisten = [\"127.0.0.1:0\"]\nupstream = [\"udp://127.0.0.1:9\"]\nvalidate = false\n";
    fs::write(&config, text).unwrap();
    let mut command = Command::new("faketime");
    command.args([&tomorrow(), env!("CARGO_BIN_EXE_vauban"), "--lang", "en", "--state"]).arg(&state).env("TZ", "UTC");
    command.args(["guard", "--config"]).arg(&config).stdout(Stdio::null()).stderr(fs::File::create(&said).unwrap());
    // `faketime` stays above the guard: both are one group, which ends as a whole.
    let mut guard = Ended(command.process_group(0).spawn().unwrap());
    let log = || fs::read_to_string(&said).unwrap();
    let met = (0..STEPS).any(|_| {
        std::thread::sleep(Duration::from_millis(100));
        log().contains("a round at a hub")
    });
    assert!(met, "{}", log());
    guard.end();
    let log = log();
    assert!(log.contains("\"met\":1") && !log.contains("quiet"), "{log}");
    let hits = works(&state, false, &["intel", "hub", "hits", "cert"]);
    assert!(hits.contains("quiet.example") && hits.contains("call us"), "{hits}");
}

/// A process that is stopped by its number, with those that it began.
struct Ended(std::process::Child);

impl Ended {
    fn end(&mut self) {
        if self.0.try_wait().is_ok_and(|ended| ended.is_none()) {
            let _ = kill_process_group(Pid::from_child(&self.0), Signal::KILL);
            let _ = self.0.wait();
        }
    }
}

impl Drop for Ended {
    fn drop(&mut self) {
        self.end();
    }
}
