//! A real browser goes through the pages of administrators.

use std::process::Command;

use jiff::{SignedDuration, Timestamp};
use vauban_people::Rules;

use crate::world::{World, rng};

#[test]
fn a_real_browser_invites_hands_over_suspends_and_lets_go() {
    let Some(modules) = std::env::var_os("VAUBAN_BROWSER") else {
        assert!(std::env::var_os("VAUBAN_SLOW").is_none() || std::env::var_os("CI").is_none(), "CI must not skip this");
        println!("skipped: administrators in a browser, which needs chromium, playwright-core and axe-core");
        return;
    };
    let world = World::ruled(&Rules { fresh: SignedDuration::from_secs(10), ..Rules::default() }, |_| ());
    let links = ["Ana", "Bob"].map(|name| {
        let request = world.people.found(name.parse().unwrap(), &mut rng().unwrap(), Timestamp::now()).unwrap();
        format!("http://{}/enrol#{}", world.address, world.link(request.id))
    });
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../conformance/signin/people.mjs");
    let mut node = Command::new("node");
    node.arg(script).arg(modules).args(links).args(std::env::var_os("VAUBAN_PICTURES"));
    let walked = node.output().unwrap();
    let told = String::from_utf8_lossy(&walked.stdout).into_owned();
    assert!(walked.status.success(), "{told} {}", String::from_utf8_lossy(&walked.stderr));
    println!("{told}");
}
