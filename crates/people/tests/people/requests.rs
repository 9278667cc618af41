//! Invitations: two people, this text, one link, once.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use vauban_people::{
    Actor, Approval, Digest, EventKind, Kind, NewPerson, Refusal, RequestState, Role, Rules, Standing, Tie, Used,
};

use crate::made::{Town, credential, device, refusal};

#[test]
fn two_people_invite_and_one_link_lets_in_once() {
    let (mut town, ana, ben) = Town::founded();
    let request = town.invite(&ana, &Town::new_person("Cleo")).unwrap();
    assert_eq!(town.people.open_requests(town.now).unwrap(), std::slice::from_ref(&request));
    assert_eq!(refusal(town.link(&ana.actor(), request.id)), Refusal::NotApproved);
    assert_eq!(town.approve(&request, &ana).unwrap().state, RequestState::Waiting);
    assert_eq!(refusal(town.link(&ana.actor(), request.id)), Refusal::NotApproved, "one approver never suffices");
    assert_eq!(refusal(town.approve(&request, &ana)), Refusal::AlreadyApproved);
    assert_eq!(town.approve(&request, &ben).unwrap().state, RequestState::Approved);
    assert_eq!(refusal(town.approve(&request, &ben)), Refusal::NotWaiting);

    let started = town.sign_in(&ana, vauban_people::Binding::Certificate { sha256: [1; 32] }).unwrap();
    town.pass(301);
    let stale = Actor::Session(started.token.hash());
    assert_eq!(refusal(town.link(&stale, request.id)), Refusal::NotFresh, "no stolen cookie makes a link");
    let (ana, ben) = (town.again(&ana), town.again(&ben));
    let link = town.link(&ana.actor(), request.id).unwrap();
    assert_eq!(refusal(town.link(&ben.actor(), request.id)), Refusal::LinkGiven, "a link is told once");
    let shown = town.people.invitation(&link.hash(), town.now).unwrap();
    assert_eq!((shown.person.name.as_str(), shown.is_recovery), ("Cleo", false));
    let cleo = town.enrol(&link).unwrap();
    assert_eq!(refusal(town.enrol(&link)), Refusal::LinkUsed, "a replay is refused by name");
    assert_eq!(refusal(town.enrol_for(request.id, &link)), Refusal::LinkUsed);
    let who = town.people.who(&cleo.session, town.now).unwrap().unwrap();
    assert_eq!((who.person, who.role, who.may_administer), (cleo.id, Role::Member, false));
    assert_eq!(who.groups, BTreeSet::from(["press".parse().unwrap()]));
    let approvers = town.people.approvers(request.id).unwrap();
    let names: Vec<_> = approvers.iter().map(|one| one.person.as_ref().unwrap().name.as_str().to_owned()).collect();
    assert_eq!(names.iter().map(String::as_str).collect::<BTreeSet<_>>(), BTreeSet::from(["Ana", "Ben"]));
    assert!(approvers.iter().all(|one| one.proof == b"a signature"));
}

#[test]
fn one_person_with_two_keys_is_one() {
    let (mut town, ana, _) = Town::founded();
    let request = town.invite(&ana, &Town::new_person("Cleo")).unwrap();
    town.approve(&request, &ana).unwrap();
    let second = town.new_key();
    town.people.add_key(&ana.session, &second, town.now).unwrap();
    let other = crate::made::Somebody { key: second.id, ..ana.clone() };
    assert_eq!(refusal(town.approve(&request, &other)), Refusal::AlreadyApproved);
    assert_eq!(town.people.request(request.id).unwrap().state, RequestState::Waiting);
}

#[test]
fn an_approval_is_for_this_text_alone() {
    let (mut town, ana, ben) = Town::founded();
    let cleo = town.invite(&ana, &Town::new_person("Cleo")).unwrap();
    let dora = town.invite(&ana, &Town::new_person("Dora")).unwrap();
    assert_ne!(cleo.digest(), dora.digest());
    let crossed = town.approve_digest(dora.id, &ben, cleo.digest());
    assert_eq!(refusal(crossed), Refusal::OtherDigest, "what was signed for one is refused for the other");
    assert_eq!(refusal(town.approve_digest(dora.id, &ben, Digest::new([0; 32]))), Refusal::OtherDigest);
    assert!(town.people.approvers(dora.id).unwrap().is_empty());
    let told = town.people.events(0, 100).unwrap().into_iter().filter(|event| event.kind == EventKind::ApprovalRefused);
    assert_eq!(told.map(|event| event.detail.unwrap()).collect::<Vec<_>>(), ["other-digest", "other-digest"]);
}

