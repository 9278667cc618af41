//! Keys: added and removed freshly, never the last, never two people's.

use vauban_people::{Actor, EventKind, KeyOwner, Refusal, Rules};

use crate::made::{Somebody, Town, device, refusal};

#[test]
fn adding_and_removing_need_a_fresh_touch() {
    let (mut town, ana, _) = Town::founded();
    let key = town.new_key();
    town.people.add_key(&ana.session, &key, town.now).unwrap();
    assert_eq!(town.people.key(&key.id).unwrap().owner, KeyOwner::Person(ana.id));
    let started = town.sign_in(&ana, vauban_people::Binding::Plain).unwrap();
    town.pass(301);
    let stale = started.token.hash();
    let third = town.new_key();
    assert_eq!(refusal(town.people.add_key(&stale, &third, town.now)), Refusal::NotFresh);
    assert_eq!(refusal(town.people.remove_key(&Actor::Session(stale), &key.id, town.now)), Refusal::NotFresh);
    let ana = town.again(&ana);
    town.people.remove_key(&ana.actor(), &key.id, town.now).unwrap();
    assert_eq!(refusal(town.people.key(&key.id)), Refusal::NoSuchKey);
    let told: Vec<_> = town.people.events_about(ana.id, 2).unwrap().into_iter().map(|event| event.kind).collect();
    assert_eq!(told, [EventKind::KeyRemoved, EventKind::SignedIn]);
}

#[test]
fn the_last_key_stays_and_a_removed_one_takes_its_sessions() {
    let (mut town, ana, ben) = Town::founded();
    let cleo = town.member("Cleo", &ana, &ben);
    assert_eq!(refusal(town.people.remove_key(&cleo.actor(), &cleo.key, town.now)), Refusal::LastKey);
    assert_eq!(refusal(town.people.remove_key(&ana.actor(), &cleo.key, town.now)), Refusal::LastKey);
    let second = town.new_key();
    town.people.add_key(&cleo.session, &second, town.now).unwrap();
    let by_second = town.again(&Somebody { key: second.id, ..cleo.clone() });
    town.people.remove_key(&by_second.actor(), &cleo.key, town.now).unwrap();
    assert!(!town.is_in(&cleo), "begun by the key that is gone");
    assert!(town.is_in(&by_second));
    assert_eq!(refusal(town.sign_in(&cleo, device())), Refusal::NoSuchKey);
}

#[test]
fn a_key_is_one_persons_and_removed_by_its_own_or_an_administrator() {
    let (mut town, ana, ben) = Town::founded();
    let (cleo, dora) = (town.member("Cleo", &ana, &ben), town.member("Dora", &ana, &ben));
    let key = town.new_key();
    town.people.add_key(&cleo.session, &key, town.now).unwrap();
    assert_eq!(refusal(town.people.add_key(&dora.session, &key, town.now)), Refusal::KeyTaken);
    assert_eq!(refusal(town.people.add_key(&cleo.session, &key, town.now)), Refusal::KeyTaken);
    let other = town.people.remove_key(&dora.actor(), &key.id, town.now);
    assert_eq!(refusal(other), Refusal::NotAdministrator);
    town.people.remove_key(&ana.actor(), &key.id, town.now).unwrap();
}

#[test]
fn keys_and_their_bytes_are_bounded() {
    let (mut town, ana, _) = Town::founded_with(Rules { keys: 2, ..Rules::default() });
    let (second, third, mut long) = (town.new_key(), town.new_key(), town.new_key());
    long.credential = vec![1; (16 << 10) + 1];
    assert_eq!(refusal(town.people.add_key(&ana.session, &long, town.now)), Refusal::BadCredential);
    town.people.add_key(&ana.session, &second, town.now).unwrap();
    assert_eq!(refusal(town.people.add_key(&ana.session, &third, town.now)), Refusal::TooManyKeys);
}
