//! Accounts at a provider that the organisation keeps: they let in, and give nothing that takes a key.

use jiff::SignedDuration;
use rusqlite::Connection;
use vauban_people::{
    AccountId, Actor, Began, Binding, EventKind, Means, NewPerson, People, Refusal, Role, Rules, SessionHash, Used,
};

use crate::made::{Somebody, Town, credential, device, refusal, visit};

fn elsewhere(town: &mut Town, name: &str) -> Result<SessionHash, vauban_people::PeopleError> {
    let claimed = town.claimed(name);
    let started = town.people.sign_in_elsewhere(&claimed, &visit(device()), &mut town.rng, town.now)?;
    Ok(started.token.hash())
}

/// A member who came by an account, and has no key.
fn keyless(town: &mut Town, name: &str, ana: &Somebody, ben: &Somebody) -> (vauban_people::PersonId, SessionHash) {
    let (request, link) = town.invited(name, ana, ben);
    let claimed = town.claimed(name);
    town.enrol_with(request, &link, Means::Account(&claimed)).unwrap()
}

#[test]
fn an_invitation_is_used_once_whichever_way() {
    let (mut town, ana, ben) = Town::founded();
    let (request, link) = town.invited("Cleo", &ana, &ben);
    let claimed = town.claimed("cleo");
    let (cleo, session) = town.enrol_with(request, &link, Means::Account(&claimed)).unwrap();
    assert!(town.people.who(&session, town.now).unwrap().is_some_and(|who| who.is_elsewhere && !who.is_fresh));
    assert_eq!(refusal(town.enrol(&link)), Refusal::LinkUsed);
    assert_eq!(refusal(town.enrol_with(request, &link, Means::Account(&claimed))), Refusal::LinkUsed);
    assert!(elsewhere(&mut town, "cleo").is_ok());
    assert_eq!(refusal(elsewhere(&mut town, "somebody else")), Refusal::NoSuchAccount);
    let kinds: Vec<_> = town.people.events_about(cleo, 10).unwrap().into_iter().map(|event| event.kind).collect();
    assert!(kinds.contains(&EventKind::AccountAdded) && kinds.contains(&EventKind::Enrolled));
}

#[test]
fn an_account_is_one_persons() {
    let (mut town, ana, ben) = Town::founded();
    keyless(&mut town, "Cleo", &ana, &ben);
    let (request, link) = town.invited("Dora", &ana, &ben);
    let claimed = town.claimed("Cleo");
    assert_eq!(refusal(town.enrol_with(request, &link, Means::Account(&claimed))), Refusal::AccountTaken);
    assert!(town.people.invitation(&link.hash(), town.now).is_ok(), "the link is good still, for another account");
    assert_eq!(
        refusal(town.people.add_account(&ana.session, &claimed.account, &mut town.rng, town.now)),
        Refusal::AccountTaken
    );
}

#[test]
fn a_session_of_an_account_gives_nothing_that_takes_a_key() {
    let (mut town, ana, ben) = Town::founded();
    let mine = town.claimed("ana");
    town.people.add_account(&ana.session, &mine.account, &mut town.rng, town.now).unwrap();
    let session = elsewhere(&mut town, "ana").unwrap();
    let who = town.people.who(&session, town.now).unwrap().unwrap();
    assert_eq!(who.role, Role::Administrator);
    assert!(!who.may_administer && !who.is_fresh && who.is_elsewhere, "bound to a device, even");
    let by = Actor::Session(session);
    assert_eq!(refusal(town.people.suspend(&by, ben.id, town.now)), Refusal::ByAccount);
    assert_eq!(refusal(town.people.invite(&by, &Town::new_person("Eve"), &mut town.rng, town.now)), Refusal::ByAccount);
    let key = town.new_key();
    assert_eq!(refusal(town.people.add_key(&session, &key, town.now)), Refusal::ByAccount);
    assert_eq!(refusal(town.people.remove_key(&by, &ana.key, town.now)), Refusal::ByAccount);
    let another = town.claimed("another").account;
    let added = town.people.add_account(&session, &another, &mut town.rng, town.now);
    assert_eq!(refusal(added), Refusal::ByAccount);
    let bytes = credential(0);
    let used = Used { id: &ana.key, before: &bytes, after: &bytes };
    assert_eq!(refusal(town.people.freshen(&session, &used, town.now)), Refusal::ByAccount);
    assert!(!town.people.who(&session, town.now).unwrap().unwrap().is_fresh);
}

