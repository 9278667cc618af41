//! A real browser on its way from a tool of another site and back: the cookie of the session is `SameSite=Strict`, and still comes along.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

use jiff::{SignedDuration, Timestamp};
use vauban_people::{Actor, NewPerson, Role, Tie};
use vauban_softkey::honest;

use super::walk::skipped;
use crate::{house::House, world::rng};

/// The link of somebody new, whom both approved.
fn invited(house: &mut House) -> String {
    let new = NewPerson {
        name: "Chloé".parse().unwrap(),
        tie: Tie::Volunteer,
        role: Role::Member,
        groups: ["work".parse().unwrap()].into(),
        until: Some(Timestamp::now() + SignedDuration::from_hours(24)),
    };
    let people = &house.world.people;
    let request = people.invite(&Actor::Machine, &new, &mut rng().unwrap(), Timestamp::now()).unwrap().id;
    for person in [&mut house.ana, &mut house.bob] {
        assert_eq!(person.browser.sign(&format!("/requests/{request}"), &mut person.key, honest).status, 200);
    }
    format!("{}/enrol#{}", house.origin(), house.world.link(request))
}

#[test]
fn a_browser_comes_from_another_site_and_goes_back() {
    let modules = env::var_os("VAUBAN_BROWSER").map(PathBuf::from);
    let Some(modules) = modules.filter(|folder| folder.join("node_modules/playwright-core").is_dir()) else {
        return skipped("a browser on its way, which needs chromium and playwright-core (VAUBAN_BROWSER)");
    };
    let mut house = House::new();
    let link = invited(&mut house);
    house.add("site", |new| {
        new.redirects = vec!["http://127.0.0.1:*/cb".parse().unwrap()];
        new.after_logout = vec!["http://127.0.0.1:*/out".parse().unwrap()];
    });
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oidc/peers/browser.mjs");
    let output = Command::new("node").arg(script).arg(modules).arg(link).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    println!("{said}");
}
