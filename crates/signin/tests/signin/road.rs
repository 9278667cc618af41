//! The whole road: founders, a session, a sign-in, an invitation that two approve, and the third person's first sign-in.

use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicI64, Ordering},
};

use axum::Router;
use jiff::{SignedDuration, Timestamp};
use vauban_people::{
    Actor, Agent, Binding, Claimed, Enrolment, EventKind, InvitationToken, Means, NewAccount, NewPerson, PersonId,
    RequestState, Role, Rules, SessionToken, Subject, Tie, Visit,
};
use vauban_softkey::honest;

use crate::world::{Person, World, rng};

#[test]
fn two_found_and_a_third_is_let_in_by_both() {
    let (world, [mut ana, mut bob]) = World::with_founders();
    let mine = ana.browser.get("/mine");
    assert_eq!(mine.status, 200);
    assert!(mine.body.contains("Ana") && mine.body.contains("phone") && mine.body.contains("One key only"), "{mine:?}");

    // Out, and in again by the key alone.
    let origin = format!("Origin: {}\r\n", ana.browser.origin());
    let before = ana.browser.cookies.clone();
    assert_eq!(ana.browser.send("POST", "/signin/out", &origin, b"").status, 303);
    assert_eq!(ana.browser.get("/mine").status, 303, "out");
    let mut thief = world.browser();
    thief.cookies = before;
    assert_eq!(thief.get("/mine").status, 303, "a cookie of a session that ended");
    assert_eq!(ana.browser.sign("/signin", &mut ana.key, honest).status, 200);
    assert_eq!(ana.browser.get("/mine").status, 200);

    let volunteer = NewPerson {
        name: "Chloé".parse().unwrap(),
        tie: Tie::Volunteer,
        role: Role::Member,
        groups: BTreeSet::new(),
        until: Some(Timestamp::now() + SignedDuration::from_hours(24 * 30)),
    };
    let now = Timestamp::now();
    let request = world.people.invite(&Actor::Machine, &volunteer, &mut rng().unwrap(), now).unwrap();
    let path = format!("/requests/{}", request.id);
    assert!(ana.browser.get("/requests").body.contains(&path));
    let shown = ana.browser.get(&path);
    assert!(shown.body.contains("Chloé") && shown.body.contains("volunteer"), "{shown:?}");
    assert_eq!(ana.browser.sign(&path, &mut ana.key, honest).status, 200);
    assert_eq!(world.people.request(request.id).unwrap().state, RequestState::Waiting, "one is not enough");
    assert_eq!(bob.browser.sign(&path, &mut bob.key, honest).status, 200);
    assert_eq!(world.people.request(request.id).unwrap().state, RequestState::Approved);

    let mut chloe = world.person(request.id, 3);
    assert!(chloe.browser.get("/mine").body.contains("Chloé"));
    assert_eq!(world.browser().sign("/signin", &mut chloe.key, honest).status, 200);
    let kinds: Vec<EventKind> = world.people.events(0, 100).unwrap().into_iter().map(|event| event.kind).collect();
    assert!(kinds.contains(&EventKind::Approved) && kinds.contains(&EventKind::SignedIn), "{kinds:?}");
}

#[test]
fn more_keys_are_made_and_removed_by_a_fresh_touch() {
    let (_world, [mut ana, _]) = World::with_founders();
    let second = ana.browser.add_key(&mut ana.key, 9).unwrap();
    let mine = ana.browser.get("/mine");
    assert!(mine.body.contains("Passkeys (2)") && !mine.body.contains("One key only"), "{mine:?}");
    assert_eq!(ana.browser.sign("/mine/fresh", &mut ana.key, honest).status, 200);
    let origin = format!("Origin: {}\r\n", ana.browser.origin());
    let remove = format!("/mine/keys/{}/remove", data_encoding::BASE64URL_NOPAD.encode(&second.id));
    assert_eq!(ana.browser.send("POST", &remove, &origin, b"").status, 303);
    assert!(ana.browser.get("/mine").body.contains("Passkeys (1)"));
    let last = format!("/mine/keys/{}/remove", data_encoding::BASE64URL_NOPAD.encode(&ana.key.id));
    let came = ana.browser.send("POST", &last, &origin, b"");
    assert_eq!(came.status, 403);
    assert!(came.body.contains("only way in") && came.body.contains("href=\"/mine\""), "a page, for a form: {came:?}");
}

