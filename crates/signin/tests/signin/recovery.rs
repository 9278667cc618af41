//! Somebody who lost all keys, from asking at an administrator's desk to being in again: what it takes, by the clock of the rules.

use std::sync::atomic::{AtomicI64, Ordering};

use axum::Router;
use jiff::{SignedDuration, Timestamp};
use vauban_people::{RequestState, Rules};
use vauban_softkey::honest;

use crate::world::World;

/// By how many seconds the clock of this server is ahead.
static AHEAD: AtomicI64 = AtomicI64::new(0);

fn later() -> Timestamp {
    Timestamp::now() + SignedDuration::from_secs(AHEAD.load(Ordering::Relaxed))
}

#[test]
fn an_honest_recovery_is_four_touches_and_two_minutes() {
    let world = World::clocked(&Rules::default(), |_| (), |_, _| Router::new(), later);
    let mut founders = world.found();
    let mut cleo = world.member("Cleo", &mut founders, 3);
    let [ana, bob] = &mut founders;
    world.bind(&mut ana.browser);
    let person = world.people.find("Cleo").unwrap().id;

    // At Ana's desk, with Cleo there: one press, and the touches of two administrators; then Ana's for the link, and Cleo's who makes a key.
    let path = ana.browser.submit(&format!("/people/{person}/recover"), "").location().to_owned();
    for administrator in [&mut *ana, &mut *bob] {
        assert_eq!(administrator.browser.sign(&path, &mut administrator.key, honest).status, 200);
    }
    let early = ana.browser.sign(&format!("{path}/link"), &mut ana.key, honest);
    assert!(early.status == 403 && early.body.contains("delay is not over"), "{early:?}");
    // Two minutes in which everybody whom it concerns may say no; Cleo, who is not Cleo's thief, does not.
    AHEAD.store(121, Ordering::Relaxed);
    let handed = ana.browser.sign(&format!("{path}/link"), &mut ana.key, honest);
    assert_eq!(handed.status, 200, "{handed:?}");
    let link = handed.json()["shown"].as_str().unwrap().split("/enrol#").nth(1).unwrap()[..43].to_owned();
    assert_eq!(cleo.browser.get("/mine").status, 200, "until the link is used the old session lives, and can stop it");
    let mut anew = world.browser();
    let mut key = anew.enrol(&link, 9).unwrap();
    assert!(anew.get("/mine").body.contains("Cleo"));
    assert_eq!(cleo.browser.get("/mine").status, 303, "nothing of before");
    assert_eq!(
        world.browser().sign("/signin", &mut cleo.key, honest).status,
        403,
        "nor the lost key, found by somebody"
    );
    assert_eq!(world.browser().sign("/signin", &mut key, honest).status, 200);
    let request = path.rsplit('/').next().unwrap().parse().unwrap();
    assert_eq!(world.people.request(request).unwrap().state, RequestState::Done);
}
