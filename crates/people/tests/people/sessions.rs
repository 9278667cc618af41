//! Sessions: bound or short, refreshed by the device alone, ended at once.

use vauban_people::{Actor, Agent, Binding, EventKind, Refusal, Rules, SessionToken, Used, Visit};

use crate::made::{Town, address, credential, device, refusal, visit};

#[test]
fn a_plain_session_lasts_an_hour_and_administers_nothing() {
    let (mut town, ana, _) = Town::founded();
    let plain = town.sign_in(&ana, Binding::Plain).unwrap();
    let who = town.people.who(&plain.token.hash(), town.now).unwrap().unwrap();
    assert!(!who.may_administer && who.is_fresh);
    town.pass(3_599);
    assert!(town.people.who(&plain.token.hash(), town.now).unwrap().is_some());
    town.pass(1);
    assert_eq!(town.people.who(&plain.token.hash(), town.now).unwrap(), None);
}

#[test]
fn a_devices_cookie_lasts_minutes_and_only_the_device_gets_the_next() {
    let (mut town, ana, _) = Town::founded();
    let started = town.sign_in(&ana, device()).unwrap();
    town.pass(200);
    let stolen = town.people.refresh(started.session, b"another key", &mut town.rng, town.now);
    assert_eq!(refusal(stolen), Refusal::NoSuchSession);
    let next = town.people.refresh(started.session, b"a public key", &mut town.rng, town.now).unwrap();
    assert!(town.people.who(&started.token.hash(), town.now).unwrap().is_some(), "requests are under way");
    town.pass(100);
    assert_eq!(town.people.who(&started.token.hash(), town.now).unwrap(), None, "300 seconds are over");
    let who = town.people.who(&next.token.hash(), town.now).unwrap().unwrap();
    assert_eq!((who.session, who.may_administer), (started.session, true));
    town.people.end_session(&Actor::Session(next.token.hash()), started.session, town.now).unwrap();
    let dead = town.people.refresh(started.session, b"a public key", &mut town.rng, town.now);
    assert_eq!(refusal(dead), Refusal::NoSuchSession);
    assert_eq!(refusal(town.people.bound_to(started.session, town.now)), Refusal::NoSuchSession);
}

#[test]
fn one_key_in_two_places_is_told_to_all_who_may_act() {
    let (mut town, ana, _) = Town::founded();
    let from = |town: &mut Town, address: &str| {
        let visit = Visit { address: Some(address.parse().unwrap()), ..visit(Binding::Plain) };
        town.sign_in_from(&ana, &visit).unwrap();
        let events = town.people.events_about(ana.id, 1_000).unwrap();
        events.iter().filter(|event| event.kind == EventKind::TwoPlaces).count()
    };
    town.pass(3_600);
    assert_eq!(from(&mut town, "198.51.100.1"), 0);
    assert_eq!(from(&mut town, "198.51.7.9"), 0, "the same network");
    assert_eq!(from(&mut town, "203.0.113.5"), 1);
    assert_eq!(from(&mut town, "2001:db8::1"), 2);
    town.pass(601);
    assert_eq!(from(&mut town, "198.51.100.1"), 2, "there was time to go");
    let told = town.people.events_about(ana.id, 1_000).unwrap();
    let told = told.iter().find(|event| event.kind == EventKind::TwoPlaces).unwrap();
    assert!(told.text().en.contains("two places") && told.text().fr.contains("deux lieux"), "{told:?}");
    assert_eq!(told.kind.told(), vauban_people::Told::Both);
}

#[test]
fn what_a_session_let_in_goes_on_without_its_cookie_and_not_without_its_person() {
    let (mut town, ana, _) = Town::founded();
    let started = town.sign_in(&ana, device()).unwrap();
    town.pass(400);
    assert_eq!(town.people.who(&started.token.hash(), town.now).unwrap(), None, "the cookie is over");
    let who = town.people.holder(started.session, town.now).unwrap().unwrap();
    assert_eq!((who.session, who.person), (started.session, started.person));
    town.people.suspend(&Actor::Machine, started.person, town.now).unwrap();
    assert_eq!(town.people.holder(started.session, town.now).unwrap(), None);
    let plain = town.sign_in(&ana, Binding::Plain);
    assert!(plain.is_err(), "suspended");
}

#[test]
fn however_often_a_device_asks_it_has_few_cookies() {
    let (mut town, ana, _) = Town::founded();
    let started = town.sign_in(&ana, device()).unwrap();
    let cookies: Vec<_> = (0..20)
        .map(|_| {
            town.now += jiff::SignedDuration::from_millis(1);
            town.people.refresh(started.session, b"a public key", &mut town.rng, town.now).unwrap().token.hash()
        })
        .collect();
    let good: Vec<_> = (0..20).filter(|at| town.people.who(&cookies[*at], town.now).unwrap().is_some()).collect();
    assert_eq!(good, [16, 17, 18, 19]);
}

