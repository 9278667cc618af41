//! Random calls: the file allows what the model allows, and holds what the model holds. Never has anybody a session who is not active,
//! never does one approver suffice, never is something approved that was signed for another.

use std::collections::BTreeSet;

use proptest::prelude::*;
use vauban_people::{
    Actor, Approval, Binding, CredentialId, Enrolment, InvitationHash, InvitationToken, NewPerson, PersonId, Request,
    RequestState, Role, Rules, SessionHash, Used,
};

use crate::{
    calls::{Call, call},
    made::{Town, credential, device, start, visit},
    model::{Model, Person, What},
};

/// The file and the model, side by side.
struct Both {
    town: Town,
    model: Model,
    sessions: Vec<SessionHash>,
    requests: Vec<Request>,
    links: Vec<Option<InvitationHash>>,
    names: u32,
}

impl Both {
    fn new() -> Self {
        let (town, ana, ben) = Town::founded_with(Rules { sessions: 256, keys: 64, ..Rules::default() });
        let mut model = Model { now: start().as_second(), ..Model::default() };
        for one in [&ana, &ben] {
            let keys = BTreeSet::from([one.key.clone()]);
            let standing = vauban_people::Standing::Active;
            model.persons.insert(one.id, Person { standing, role: Role::Administrator, keys });
            assert!(model.sign_in(one.id, &one.key, true));
        }
        let sessions = vec![ana.session, ben.session];
        Self { town, model, sessions, requests: Vec::new(), links: Vec::new(), names: 0 }
    }

    fn person(&self, at: usize) -> PersonId {
        *self.model.persons.keys().nth(at % self.model.persons.len()).unwrap()
    }

    fn session(&self, at: usize) -> usize {
        at % self.sessions.len()
    }

    fn actor(&self, at: usize) -> Actor {
        Actor::Session(self.sessions[self.session(at)])
    }

    /// One of a person's keys, or one that nobody has.
    fn key_of(&self, person: PersonId, at: usize) -> CredentialId {
        let keys = &self.model.persons[&person].keys;
        let none = || CredentialId::new(b"nobody's").unwrap();
        if keys.is_empty() { none() } else { keys.iter().nth(at % keys.len()).cloned().unwrap() }
    }

    fn asked(&mut self, done: Result<Request, vauban_people::PeopleError>) -> bool {
        let Ok(request) = done else { return false };
        self.requests.push(request);
        self.links.push(None);
        true
    }

    fn invite(&mut self, by: usize, role: Role) {
        self.names += 1;
        let person = NewPerson { role, ..Town::new_person(&format!("Person {}", self.names)) };
        let done = self.town.people.invite(&self.actor(by), &person, &mut self.town.rng, self.town.now);
        let subject = done.as_ref().ok().and_then(|request| request.kind.subject());
        let may = self.asked(done);
        let unknown = PersonId::from_bytes([0; 16]);
        assert_eq!(self.model.ask(self.session(by), What::Invite, subject.unwrap_or(unknown)), may);
    }

    fn approve(&mut self, at: usize, approver: PersonId, signed: usize, owner: PersonId) {
        let (key, bytes) = (self.key_of(owner, 0), credential(0));
        let approval = Approval {
            request: self.requests[at].id,
            approver,
            used: Used { id: &key, before: &bytes, after: &bytes },
            digest: self.requests[signed].digest(),
            proof: b"a signature",
        };
        let may = self.town.people.approve(&approval, self.town.now).is_ok();
        let invited = match &self.requests[at].kind {
            vauban_people::Kind::Invite(invited) => invited.role,
            _ => Role::Member,
        };
        let expected = owner == approver && self.model.approve(at, approver, signed, invited);
        assert_eq!(expected, may);
    }

    fn link(&mut self, by: usize, at: usize) {
        let made: Result<InvitationToken, _> = self.town.link(&self.actor(by), self.requests[at].id);
        assert_eq!(self.model.link(self.session(by), at), made.is_ok());
        if let Ok(link) = made {
            self.links[at] = Some(link.hash());
        }
    }

    fn enrol(&mut self, at: usize) {
        let Some(link) = self.links[at] else { return };
        let (key, visit) = (self.town.new_key(), visit(device()));
        let enrolment = Enrolment { request: self.requests[at].id, link, key: &key, visit: &visit };
        let done = self.town.people.enrol(&enrolment, &mut self.town.rng, self.town.now);
        assert_eq!(self.model.enrol(at, &key.id), done.is_ok());
        if let Ok(enrolled) = done {
            self.sessions.push(enrolled.started.token.hash());
        }
    }

    fn sign_in(&mut self, person: PersonId, key: &CredentialId, is_bound: bool) {
        let bytes = credential(0);
        let used = Used { id: key, before: &bytes, after: &bytes };
        let visit = visit(if is_bound { device() } else { Binding::Plain });
        let done = self.town.people.sign_in(&used, &visit, &mut self.town.rng, self.town.now);
        assert_eq!(self.model.sign_in(person, key, is_bound), done.is_ok());
        if let Ok(started) = done {
            self.sessions.push(started.token.hash());
        }
    }

    fn pass(&mut self, seconds: i64) {
        self.town.pass(seconds);
        self.model.now += seconds;
    }

