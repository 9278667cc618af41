//! Recovery: two people, notice, delay, veto; then nothing of the old is left.

use vauban_people::{Actor, EventKind, Refusal, RequestState, Told};

use crate::made::{Town, device, refusal};

#[test]
fn an_honest_recovery_kills_all_that_was_before() {
    let (mut town, ana, ben) = Town::founded();
    let cleo = town.member("Cleo", &ana, &ben);
    let second = town.new_key();
    town.people.add_key(&cleo.session, &second, town.now).unwrap();
    let elsewhere = town.again(&cleo);
    let request = town.recover(&ana, cleo.id).unwrap();
    town.approve(&request, &ana).unwrap();
    assert_eq!(refusal(town.link(&ana.actor(), request.id)), Refusal::NotApproved);
    town.approve(&request, &ben).unwrap();
    let events = town.people.events_about(cleo.id, 100).unwrap();
    let notice = events.iter().find(|event| event.kind == EventKind::RequestApproved).unwrap();
    assert_eq!(notice.kind.told(), Told::Both, "everybody who may veto is told");
    assert_eq!(refusal(town.link(&ana.actor(), request.id)), Refusal::NotYet);
    town.pass(119);
    assert_eq!(refusal(town.link(&ana.actor(), request.id)), Refusal::NotYet);
    assert!(town.is_in(&cleo), "until it is done nothing is taken from her");
    town.pass(1);
    let link = town.link(&ana.actor(), request.id).unwrap();
    assert!(town.people.invitation(&link.hash(), town.now).unwrap().is_recovery);
    let anew = town.enrol(&link).unwrap();
    assert_eq!(anew.id, cleo.id);
    assert!(town.is_in(&anew) && !town.is_in(&cleo) && !town.is_in(&elsewhere));
    let keys: Vec<_> = town.people.keys(cleo.id).unwrap().into_iter().map(|key| key.id).collect();
    assert_eq!(keys, std::slice::from_ref(&anew.key));
    assert_eq!(refusal(town.sign_in(&cleo, device())), Refusal::NoSuchKey, "the lost key opens nothing");
    assert_eq!(refusal(town.enrol(&link)), Refusal::LinkUsed);
    assert_eq!(refusal(town.people.veto(&ben.actor(), request.id, town.now)), Refusal::RequestDone);
}

#[test]
fn nobody_approves_their_own_recovery() {
    let (mut town, ana, ben) = Town::founded();
    let dora = town.administrator("Dora", &ana, &ben);
    let request = town.recover(&ben, ana.id).unwrap();
    assert_eq!(refusal(town.approve(&request, &ana)), Refusal::OwnRequest);
    town.approve(&request, &ben).unwrap();
    assert_eq!(town.approve(&request, &dora).unwrap().state, RequestState::Approved);
}

#[test]
fn the_subjects_live_session_vetoes_even_with_a_link_out() {
    let (mut town, ana, ben) = Town::founded();
    let cleo = town.member("Cleo", &ana, &ben);
    let request = town.recover(&ana, cleo.id).unwrap();
    town.approve(&request, &ana).unwrap();
    town.approve(&request, &ben).unwrap();
    town.pass(120);
    let link = town.link(&ana.actor(), request.id).unwrap();
    town.people.veto(&cleo.actor(), request.id, town.now).unwrap();
    assert_eq!(refusal(town.enrol(&link)), Refusal::RequestVetoed);
    assert!(town.is_in(&cleo));
    // Another recovery may be asked for, and a dead session vetoes nothing.
    town.people.end_all(&Actor::Machine, cleo.id, town.now).unwrap();
    let again = town.recover(&ana, cleo.id).unwrap();
    assert_eq!(refusal(town.people.veto(&cleo.actor(), again.id, town.now)), Refusal::NoSession);
}

#[test]
fn any_administrator_vetoes_with_any_session() {
    let (mut town, ana, ben) = Town::founded();
    let cleo = town.member("Cleo", &ana, &ben);
    let request = town.recover(&ana, cleo.id).unwrap();
    let plain = town.sign_in(&ben, vauban_people::Binding::Plain).unwrap();
    town.people.veto(&Actor::Session(plain.token.hash()), request.id, town.now).unwrap();
    assert_eq!(refusal(town.approve(&request, &ana)), Refusal::RequestVetoed);
    let dora = town.member("Dora", &ana, &ben);
    let request = town.recover(&ana, cleo.id).unwrap();
    assert_eq!(refusal(town.people.veto(&dora.actor(), request.id, town.now)), Refusal::NotYours);
    town.people.veto(&Actor::Machine, request.id, town.now).unwrap();
}

#[test]
fn a_link_belongs_to_its_request() {
    let (mut town, ana, ben) = Town::founded();
    let (cleo, dora) = (town.member("Cleo", &ana, &ben), town.member("Dora", &ana, &ben));
    let link_of = |town: &mut Town, person| {
        let request = town.recover(&ana, person).unwrap();
        town.approve(&request, &ana).unwrap();
        town.approve(&request, &ben).unwrap();
        town.pass(120);
        (request, town.link(&ana.actor(), request_id(town, person)).unwrap())
    };
    let (_, of_cleo) = link_of(&mut town, cleo.id);
    let (for_dora, _) = link_of(&mut town, dora.id);
    assert_eq!(refusal(town.enrol_for(for_dora.id, &of_cleo)), Refusal::NoSuchLink);
    let nonsense = vauban_people::InvitationToken::random(&mut town.rng);
    assert_eq!(refusal(town.enrol_for(for_dora.id, &nonsense)), Refusal::NoSuchLink);
    assert_eq!(town.people.keys(dora.id).unwrap()[0].id, dora.key);
}

fn request_id(town: &Town, person: vauban_people::PersonId) -> vauban_people::RequestId {
    let open = town.people.open_requests(town.now).unwrap();
    open.iter().find(|request| request.kind.subject() == Some(person)).unwrap().id
}

#[test]
fn whoever_is_suspended_or_invited_is_not_recovered() {
    let (mut town, ana, ben) = Town::founded();
    let cleo = town.member("Cleo", &ana, &ben);
    let request = town.recover(&ana, cleo.id).unwrap();
    town.people.suspend(&ana.actor(), cleo.id, town.now).unwrap();
    assert_eq!(town.people.request(request.id).unwrap().state, RequestState::Withdrawn);
    assert_eq!(refusal(town.recover(&ana, cleo.id)), Refusal::NotActive);
    assert_eq!(refusal(town.recover(&cleo, ana.id)), Refusal::NoSession);
}