#[test]
fn refreshing_ends_with_the_session() {
    let (mut town, ana, _) = Town::founded();
    let started = town.sign_in(&ana, device()).unwrap();
    town.pass(12 * 3_600 - 60);
    let last = town.people.refresh(started.session, b"a public key", &mut town.rng, town.now).unwrap();
    town.pass(60);
    assert_eq!(town.people.who(&last.token.hash(), town.now).unwrap(), None);
    let over = town.people.refresh(started.session, b"a public key", &mut town.rng, town.now);
    assert_eq!(refusal(over), Refusal::NoSuchSession);
}

#[test]
fn binding_is_done_once_and_soon() {
    let (mut town, ana, _) = Town::founded();
    let plain = town.sign_in(&ana, Binding::Plain).unwrap();
    let bind = |town: &mut Town, hash, binding: &Binding| town.people.bind(&hash, binding, &mut town.rng, town.now);
    assert_eq!(refusal(bind(&mut town, plain.token.hash(), &Binding::Plain)), Refusal::BindingFixed);
    let long = Binding::Device { public_key: vec![0; 3_000] };
    assert_eq!(refusal(bind(&mut town, plain.token.hash(), &long)), Refusal::BadBinding);
    let bound = bind(&mut town, plain.token.hash(), &device()).unwrap();
    assert_eq!(town.people.who(&plain.token.hash(), town.now).unwrap(), None, "the first cookie is worth nothing now");
    let thief = bind(&mut town, plain.token.hash(), &device());
    assert_eq!(refusal(thief), Refusal::NoSession);
    assert_eq!(refusal(bind(&mut town, bound.token.hash(), &device())), Refusal::BindingFixed);
    let late = town.sign_in(&ana, Binding::Plain).unwrap();
    town.pass(121);
    assert_eq!(refusal(bind(&mut town, late.token.hash(), &device())), Refusal::BindingFixed);
}

#[test]
fn a_certificates_session_has_one_cookie_as_long_as_it_lasts() {
    let (mut town, ana, _) = Town::founded();
    let binding = Binding::Certificate { sha256: [9; 32] };
    let started = town.sign_in(&ana, binding.clone()).unwrap();
    town.pass(12 * 3_600 - 1);
    let who = town.people.who(&started.token.hash(), town.now).unwrap().unwrap();
    assert_eq!((&who.binding, who.may_administer, who.is_fresh), (&binding, true, false));
    assert_eq!(town.people.bound_to(started.session, town.now).unwrap(), binding);
}

#[test]
fn freshness_lasts_five_minutes_and_is_renewed_by_ones_own_key_alone() {
    let (mut town, ana, ben) = Town::founded();
    let started = town.sign_in(&ana, Binding::Plain).unwrap();
    let hash = started.token.hash();
    town.pass(300);
    assert!(town.people.who(&hash, town.now).unwrap().unwrap().is_fresh);
    town.pass(1);
    assert!(!town.people.who(&hash, town.now).unwrap().unwrap().is_fresh);
    let bytes = credential(0);
    let of_ben = Used { id: &ben.key, before: &bytes, after: &bytes };
    assert_eq!(refusal(town.people.freshen(&hash, &of_ben, town.now)), Refusal::NoSuchKey);
    let of_ana = Used { id: &ana.key, before: &bytes, after: &credential(1) };
    town.people.freshen(&hash, &of_ana, town.now).unwrap();
    assert!(town.people.who(&hash, town.now).unwrap().unwrap().is_fresh);
    assert_eq!(town.people.key(&ana.key).unwrap().credential, credential(1), "the counter went forward");
}

#[test]
fn people_see_and_end_their_own_sessions_and_administrators_all() {
    let (mut town, ana, ben) = Town::founded();
    let (cleo, dora) = (town.member("Cleo", &ana, &ben), town.member("Dora", &ana, &ben));
    let elsewhere = town.again(&cleo);
    let listed = town.people.sessions(cleo.id, town.now).unwrap();
    assert_eq!((listed.len(), listed[0].address, listed[0].agent.as_str()), (2, address(1), "Browser 1"));
    for session in &listed {
        let other = town.people.end_session(&dora.actor(), session.id, town.now);
        assert_eq!(refusal(other), Refusal::NotAdministrator, "somebody else's");
    }
    assert_eq!(refusal(town.people.end_all(&dora.actor(), cleo.id, town.now)), Refusal::NotAdministrator);
    let own = town.people.who(&elsewhere.session, town.now).unwrap().unwrap().session;
    town.people.end_session(&cleo.actor(), own, town.now).unwrap();
    assert!(town.is_in(&cleo) && !town.is_in(&elsewhere));
    assert_eq!(refusal(town.people.end_session(&cleo.actor(), own, town.now)), Refusal::NoSuchSession);
    assert_eq!(town.people.end_all(&ana.actor(), cleo.id, town.now).unwrap(), 1);
    assert!(!town.is_in(&cleo));
    assert_eq!(town.people.sessions(cleo.id, town.now).unwrap(), []);
}