#[test]
fn it_lasts_an_hour_whatever_it_is_bound_to() {
    let (mut town, ana, ben) = Town::founded();
    keyless(&mut town, "Cleo", &ana, &ben);
    let claimed = town.claimed("Cleo");
    let plain = town.people.sign_in_elsewhere(&claimed, &visit(Binding::Plain), &mut town.rng, town.now).unwrap();
    let bound = town.people.bind(&plain.token.hash(), &device(), &mut town.rng, town.now).unwrap();
    town.pass(3_599);
    let again = town.people.refresh(bound.session, b"a public key", &mut town.rng, town.now).unwrap();
    assert!(town.people.who(&again.token.hash(), town.now).unwrap().is_some());
    town.pass(1);
    assert!(town.people.who(&again.token.hash(), town.now).unwrap().is_none());
    assert_eq!(
        refusal(town.people.refresh(bound.session, b"a public key", &mut town.rng, town.now)),
        Refusal::NoSuchSession
    );
}

#[test]
fn whoever_is_out_here_is_out_whatever_the_provider_says() {
    let (mut town, ana, ben) = Town::founded();
    let (cleo, session) = keyless(&mut town, "Cleo", &ana, &ben);
    town.people.suspend(&ana.actor(), cleo, town.now).unwrap();
    assert!(town.people.who(&session, town.now).unwrap().is_none());
    assert_eq!(refusal(elsewhere(&mut town, "Cleo")), Refusal::NotActive);
    town.people.resume(&ana.actor(), cleo, town.now).unwrap();
    assert!(elsewhere(&mut town, "Cleo").is_ok());
    town.people.leave(&ana.actor(), cleo, town.now).unwrap();
    assert_eq!(refusal(elsewhere(&mut town, "Cleo")), Refusal::NoSuchAccount);
    assert!(town.people.accounts(cleo).unwrap().is_empty());
}

#[test]
fn a_recovery_leaves_no_account_of_before() {
    let (mut town, ana, ben) = Town::founded();
    let (cleo, session) = keyless(&mut town, "Cleo", &ana, &ben);
    let request = town.recover(&ana, cleo).unwrap();
    town.approve(&request, &ana).unwrap();
    town.approve(&request, &ben).unwrap();
    town.pass(121);
    let ana = town.again(&ana);
    let link = town.link(&ana.actor(), request.id).unwrap();
    town.enrol(&link).unwrap();
    assert!(town.people.who(&session, town.now).unwrap().is_none());
    assert_eq!(refusal(elsewhere(&mut town, "Cleo")), Refusal::NoSuchAccount);
}

#[test]
fn nothing_but_a_key_makes_an_administrator() {
    let (mut town, ana, ben) = Town::founded();
    let person = NewPerson { role: Role::Administrator, ..Town::new_person("Dora") };
    let request = town.invite(&ana, &person).unwrap();
    town.approve(&request, &ana).unwrap();
    town.approve(&request, &ben).unwrap();
    let link = town.link(&ana.actor(), request.id).unwrap();
    let claimed = town.claimed("dora");
    assert_eq!(refusal(town.enrol_with(request.id, &link, Means::Account(&claimed))), Refusal::NeedsKey);
    assert!(town.enrol(&link).is_ok(), "what was refused left nothing");
    let (cleo, _) = keyless(&mut town, "Cleo", &ana, &ben);
    let asked = town.people.ask_role(&ana.actor(), cleo, Role::Administrator, &mut town.rng, town.now);
    assert_eq!(refusal(asked), Refusal::NeedsKey);
}