#[test]
fn the_text_is_what_people_read_and_has_one_spelling() {
    let (mut town, ana, _) = Town::founded();
    let until = town.now + SignedDuration::from_hours(24 * 30);
    let person = NewPerson { tie: Tie::Volunteer, until: Some(until), ..Town::new_person("Cleo") };
    let request = town.invite(&ana, &person).unwrap();
    let Kind::Invite(invited) = &request.kind else { unreachable!("an invitation was asked for") };
    assert_eq!(
        request.text(),
        format!(
            "vauban request 1\nrequest: {}\nkind: invite\nperson: {}\nname: Cleo\ntie: volunteer\nrole: member\n\
             group: press\nuntil: {until}\nasked by: {}\nasked at: 2027-01-15T08:00:00Z\n",
            request.id, invited.person, ana.id
        )
    );
    assert_eq!(town.people.request(request.id).unwrap(), request, "what is read back is what was signed");
}

#[test]
fn only_active_administrators_approve_and_only_with_their_own_key() {
    let (mut town, ana, ben) = Town::founded();
    let cleo = town.member("Cleo", &ana, &ben);
    let request = town.invite(&ana, &Town::new_person("Dora")).unwrap();
    assert_eq!(refusal(town.approve(&request, &cleo)), Refusal::NotAdministrator);
    assert_eq!(refusal(town.invite(&cleo, &Town::new_person("Emil"))), Refusal::NotAdministrator);
    let stolen = crate::made::Somebody { key: cleo.key.clone(), ..ben.clone() };
    assert_eq!(refusal(town.approve(&request, &stolen)), Refusal::NoSuchKey, "a key counts for its owner alone");
    let bytes = credential(0);
    let mut approval = Approval {
        request: request.id,
        approver: ben.id,
        used: Used { id: &ben.key, before: b"older", after: &bytes },
        digest: request.digest(),
        proof: b"p",
    };
    assert_eq!(refusal(town.people.approve(&approval, town.now)), Refusal::KeyChanged);
    approval.used.before = &bytes;
    for proof in [b"".as_slice(), &[0; 9_000]] {
        assert_eq!(refusal(town.people.approve(&Approval { proof, ..approval }, town.now)), Refusal::BadProof);
    }
    town.people.suspend(&ana.actor(), ben.id, town.now).unwrap();
    assert_eq!(refusal(town.approve(&request, &ben)), Refusal::NotActive);
}

#[test]
fn what_somebody_approved_who_is_suspended_then_counts_no_more() {
    let (mut town, ana, ben) = Town::founded();
    let dora = town.administrator("Dora", &ana, &ben);
    let waiting = town.invite(&ana, &Town::new_person("Emil")).unwrap();
    town.approve(&waiting, &ben).unwrap();
    let approved = town.invite(&ana, &Town::new_person("Fred")).unwrap();
    town.approve(&approved, &ben).unwrap();
    town.approve(&approved, &ana).unwrap();
    let link = town.link(&ana.actor(), approved.id).unwrap();
    town.people.suspend(&ana.actor(), ben.id, town.now).unwrap();
    assert_eq!(refusal(town.enrol(&link)), Refusal::RequestWithdrawn, "it rested on a word that is worth nothing now");
    assert_eq!(town.approve(&waiting, &dora).unwrap().state, RequestState::Waiting, "this one counts as the first");
    assert_eq!(town.approve(&waiting, &ana).unwrap().state, RequestState::Approved);
}

#[test]
fn a_request_and_a_link_have_an_end() {
    let (mut town, ana, ben) = Town::founded();
    let request = town.invite(&ana, &Town::new_person("Cleo")).unwrap();
    town.pass(24 * 3_600);
    let (ana, ben) = (town.again(&ana), town.again(&ben));
    assert_eq!(refusal(town.approve(&request, &ben)), Refusal::RequestExpired);
    let request = town.invite(&ana, &Town::new_person("Cleo")).unwrap();
    town.approve(&request, &ana).unwrap();
    town.approve(&request, &ben).unwrap();
    let link = town.link(&ana.actor(), request.id).unwrap();
    town.pass(24 * 3_600);
    assert_eq!(refusal(town.enrol(&link)), Refusal::RequestExpired);
    town.people.tend(town.now).unwrap();
    assert_eq!(refusal(town.enrol(&link)), Refusal::RequestExpired);
    let cleo = request.kind.subject().unwrap();
    assert_eq!(town.people.person(cleo).unwrap().standing, Standing::Gone, "nobody is coming");
}

