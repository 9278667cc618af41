//! The first administrators.

use vauban_people::{Actor, EventKind, Refusal, Standing};

use crate::made::{Town, refusal};

#[test]
fn two_founders_and_then_never_again() {
    let mut town = Town::new();
    let first = town.people.found("Ana".parse().unwrap(), &mut town.rng, town.now).unwrap();
    assert_eq!(refusal(town.people.found("ana".parse().unwrap(), &mut town.rng, town.now)), Refusal::NameTaken);
    let second = town.people.found("Ben".parse().unwrap(), &mut town.rng, town.now).unwrap();
    let third = town.people.found("Cleo".parse().unwrap(), &mut town.rng, town.now);
    assert_eq!(refusal(third), Refusal::TwoFounders);
    let link = town.link(&Actor::Machine, first.id).unwrap();
    let ana = town.enrol(&link).unwrap();
    assert_eq!(refusal(town.link(&ana.actor(), second.id)), Refusal::OnlyMachine);
    assert!(town.people.is_founding().unwrap());
    let link = town.link(&Actor::Machine, second.id).unwrap();
    let ben = town.enrol(&link).unwrap();
    assert!(!town.people.is_founding().unwrap());
    town.people.leave(&Actor::Machine, ana.id, town.now).unwrap();
    town.people.leave(&Actor::Machine, ben.id, town.now).unwrap();
    let anew = town.people.found("Cleo".parse().unwrap(), &mut town.rng, town.now);
    assert_eq!(refusal(anew), Refusal::Founded, "not even when all are gone");
}

#[test]
fn a_founders_link_that_nobody_used_makes_room() {
    let mut town = Town::new();
    let lost = town.people.found("Ana".parse().unwrap(), &mut town.rng, town.now).unwrap();
    let link = town.link(&Actor::Machine, lost.id).unwrap();
    town.founder("Ben");
    assert_eq!(refusal(town.people.found("Cleo".parse().unwrap(), &mut town.rng, town.now)), Refusal::TwoFounders);
    town.people.veto(&Actor::Machine, lost.id, town.now).unwrap();
    assert_eq!(refusal(town.enrol(&link)), Refusal::RequestVetoed);
    assert_eq!(town.people.person(lost.kind.subject().unwrap()).unwrap().standing, Standing::Gone);
    town.founder("Cleo");
    assert_eq!(refusal(town.people.found("Dora".parse().unwrap(), &mut town.rng, town.now)), Refusal::Founded);
    let told = town.people.events(0, 100).unwrap();
    assert_eq!(told.iter().filter(|event| event.kind == EventKind::Founded).count(), 3);
}

#[test]
fn a_founder_takes_the_name_of_an_invitation() {
    let mut town = Town::new();
    let ana = town.founder("Ana");
    let request = town.invite(&ana, &Town::new_person("Ben")).unwrap();
    let ben = town.founder("ben");
    town.approve(&request, &ana).unwrap();
    let second = town.approve(&request, &ben);
    assert_eq!(refusal(second), Refusal::NameTaken, "nobody is let in beside somebody of the same name");
}

#[test]
fn one_founder_alone_can_approve_nothing() {
    let mut town = Town::new();
    let ana = town.founder("Ana");
    let request = town.invite(&ana, &Town::new_person("Cleo")).unwrap();
    town.approve(&request, &ana).unwrap();
    assert_eq!(refusal(town.link(&ana.actor(), request.id)), Refusal::NotApproved);
}
