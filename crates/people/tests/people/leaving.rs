//! Leaving, suspension, the end of a volunteer: everything closes at once, and few administrators are said.

use jiff::SignedDuration;
use vauban_people::{Actor, EventKind, NewPerson, Refusal, RequestState, Role, Standing, Tie, Warning};

use crate::made::{Town, device, refusal};

#[test]
fn one_click_closes_everything() {
    let (mut town, ana, ben) = Town::founded();
    let cleo = town.administrator("Cleo", &ana, &ben);
    let elsewhere = town.again(&cleo);
    let asked = town.invite(&cleo, &Town::new_person("Dora")).unwrap();
    let about = town.recover(&ana, cleo.id).unwrap();
    assert_eq!(town.people.leave(&ana.actor(), cleo.id, town.now).unwrap(), None);
    assert!(!town.is_in(&cleo) && !town.is_in(&elsewhere));
    assert_eq!(town.people.keys(cleo.id).unwrap(), []);
    for request in [asked, about] {
        assert_eq!(town.people.request(request.id).unwrap().state, RequestState::Withdrawn);
    }
    assert_eq!(refusal(town.sign_in(&cleo, device())), Refusal::NoSuchKey);
    assert_eq!(refusal(town.people.leave(&ana.actor(), cleo.id, town.now)), Refusal::Gone);
    assert_eq!(refusal(town.people.resume(&ana.actor(), cleo.id, town.now)), Refusal::NotSuspended);
    assert!(town.people.persons(false).unwrap().iter().all(|person| person.id != cleo.id));
    town.member("Cleo", &ana, &ben);
}

#[test]
fn few_administrators_are_said_and_nothing_is_refused() {
    let (mut town, ana, ben) = Town::founded();
    let cleo = town.member("Cleo", &ana, &ben);
    assert_eq!(refusal(town.people.leave(&cleo.actor(), ben.id, town.now)), Refusal::NotAdministrator);
    let warning = town.people.leave(&ana.actor(), ben.id, town.now).unwrap();
    assert_eq!(warning, Some(Warning::FewAdministrators { left: 1 }));
    let warning = town.people.suspend(&Actor::Machine, ana.id, town.now).unwrap().unwrap();
    assert_eq!(warning, Warning::FewAdministrators { left: 0 });
    assert_eq!(town.people.tend(town.now).unwrap().warning, Some(warning));
    assert!(warning.text().fr.contains("secours") && warning.text().en.contains("break-glass"));
    town.pass(1);
}

#[test]
fn whoever_is_suspended_comes_back_without_power() {
    let (mut town, ana, ben) = Town::founded();
    town.people.suspend(&ana.actor(), ben.id, town.now).unwrap();
    assert!(!town.is_in(&ben));
    assert_eq!(refusal(town.sign_in(&ben, device())), Refusal::NotActive);
    assert_eq!(refusal(town.people.suspend(&ana.actor(), ben.id, town.now)), Refusal::NotActive);
    town.people.resume(&ana.actor(), ben.id, town.now).unwrap();
    assert!(!town.is_in(&ben), "a session that was ended stays ended");
    let ben = town.again(&ben);
    let who = town.people.who(&ben.session, town.now).unwrap().unwrap();
    assert_eq!((who.role, who.may_administer), (Role::Member, false));
}

#[test]
fn a_volunteers_end_closes_everything_by_itself() {
    let (mut town, ana, ben) = Town::founded();
    let until = town.now + SignedDuration::from_secs(250);
    let person = NewPerson { tie: Tie::Volunteer, until: Some(until), ..Town::new_person("Cleo") };
    let cleo = town.person(&person, &ana, &ben);
    assert_eq!(refusal(town.people.set_end(&ana.actor(), cleo.id, None, town.now)), Refusal::NoEnd);
    town.pass(249);
    assert!(town.is_in(&cleo));
    town.pass(1);
    assert!(!town.is_in(&cleo), "nobody has to come by for that");
    assert_eq!(refusal(town.sign_in(&cleo, device())), Refusal::NotActive);
    let later = Some(town.now + SignedDuration::from_secs(100));
    assert_eq!(refusal(town.people.set_end(&Actor::Machine, cleo.id, later, town.now)), Refusal::NotActive);
    let tended = town.people.tend(town.now).unwrap();
    assert_eq!((tended.ended, tended.warning), (1, None));
    let gone = town.people.person(cleo.id).unwrap();
    assert_eq!((gone.standing, town.people.keys(cleo.id).unwrap().len()), (Standing::Gone, 0));
    assert_eq!(town.people.events_about(cleo.id, 1).unwrap()[0].kind, EventKind::Ended);
}

#[test]
fn whoever_approved_and_is_past_the_end_counts_no_more() {
    let (mut town, ana, ben) = Town::founded();
    let request = town.invite(&ana, &Town::new_person("Cleo")).unwrap();
    town.approve(&request, &ana).unwrap();
    town.approve(&request, &ben).unwrap();
    let link = town.link(&ana.actor(), request.id).unwrap();
    let until = Some(town.now + SignedDuration::from_secs(60));
    town.people.set_end(&ana.actor(), ben.id, until, town.now).unwrap();
    town.pass(60);
    assert_eq!(refusal(town.enrol(&link)), Refusal::NotApproved, "whether or not somebody tended the file");
    town.people.tend(town.now).unwrap();
    assert_eq!(refusal(town.enrol(&link)), Refusal::RequestWithdrawn);
}

#[test]
fn groups_and_ends_change_by_one_fresh_administrator() {
    let (mut town, ana, ben) = Town::founded();
    let cleo = town.member("Cleo", &ana, &ben);
    let groups = ["finance".parse().unwrap()].into();
    assert_eq!(refusal(town.people.set_groups(&cleo.actor(), cleo.id, &groups, town.now)), Refusal::NotAdministrator);
    town.people.set_groups(&ana.actor(), cleo.id, &groups, town.now).unwrap();
    assert_eq!(town.people.who(&cleo.session, town.now).unwrap().unwrap().groups, groups);
    let until = Some(town.now + SignedDuration::from_secs(60));
    town.people.set_end(&ana.actor(), cleo.id, until, town.now).unwrap();
    town.pass(60);
    assert!(!town.is_in(&cleo));
    let started = town.sign_in(&ana, vauban_people::Binding::Certificate { sha256: [1; 32] }).unwrap();
    town.pass(301);
    let stale = Actor::Session(started.token.hash());
    assert_eq!(refusal(town.people.set_groups(&stale, ben.id, &groups, town.now)), Refusal::NotFresh);
    assert_eq!(refusal(town.people.resume(&stale, cleo.id, town.now)), Refusal::NotFresh);
}

#[test]
fn people_are_found_by_their_whole_name_or_id() {
    let (mut town, ana, ben) = Town::founded();
    let cleo = town.member("Cléo Martin", &ana, &ben);
    for text in ["Cléo Martin", "CLÉO  MARTIN", "Cle\u{301}o Martin", &cleo.id.to_string()] {
        assert_eq!(town.people.find(text).unwrap().id, cleo.id, "{text}");
    }
    for text in ["", "Cléo", "Martin", "%", "\u{202e}", "00000000-0000-4000-8000-000000000000"] {
        assert_eq!(refusal(town.people.find(text)), Refusal::NoSuchPerson, "{text}");
    }
}