/// By how many seconds the clock of the server with accounts is ahead.
static AHEAD: AtomicI64 = AtomicI64::new(0);

fn server() -> Timestamp {
    Timestamp::now() + SignedDuration::from_secs(AHEAD.load(Ordering::Relaxed))
}

/// Somebody who just touched a key gets an account at a provider.
fn add_account(world: &World, person: &Person, name: &str) {
    let session: SessionToken = person.browser.cookies["vauban-session"].parse().unwrap();
    let subject = Subject::new("https://login.example", name).unwrap();
    let account = NewAccount { subject, label: name.parse().unwrap() };
    world.people.add_account(&session.hash(), &account, &mut rng().unwrap(), server()).unwrap();
}

/// Somebody who came with a link and an account, and has no key.
fn keyless(world: &World, founders: &mut [Person; 2], name: &str) -> PersonId {
    let request = world.asked(name, founders);
    let link: InvitationToken = world.link(request).parse().unwrap();
    let subject = Subject::new("https://login.example", name).unwrap();
    let account = NewAccount { subject, label: name.parse().unwrap() };
    let claimed = Claimed { account, authenticated: None };
    let visit = Visit { binding: Binding::Plain, address: None, agent: Agent::new("test") };
    let enrolment = Enrolment { request, link: link.hash(), means: Means::Account(&claimed), visit: &visit };
    world.people.enrol(&enrolment, &mut rng().unwrap(), server()).unwrap().person.id
}

#[test]
fn an_only_key_goes_where_an_account_is_left_and_an_administrators_stays() {
    let (world, mut founders) = World::clocked(&Rules::default(), |_| (), |_, _| Router::new(), server).founded();
    let mut cleo = world.member("Cleo", &mut founders, 3);
    let dora = keyless(&world, &mut founders, "Dora");
    let [mut ana, mut bob] = founders;
    let button = |path: &str, person: &Person| {
        format!("{path}/keys/{}/remove", data_encoding::BASE64URL_NOPAD.encode(&person.key.id))
    };
    assert!(!cleo.browser.get("/mine").body.contains("/remove"), "the only way in");
    for (person, name) in [(&cleo, "cleo"), (&ana, "ana")] {
        add_account(&world, person, name);
    }
    assert!(cleo.browser.get("/mine").body.contains(&button("/mine", &cleo)));
    let mine = ana.browser.get("/mine").body;
    assert!(!mine.contains(&button("/mine", &ana)) && mine.contains("/mine/accounts/"), "{mine}");
    world.bind(&mut ana.browser);
    let mut seen = |name: &str, person: &Person| {
        let path = format!("/people/{}", world.people.find(name).unwrap().id);
        let page = ana.browser.get(&path).body;
        (page.contains(&button(&path, person)), page.contains("One key only"))
    };
    assert_eq!(seen("Cleo", &cleo), (true, false));
    assert_eq!(seen("Bob", &bob), (false, true));
    let path = format!("/people/{}", world.people.find("Ana").unwrap().id);
    let page = ana.browser.get(&path).body;
    assert!(!page.contains(&format!("{path}/keys/")) && page.contains(&format!("{path}/accounts/")), "{page}");
    let page = ana.browser.get(&format!("/people/{dora}")).body;
    assert!(
        page.contains("Accounts of another provider (1)") && !page.contains("/accounts/"),
        "the last way in: {page}"
    );

    AHEAD.store(301, Ordering::Relaxed);
    let mine = cleo.browser.get("/mine").body;
    assert!(mine.contains("touch a key first") && !mine.contains("/remove"), "{mine}");
    assert!(!bob.browser.get("/mine").body.contains("touch a key first"), "there is nothing that may go");
    assert_eq!(cleo.browser.sign("/mine/fresh", &mut cleo.key, honest).status, 200);
    assert_eq!(cleo.browser.submit(&button("/mine", &cleo), "").status, 303);
    let person = world.people.find("Cleo").unwrap().id;
    assert_eq!((world.people.keys(person).unwrap().len(), world.people.accounts(person).unwrap().len()), (0, 1));
}