    /// Every active administrator signs in, asks, approves; the subject uses the link.
    fn honest(&mut self, who: usize, is_recovery: bool) {
        let administrators: Vec<PersonId> = (0..self.model.persons.len())
            .map(|at| self.person(at))
            .filter(|id| self.model.is_active(*id) && self.model.persons[id].role == Role::Administrator)
            .collect();
        for id in &administrators {
            let key = self.key_of(*id, 0);
            self.sign_in(*id, &key, true);
        }
        let (by, before) = (self.sessions.len() - 1, self.requests.len());
        if is_recovery {
            self.recover(by, self.person(who));
        } else {
            self.invite(by, Role::Administrator);
        }
        if self.requests.len() > before {
            administrators.iter().for_each(|id| self.approve(before, *id, before, *id));
            self.pass(130);
            self.link(by, before);
            self.enrol(before);
        }
    }

    fn recover(&mut self, by: usize, person: PersonId) {
        let done = self.town.people.recover(&self.actor(by), person, &mut self.town.rng, self.town.now);
        assert_eq!(self.model.ask(self.session(by), What::Recover, person), self.asked(done));
    }

    fn call(&mut self, call: &Call) {
        let now = self.town.now;
        let known = self.requests.len();
        match *call {
            Call::Invite(by, power) => self.invite(by, if power { Role::Administrator } else { Role::Member }),
            Call::Recover(by, who) => self.recover(by, self.person(who)),
            Call::Role(by, who, up) => {
                let (person, role) = (self.person(who), if up { Role::Administrator } else { Role::Member });
                let done = self.town.people.ask_role(&self.actor(by), person, role, &mut self.town.rng, now);
                assert_eq!(self.model.ask(self.session(by), What::Role(role), person), self.asked(done));
            }
            Call::Approve { request, approver, signed, with_key_of } if known > 0 => {
                let (approver, owner) = (self.person(approver), self.person(with_key_of));
                self.approve(request % known, approver, signed % known, owner);
            }
            Call::Link(by, request) if known > 0 => self.link(by, request % known),
            Call::Enrol(request) if known > 0 => self.enrol(request % known),
            Call::SignIn(who, key, is_bound) => {
                let person = self.person(who);
                self.sign_in(person, &self.key_of(person, key), is_bound);
            }
            Call::CarryOut(request) if known > 0 => {
                let done = self.town.people.carry_out(self.requests[request % known].id, now);
                assert_eq!(self.model.carry_out(request % known), done.is_ok());
            }
            Call::Veto(by, request) if known > 0 => {
                let done = self.town.people.veto(&self.actor(by), self.requests[request % known].id, now);
                assert_eq!(self.model.veto(self.session(by), request % known), done.is_ok());
            }
            Call::Suspend(by, who) => {
                let done = self.town.people.suspend(&self.actor(by), self.person(who), now);
                assert_eq!(self.model.suspend(self.session(by), self.person(who)), done.is_ok());
            }
            Call::Resume(by, who) => {
                let done = self.town.people.resume(&self.actor(by), self.person(who), now);
                assert_eq!(self.model.resume(self.session(by), self.person(who)), done.is_ok());
            }
            Call::Leave(by, who) => {
                let done = self.town.people.leave(&self.actor(by), self.person(who), now);
                assert_eq!(self.model.leave(self.session(by), self.person(who)), done.is_ok());
            }
            Call::EndAll(by, who) => {
                let done = self.town.people.end_all(&self.actor(by), self.person(who), now);
                assert_eq!(self.model.end_all(self.session(by), self.person(who)), done.is_ok());
            }
            Call::AddKey(by) => {
                let key = self.town.new_key();
                let done = self.town.people.add_key(&self.sessions[self.session(by)], &key, now);
                assert_eq!(self.model.add_key(self.session(by), &key.id), done.is_ok());
            }
            Call::RemoveKey(by, who, key) => {
                let person = self.person(who);
                let key = self.key_of(person, key);
                let done = self.town.people.remove_key(&self.actor(by), &key, now);
                assert_eq!(self.model.remove_key(self.session(by), person, &key), done.is_ok());
            }
            Call::Pass(seconds) => self.pass(seconds),
            Call::Tend => {
                self.town.people.tend(now).unwrap();
                self.model.tend();
            }
            Call::Honest(who, is_recovery) => self.honest(who, is_recovery),
            _ => {}
        }
    }

    /// What the file holds is what the model holds.
    fn compare(&self) {
        let people = &self.town.people;
        for (at, hash) in self.sessions.iter().enumerate() {
            let who = people.who(hash, self.town.now).unwrap();
            assert_eq!(who.as_ref().map(|who| who.person), self.model.who(at).map(|session| session.person));
            assert_eq!(who.is_some_and(|who| who.may_administer), self.model.administers(at));
        }
        for (id, expected) in &self.model.persons {
            let person = people.person(*id).unwrap();
            let keys = people.keys(*id).unwrap().into_iter().map(|key| key.id).collect();
            assert_eq!(&Person { standing: person.standing, role: person.role, keys }, expected);
        }
        for (request, expected) in self.requests.iter().zip(&self.model.requests) {
            let state = people.request(request.id).unwrap().state;
            assert_eq!(state, expected.state);
            let approvers: BTreeSet<_> = people
                .approvers(request.id)
                .unwrap()
                .into_iter()
                .filter_map(|approver| Some(approver.person?.id))
                .collect();
            let is_approved = matches!(state, RequestState::Approved | RequestState::Done);
            assert!(!is_approved || approvers.len() >= 2 && !approvers.contains(&expected.subject));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, max_shrink_iters: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn the_file_does_what_the_model_does(calls in prop::collection::vec(call(), 1..60)) {
        let mut both = Both::new();
        for call in &calls {
            both.call(call);
            both.compare();
        }
        both.pass(86_401);
        both.call(&Call::Tend);
        both.compare();
        let open = both.town.people.open_requests(both.town.now).unwrap();
        prop_assert!(open.iter().all(|request| both.town.now < request.ends));
    }
}