#[test]
fn an_invitation_can_be_vetoed_until_it_is_used() {
    let (mut town, ana, ben) = Town::founded();
    let cleo = town.member("Cleo", &ana, &ben);
    let request = town.invite(&ana, &Town::new_person("Dora")).unwrap();
    town.approve(&request, &ana).unwrap();
    town.approve(&request, &ben).unwrap();
    let link = town.link(&ana.actor(), request.id).unwrap();
    assert_eq!(refusal(town.people.veto(&cleo.actor(), request.id, town.now)), Refusal::NotYours);
    town.people.veto(&ben.actor(), request.id, town.now).unwrap();
    assert_eq!(refusal(town.enrol(&link)), Refusal::RequestVetoed);
    assert_eq!(refusal(town.people.veto(&ben.actor(), request.id, town.now)), Refusal::RequestVetoed);
}

#[test]
fn names_ends_and_groups_are_checked_before_anybody_approves() {
    let (mut town, ana, _) = Town::founded();
    for name in ["ANA", "\u{410}na", "\u{1d5d4}na", " ana "] {
        assert_eq!(refusal(town.invite(&ana, &Town::new_person(name))), Refusal::NameTaken, "{name} looks the same");
    }
    let volunteer = NewPerson { tie: Tie::Volunteer, ..Town::new_person("Cleo") };
    assert_eq!(refusal(town.invite(&ana, &volunteer)), Refusal::NoEnd, "a volunteer always has an end");
    for end in [town.now, town.now + SignedDuration::from_hours(24 * 367)] {
        let person = NewPerson { until: Some(end), ..volunteer.clone() };
        assert_eq!(refusal(town.invite(&ana, &person)), Refusal::BadEnd);
    }
    let groups = (0..33).map(|number| format!("g{number}").parse().unwrap()).collect();
    let many = NewPerson { groups, ..Town::new_person("Cleo") };
    assert_eq!(refusal(town.invite(&ana, &many)), Refusal::TooManyGroups);
}

#[test]
fn nobody_is_invited_twice_at_a_time() {
    let (mut town, ana, ben) = Town::founded();
    let first = town.invite(&ana, &Town::new_person("Cleo")).unwrap();
    for name in ["Cleo", "cleo", "\u{421}leo"] {
        assert_eq!(refusal(town.invite(&ben, &Town::new_person(name))), Refusal::RequestOpen, "{name} looks the same");
    }
    town.invite(&ben, &Town::new_person("Clea")).unwrap();
    town.approve(&first, &ana).unwrap();
    town.approve(&first, &ben).unwrap();
    assert_eq!(refusal(town.invite(&ana, &Town::new_person("Cleo"))), Refusal::NameTaken, "Cleo is on the way");
    // What is over is in nobody's way, whether or not somebody tended the file.
    town.people.veto(&ben.actor(), first.id, town.now).unwrap();
    town.invite(&ana, &Town::new_person("Cleo")).unwrap();
    town.pass(24 * 3_600);
    let ana = town.again(&ana);
    town.invite(&ana, &Town::new_person("cleo")).unwrap();
}

