//! Breaking the glass: two of three keys, for an administrator, loudly.

use vauban_people::{
    EventKind, GlassAssertion, NewKey, PeopleError, Refusal, Request, RequestState, Role, SpareKey, Told, Used,
};

use crate::made::{Somebody, Town, address, credential, refusal};

fn spare(key: NewKey) -> SpareKey {
    let NewKey { id, credential, label, attested } = key;
    SpareKey { id, credential, label, attested }
}

fn keys(town: &mut Town) -> Vec<SpareKey> {
    (0..3).map(|_| spare(town.new_key())).collect()
}

fn with_keys() -> (Town, Somebody, Somebody, Vec<SpareKey>) {
    let (mut town, ana, ben) = Town::founded();
    let keys = keys(&mut town);
    let request = town.people.ask_break_glass_keys(&ana.actor(), &keys, &mut town.rng, town.now).unwrap();
    town.approve(&request, &ana).unwrap();
    town.approve(&request, &ben).unwrap();
    town.pass(120);
    town.people.carry_out(request.id, town.now).unwrap();
    assert_eq!(town.people.break_glass_keys().unwrap().len(), 3);
    (town, ana, ben, keys)
}

fn assert_with(town: &Town, request: &Request, key: &SpareKey) -> Result<Request, PeopleError> {
    let bytes = credential(0);
    let used = Used { id: &key.id, before: &bytes, after: &bytes };
    let assertion = GlassAssertion {
        request: request.id,
        used,
        digest: request.digest(),
        proof: b"a signature",
        address: address(7),
    };
    town.people.break_glass(&assertion, town.now)
}

#[test]
fn two_of_three_bring_an_administrator_back_at_once() {
    let (mut town, ana, ben, keys) = with_keys();
    let request = town.people.recover(&vauban_people::Actor::Machine, ana.id, &mut town.rng, town.now).unwrap();
    assert!(town.people.is_for_break_glass(&request, town.now).unwrap());
    assert_eq!(assert_with(&town, &request, &keys[0]).unwrap().state, RequestState::Waiting);
    assert_eq!(refusal(assert_with(&town, &request, &keys[0])), Refusal::SameGlassKey, "one key twice is one");
    assert_eq!(refusal(town.link(&vauban_people::Actor::Machine, request.id)), Refusal::NotApproved);
    assert_eq!(assert_with(&town, &request, &keys[2]).unwrap().state, RequestState::Approved);
    let link = town.link(&vauban_people::Actor::Machine, request.id).unwrap();
    let anew = town.enrol(&link).unwrap();
    assert!(anew.id == ana.id && town.is_in(&anew) && !town.is_in(&ana));
    let events = town.people.events(0, 1_000).unwrap();
    let loud: Vec<_> = events.iter().filter(|event| event.kind == EventKind::BreakGlass).collect();
    assert_eq!(loud.len(), 2, "each is an alarm");
    assert!(loud.iter().all(|event| event.address == address(7) && event.kind.told() == Told::Both), "{loud:?}");
    drop(ben);
}

#[test]
fn where_there_are_no_keys_nothing_is_for_them() {
    let (mut town, ana, ben) = Town::founded();
    let request = town.recover(&ben, ana.id).unwrap();
    assert!(!town.people.is_for_break_glass(&request, town.now).unwrap());
}

#[test]
fn they_open_nothing_else_and_sign_nobody_in() {
    let (mut town, ana, ben, keys) = with_keys();
    let ana = town.again(&ana);
    let ben = town.again(&ben);
    let invitation = town.invite(&ana, &Town::new_person("Dora")).unwrap();
    assert_eq!(refusal(assert_with(&town, &invitation, &keys[0])), Refusal::NotForBreakGlass);
    let cleo = town.member("Cleo", &ana, &ben);
    let member = town.recover(&ana, cleo.id).unwrap();
    assert!(
        ![&invitation, &member].into_iter().any(|request| town.people.is_for_break_glass(request, town.now).unwrap())
    );
    assert_eq!(refusal(assert_with(&town, &member, &keys[0])), Refusal::NotForBreakGlass);
    let as_person = Somebody { key: keys[0].id.clone(), ..ana.clone() };
    assert_eq!(refusal(town.sign_in(&as_person, crate::made::device())), Refusal::NoSuchKey);
    assert_eq!(refusal(town.approve(&member, &as_person)), Refusal::NoSuchKey);
    let of_a_person = SpareKey { id: cleo.key.clone(), ..keys[0].clone() };
    let recovery = town.recover(&ben, ana.id).unwrap();
    assert_eq!(refusal(assert_with(&town, &recovery, &of_a_person)), Refusal::NoSuchKey);
    let other = GlassAssertion {
        request: recovery.id,
        used: Used { id: &keys[0].id, before: b"x", after: b"x" },
        digest: member.digest(),
        proof: b"p",
        address: None,
    };
    assert_eq!(refusal(town.people.break_glass(&other, town.now)), Refusal::OtherDigest);
}