#[test]
fn the_oldest_of_too_many_sessions_makes_room() {
    let (mut town, ana, _) = Town::founded_with(Rules { sessions: 3, ..Rules::default() });
    let mut all = vec![ana.clone()];
    for _ in 0..3 {
        town.pass(1);
        all.push(town.again(&ana));
    }
    let live: Vec<_> = all.iter().map(|one| town.is_in(one)).collect();
    assert_eq!(live, [false, true, true, true]);
}

#[test]
fn the_counter_of_a_key_goes_forward_once() {
    let (mut town, ana, _) = Town::founded();
    let (before, after) = (credential(0), credential(1));
    let used = Used { id: &ana.key, before: &before, after: &after };
    town.people.sign_in(&used, &visit(device()), &mut town.rng, town.now).unwrap();
    let copied = town.people.sign_in(&used, &visit(device()), &mut town.rng, town.now);
    assert_eq!(refusal(copied), Refusal::KeyChanged, "two that read the same counter: one of them is a copy, or late");
    let empty = Used { id: &ana.key, before: &after, after: b"" };
    let bad = town.people.sign_in(&empty, &visit(device()), &mut town.rng, town.now);
    assert_eq!(refusal(bad), Refusal::BadCredential);
}

#[test]
fn a_device_that_was_never_seen_speaks_up() {
    let (mut town, ana, ben) = Town::founded();
    let cleo = town.member("Cleo", &ana, &ben);
    let kind = |town: &Town| town.people.events_about(cleo.id, 1).unwrap()[0].kind;
    town.sign_in(&cleo, Binding::Plain).unwrap();
    assert_eq!(kind(&town), EventKind::SignedIn);
    let new = Visit { agent: Agent::new("Browser 2"), ..visit(Binding::Plain) };
    town.sign_in_from(&cleo, &new).unwrap();
    assert_eq!(kind(&town), EventKind::SignedInAnew);
    town.sign_in_from(&cleo, &new).unwrap();
    assert_eq!(kind(&town), EventKind::SignedIn);
}

#[test]
fn being_seen_is_written_once_a_minute() {
    let (mut town, ana, _) = Town::founded();
    let started = town.sign_in(&ana, Binding::Plain).unwrap();
    let seen = |town: &Town| {
        let sessions = town.people.sessions(ana.id, town.now).unwrap();
        sessions.into_iter().find(|session| session.id == started.session).unwrap().seen
    };
    let begun = town.now;
    town.pass(60);
    town.people.seen(started.session, town.now).unwrap();
    assert_eq!(seen(&town), begun);
    town.pass(1);
    town.people.seen(started.session, town.now).unwrap();
    assert_eq!(seen(&town), town.now);
}

#[test]
fn a_session_that_something_forgot_to_end_is_nobodys_all_the_same() {
    let (town, ana, _) = Town::founded();
    let raw = rusqlite::Connection::open(&town.path).unwrap();
    for (sql, back) in [
        ("UPDATE persons SET state = 'suspended'", "UPDATE persons SET state = 'active'"),
        ("UPDATE persons SET until = 0", "UPDATE persons SET until = NULL"),
        ("UPDATE sessions SET ended = 0", "UPDATE sessions SET ended = NULL"),
        ("UPDATE sessions SET ends = 0", "UPDATE sessions SET ends = 1 << 60"),
    ] {
        raw.execute_batch(sql).unwrap();
        assert!(!town.is_in(&ana), "{sql}");
        raw.execute_batch(back).unwrap();
    }
    raw.execute_batch("UPDATE sessions SET ends = 4000000000000").unwrap();
    assert!(town.is_in(&ana));
}

#[test]
fn a_cookie_that_nobody_gave_out_is_nobody() {
    let (mut town, ..) = Town::founded();
    let made_up = SessionToken::random(&mut town.rng).hash();
    assert_eq!(town.people.who(&made_up, town.now).unwrap(), None);
    assert_eq!(
        refusal(town.people.end_all(&Actor::Session(made_up), vauban_people::PersonId::from_bytes([0; 16]), town.now)),
        Refusal::NoSession
    );
}