#[test]
fn a_role_changes_by_two_people_after_the_delay() {
    let (mut town, ana, ben) = Town::founded();
    let cleo = town.member("Cleo", &ana, &ben);
    let ask = |town: &mut Town, person, role| town.people.ask_role(&ana.actor(), person, role, &mut town.rng, town.now);
    assert_eq!(refusal(ask(&mut town, cleo.id, Role::Member)), Refusal::SameRole);
    let request = ask(&mut town, cleo.id, Role::Administrator).unwrap();
    assert_eq!(refusal(ask(&mut town, cleo.id, Role::Administrator)), Refusal::RequestOpen);
    town.approve(&request, &ana).unwrap();
    town.approve(&request, &ben).unwrap();
    assert_eq!(refusal(town.link(&ana.actor(), request.id)), Refusal::NoLink);
    assert_eq!(refusal(town.people.carry_out(request.id, town.now)), Refusal::NotYet);
    assert_eq!(town.people.tend(town.now).unwrap().done, 0);
    town.pass(120);
    assert_eq!(town.people.tend(town.now).unwrap().done, 1);
    assert_eq!(refusal(town.people.carry_out(request.id, town.now)), Refusal::RequestDone);
    assert!(town.people.who(&cleo.session, town.now).unwrap().unwrap().may_administer, "the role is read each time");

    let down = ask(&mut town, ben.id, Role::Member).unwrap();
    assert_eq!(refusal(town.approve(&down, &ben)), Refusal::OwnRequest);
    town.approve(&down, &ana).unwrap();
    town.approve(&down, &cleo).unwrap();
    town.pass(120);
    assert_eq!(town.people.carry_out(down.id, town.now).unwrap(), None);
    assert_eq!(town.people.administrators(town.now).unwrap(), 2);
}

#[test]
fn what_is_due_at_the_same_time_is_done_one_after_the_other() {
    let (mut town, ana, ben) = Town::founded();
    let (cleo, dora) = (town.administrator("Cleo", &ana, &ben), town.administrator("Dora", &ana, &ben));
    let emil = town.member("Emil", &ana, &ben);
    let ask = |town: &mut Town, by: &crate::made::Somebody, person, role| {
        town.people.ask_role(&by.actor(), person, role, &mut town.rng, town.now).unwrap()
    };
    let down = ask(&mut town, &ana, dora.id, Role::Member);
    town.now += SignedDuration::from_millis(1);
    let up = ask(&mut town, &dora, emil.id, Role::Administrator);
    for request in [&down, &up] {
        town.approve(request, &ana).unwrap();
        town.approve(request, &cleo).unwrap();
    }
    town.pass(120);
    assert_eq!(town.people.tend(town.now).unwrap().done, 1);
    assert_eq!(
        town.people.request(up.id).unwrap().state,
        RequestState::Withdrawn,
        "whoever asked is no administrator now"
    );
    assert_eq!(town.people.person(emil.id).unwrap().role, Role::Member);
}

#[test]
fn a_demand_can_ask_for_attested_keys_of_administrators() {
    let rules = Rules { attested_administrators: true, ..Rules::default() };
    let (mut town, ana, ben) = Town::founded_with(rules);
    let mut weak = town.new_key();
    weak.attested = false;
    assert_eq!(refusal(town.people.add_key(&ana.session, &weak, town.now)), Refusal::NotAttested);
    let cleo = town.member("Cleo", &ana, &ben);
    town.people.add_key(&cleo.session, &weak, town.now).unwrap();
    let asked = town.people.ask_role(&ana.actor(), cleo.id, Role::Administrator, &mut town.rng, town.now);
    assert_eq!(refusal(asked), Refusal::NotAttested, "the weakest key opens as much as the best");
    let request = town.invite(&ana, &Town::new_person("Dora")).unwrap();
    assert_eq!(town.approve(&request, &ana).unwrap().state, RequestState::Waiting);
}

#[test]
fn a_session_that_is_bound_to_nothing_asks_for_nothing() {
    let (mut town, ana, _) = Town::founded();
    let started = town.sign_in(&ana, vauban_people::Binding::Plain).unwrap();
    let plain = Actor::Session(started.token.hash());
    let asked = town.people.invite(&plain, &Town::new_person("Cleo"), &mut town.rng, town.now);
    assert_eq!(refusal(asked), Refusal::NotBound);
    let bound = town.people.bind(&started.token.hash(), &device(), &mut town.rng, town.now).unwrap();
    let bound = Actor::Session(bound.token.hash());
    town.people.invite(&bound, &Town::new_person("Cleo"), &mut town.rng, town.now).unwrap();
}

#[test]
fn open_requests_are_bounded() {
    let (mut town, ana, _) = Town::founded_with(Rules { requests: 2, ..Rules::default() });
    town.invite(&ana, &Town::new_person("Cleo")).unwrap();
    town.invite(&ana, &Town::new_person("Dora")).unwrap();
    assert_eq!(refusal(town.invite(&ana, &Town::new_person("Emil"))), Refusal::TooManyRequests);
}