#[test]
fn where_fewer_than_two_are_left_they_make_one_after_a_delay() {
    let (mut town, ana, ben, keys) = with_keys();
    let (ana, ben) = (town.again(&ana), town.again(&ben));
    let [cleo, dora, eve] = ["Cleo", "Dora", "Eve"].map(|name| town.member(name, &ana, &ben));
    let machine = vauban_people::Actor::Machine;
    let ask = |town: &mut Town, whom: &Somebody| {
        town.people.ask_role(&machine, whom.id, Role::Administrator, &mut town.rng, town.now).unwrap()
    };
    let request = ask(&mut town, &cleo);
    assert!(!town.people.is_for_break_glass(&request, town.now).unwrap());
    assert_eq!(refusal(assert_with(&town, &request, &keys[0])), Refusal::NotForBreakGlass, "two approve it themselves");

    town.people.leave(&machine, ben.id, town.now).unwrap();
    assert!(town.people.is_for_break_glass(&request, town.now).unwrap());
    assert_with(&town, &request, &keys[1]).unwrap();
    let approved = assert_with(&town, &request, &keys[2]).unwrap();
    assert_eq!(approved.state, RequestState::Approved);
    assert_eq!(refusal(town.people.carry_out(request.id, town.now)), Refusal::NotYet);
    town.people.veto(&ana.actor(), request.id, town.now).unwrap();

    town.people.leave(&machine, ana.id, town.now).unwrap();
    let [first, second, third] = [&cleo, &dora, &eve].map(|whom| ask(&mut town, whom));
    for request in [&first, &second, &third] {
        assert_with(&town, request, &keys[0]).unwrap();
        assert_with(&town, request, &keys[1]).unwrap();
    }
    town.pass(120);
    assert!(town.people.carry_out(first.id, town.now).unwrap().is_some(), "one is few, and it is said");
    assert!(town.people.carry_out(second.id, town.now).unwrap().is_none());
    assert_eq!(refusal(town.people.carry_out(third.id, town.now)), Refusal::NotApproved, "there are two again");
    assert_eq!(town.people.person(cleo.id).unwrap().role, Role::Administrator);
}

#[test]
fn they_are_three_different_ones_and_changed_by_two_people() {
    let (mut town, ana, ben, old) = with_keys();
    let ana = town.again(&ana);
    let new = keys(&mut town);
    let ask = |town: &mut Town, keys: &[SpareKey]| {
        town.people.ask_break_glass_keys(&ana.actor(), keys, &mut town.rng, town.now)
    };
    assert_eq!(refusal(ask(&mut town, &new[..2])), Refusal::NotThreeKeys);
    assert_eq!(refusal(ask(&mut town, &[new.clone(), old.clone()].concat())), Refusal::NotThreeKeys);
    let twice = [new[0].clone(), new[0].clone(), new[1].clone()];
    assert_eq!(refusal(ask(&mut town, &twice)), Refusal::NotThreeKeys);
    let persons = [new[0].clone(), new[1].clone(), SpareKey { id: ana.key.clone(), ..new[2].clone() }];
    assert_eq!(refusal(ask(&mut town, &persons)), Refusal::KeyTaken);
    let request = ask(&mut town, &new).unwrap();
    town.approve(&request, &ana).unwrap();
    assert_eq!(refusal(town.people.carry_out(request.id, town.now)), Refusal::NotApproved);
    let ids = |keys: &[SpareKey]| keys.iter().map(|key| key.id.clone()).collect::<Vec<_>>();
    let there = |town: &Town| town.people.break_glass_keys().unwrap().into_iter().map(|key| key.id).collect::<Vec<_>>();
    assert_eq!(there(&town), ids(&old));

    let machine = vauban_people::Actor::Machine;
    let recovery = town.people.recover(&machine, ben.id, &mut town.rng, town.now).unwrap();
    assert_with(&town, &recovery, &old[0]).unwrap();
    town.approve(&request, &ben).unwrap();
    town.pass(120);
    town.people.carry_out(request.id, town.now).unwrap();
    assert_eq!(there(&town), ids(&new));
    assert_eq!(refusal(assert_with(&town, &recovery, &old[1])), Refusal::NoSuchKey);
    assert_eq!(
        assert_with(&town, &recovery, &new[0]).unwrap().state,
        RequestState::Waiting,
        "the old one counts no more"
    );
    assert_eq!(assert_with(&town, &recovery, &new[1]).unwrap().state, RequestState::Approved);
}