#[test]
fn an_account_is_removed_with_its_sessions_and_never_the_last_way_in() {
    let (mut town, ana, ben) = Town::founded();
    let (cleo, session) = keyless(&mut town, "Cleo", &ana, &ben);
    let id = |town: &Town, person| town.people.accounts(person).unwrap().first().map(|account| account.id);
    let only = id(&town, cleo).unwrap();
    assert_eq!(refusal(town.people.remove_account(&ana.actor(), only, town.now)), Refusal::LastKey);
    let dora = town.member("Dora", &ana, &ben);
    let account = town.claimed("dora").account;
    town.people.add_account(&dora.session, &account, &mut town.rng, town.now).unwrap();
    let account = id(&town, dora.id).unwrap();
    let of_dora = elsewhere(&mut town, "dora").unwrap();
    let began: Vec<_> =
        town.people.sessions(dora.id, town.now).unwrap().into_iter().map(|session| session.began).collect();
    assert!(began.contains(&Began::Account(account)) && began.contains(&Began::Key(dora.key.clone())));
    let stranger = Actor::Session(session);
    assert_eq!(refusal(town.people.remove_account(&stranger, account, town.now)), Refusal::NotAdministrator);
    town.people.remove_account(&ben.actor(), account, town.now).unwrap();
    assert!(town.people.who(&of_dora, town.now).unwrap().is_none());
    assert!(town.is_in(&dora), "what the key began goes on");
    let none = AccountId::from_bytes([1; 16]);
    assert_eq!(refusal(town.people.remove_account(&ana.actor(), none, town.now)), Refusal::NoSuchAccount);
}

#[test]
fn what_the_provider_says_of_the_time_is_not_later_than_ours() {
    let (mut town, ana, ben) = Town::founded();
    keyless(&mut town, "Cleo", &ana, &ben);
    let mut claimed = town.claimed("Cleo");
    for (said, kept) in [(3_600, 0), (-7_200, -7_200)] {
        claimed.authenticated = Some(town.now + SignedDuration::from_secs(said));
        let started = town.people.sign_in_elsewhere(&claimed, &visit(device()), &mut town.rng, town.now).unwrap();
        let who = town.people.who(&started.token.hash(), town.now).unwrap().unwrap();
        assert_eq!(who.authenticated, Some(town.now + SignedDuration::from_secs(kept)));
    }
    claimed.authenticated = None;
    let started = town.people.sign_in_elsewhere(&claimed, &visit(device()), &mut town.rng, town.now).unwrap();
    let who = town.people.who(&started.token.hash(), town.now).unwrap().unwrap();
    assert_eq!(who.authenticated, None, "what is not said is not known");
}

#[test]
fn a_file_of_before_goes_on_with_its_sessions() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("people.sqlite");
    let old = Connection::open(&path).unwrap();
    old.execute_batch(include_str!("../../src/store/schema.sql")).unwrap();
    old.execute_batch(
        "INSERT INTO persons VALUES (zeroblob(16), 'Ana', 'ana', 'staff', 'administrator', '[]', 'active', NULL, 0);
         INSERT INTO sessions VALUES (zeroblob(16), zeroblob(16), x'0102', 'certificate', zeroblob(32), 0, 0, 0, 9000000000000, NULL, '', NULL);
         INSERT INTO cookies VALUES (zeroblob(32), zeroblob(16), 0, 9000000000000);
         PRAGMA application_id = 1449227632; PRAGMA user_version = 1;",
    )
    .unwrap();
    drop(old);
    let people = People::open(&path, Rules::default()).unwrap();
    let now = crate::made::start();
    let who = people.who(&SessionHash::new([0; 32]), now).unwrap().unwrap();
    assert!(who.may_administer && !who.is_elsewhere);
    let sessions = people.sessions(who.person, now).unwrap();
    assert!(matches!(&sessions.first().unwrap().began, Began::Key(key) if key.bytes() == [1, 2]));
    drop(people);
    assert!(People::open(&path, Rules::default()).is_ok(), "a step is taken once");
}
