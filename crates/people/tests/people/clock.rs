//! A clock that goes back wakes nothing and makes nothing last.

use vauban_people::{Binding, NewChallenge, Purpose, Refusal};

use crate::made::{Town, address, refusal};

#[test]
fn what_has_not_begun_yet_is_not_there() {
    let (mut town, ana, _) = Town::founded();
    town.pass(10_000);
    let started = town.sign_in(&ana, Binding::Plain).unwrap();
    let browser = town.browser();
    let new = NewChallenge { purpose: Purpose::SignIn, state: b"", browser, address: address(1) };
    let challenge = town.people.challenge(&new, &mut town.rng, town.now).unwrap();
    town.pass(-60);
    let who = town.people.who(&started.token.hash(), town.now).unwrap().unwrap();
    assert!(who.is_fresh, "clocks are set right by seconds");
    town.pass(-1);
    assert_eq!(town.people.who(&started.token.hash(), town.now).unwrap(), None);
    assert_eq!(refusal(town.people.take(&challenge.hash(), &browser, town.now)), Refusal::NoChallenge);
    town.pass(61);
    assert!(town.people.who(&started.token.hash(), town.now).unwrap().is_some());
    town.people.take(&challenge.hash(), &browser, town.now).unwrap();
}

#[test]
fn an_authentication_that_is_yet_to_come_is_not_fresh() {
    let (mut town, ana, _) = Town::founded();
    let started = town.sign_in(&ana, Binding::Certificate { sha256: [1; 32] }).unwrap();
    let bytes = crate::made::credential(0);
    let used = vauban_people::Used { id: &ana.key, before: &bytes, after: &bytes };
    town.pass(3_600);
    town.people.freshen(&started.token.hash(), &used, town.now).unwrap();
    for (back, is_fresh) in [(-60, true), (-1, false), (-3_000, false), (3_061, true)] {
        town.pass(back);
        let who = town.people.who(&started.token.hash(), town.now).unwrap().unwrap();
        assert_eq!(who.is_fresh, is_fresh, "{back}");
    }
}

#[test]
fn an_end_that_was_seen_stays() {
    let (mut town, ana, ben) = Town::founded();
    let plain = town.sign_in(&ana, Binding::Plain).unwrap();
    let request = town.invite(&ana, &Town::new_person("Cleo")).unwrap();
    town.pass(25 * 3_600);
    town.people.tend(town.now).unwrap();
    town.pass(-25 * 3_600);
    assert_eq!(town.people.who(&plain.token.hash(), town.now).unwrap(), None);
    assert_eq!(refusal(town.approve(&request, &ben)), Refusal::RequestExpired);
}

#[test]
fn a_delay_is_not_shortened_and_counters_do_not_grow() {
    let (mut town, ana, ben) = Town::founded();
    let cleo = town.member("Cleo", &ana, &ben);
    let request = town.recover(&ana, cleo.id).unwrap();
    town.approve(&request, &ana).unwrap();
    town.approve(&request, &ben).unwrap();
    town.pass(-30);
    assert_eq!(refusal(town.link(&ana.actor(), request.id)), Refusal::NotYet);
    for _ in 0..8 {
        let attempt = vauban_people::Attempt { person: None, address: address(9), why: "bad-signature" };
        town.people.refused(&attempt, town.now).unwrap();
    }
    let slowed = town.people.slowdown(None, address(9), town.now).unwrap();
    town.pass(-3_600);
    assert_eq!(town.people.slowdown(None, address(9), town.now).unwrap(), slowed);
}

#[test]
fn times_at_the_ends_of_time_break_nothing() {
    let (mut town, ana, _) = Town::founded();
    for now in [jiff::Timestamp::MIN, jiff::Timestamp::MAX] {
        town.now = now;
        assert_eq!(town.people.who(&ana.session, now).unwrap(), None);
        town.sign_in(&ana, Binding::Plain).unwrap();
        town.people.tend(now).unwrap();
    }
}
