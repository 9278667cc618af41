//! What the peers share: a program that asks, and a person who follows.

use std::{
    env,
    io::{BufRead as _, BufReader, Write as _},
    process::{Command, Stdio},
};

use serde_json::Value;

use crate::{
    browser::Browser,
    tool::{Landed, follow, sign_in},
    world::Person,
};

/// Says that a peer is not there. Where all have to be, that is a failure.
pub(super) fn skipped(what: &str) {
    assert!(env::var_os("VAUBAN_SLOW").is_none() || env::var_os("CI").is_none(), "CI must not skip this");
    println!("skipped: {what}");
}

/// Goes where a tool sends somebody, as far as the answer to it. Nobody is signed in in this browser yet.
pub(super) fn through(person: &mut Person, address: &str) -> Landed {
    let host = person.browser.host.clone();
    person.browser = Browser::new(&host);
    let path = address.strip_prefix(&format!("http://{host}")).unwrap_or_else(|| panic!("{address} is not {host}"));
    let came = person.browser.get(path);
    let landed = follow(&mut person.browser, came);
    sign_in(&mut person.browser, &mut person.key, &landed)
}

/// Runs a program that prints where its user has to go, reads where the user came back, and prints what it learned.
pub(super) fn run(command: &mut Command, person: &mut Person) -> Value {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut said = BufReader::new(child.stdout.take().unwrap()).lines();
    let address = said.next().unwrap_or_else(|| panic!("it says nothing")).unwrap();
    let landed = through(person, &address);
    let mut hears = child.stdin.take().unwrap();
    writeln!(hears, "{}", landed.to).unwrap();
    drop(hears);
    let learned = said.next().unwrap_or_else(|| panic!("it learned nothing")).unwrap();
    assert!(child.wait().unwrap().success());
    serde_json::from_str(&learned).unwrap()
}
