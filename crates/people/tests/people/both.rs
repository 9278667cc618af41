//! The file and the model, called side by side and compared.

use std::collections::{BTreeMap, BTreeSet};

use vauban_people::{
    AccountId, Actor, Approval, Binding, CredentialId, Enrolment, InvitationHash, InvitationToken, Means, NewPerson,
    PersonId, Request, RequestState, Role, Rules, SessionHash, Used,
};

use crate::{
    calls::Call,
    made::{Town, credential, device, start, visit},
    model::{By, Model, Person, What},
};

fn other(role: Role) -> Role {
    if role == Role::Member { Role::Administrator } else { Role::Member }
}

/// The file and the model, side by side.
pub(crate) struct Both {
    pub(crate) town: Town,
    model: Model,
    sessions: Vec<SessionHash>,
    requests: Vec<Request>,
    links: Vec<Option<InvitationHash>>,
    names: u32,
    accounts: u32,
    /// How often each was allowed, and refused.
    pub(crate) allowed: BTreeMap<&'static str, (u32, u32)>,
}

impl Both {
    pub(crate) fn new() -> Self {
        let (mut town, ana, ben) = Town::founded_with(Rules { sessions: 256, keys: 64, ..Rules::default() });
        let cleo = town.administrator("Cleo", &ana, &ben);
        let mut model = Model { now: start().as_second(), ..Model::default() };
        for (at, one) in (0..).zip([&ana, &ben, &cleo]) {
            let keys = BTreeSet::from([one.key.clone()]);
            let standing = vauban_people::Standing::Active;
            let (name, accounts) = (u32::MAX - at, BTreeSet::new());
            model.persons.insert(one.id, Person { name, standing, role: Role::Administrator, keys, accounts });
            assert!(model.sign_in(one.id, By::Key(one.key.clone()), true));
        }
        let sessions = vec![ana.session, ben.session, cleo.session];
        Self {
            town,
            model,
            sessions,
            requests: Vec::new(),
            links: Vec::new(),
            names: 0,
            accounts: 0,
            allowed: BTreeMap::new(),
        }
    }

    /// The model and the file agree on whether something may be done.
    fn same(&mut self, what: &'static str, expected: bool, may: bool) {
        assert_eq!(expected, may, "{what}");
        let (yes, no) = self.allowed.entry(what).or_default();
        *(if may { yes } else { no }) += 1;
    }

    fn person(&self, at: usize) -> PersonId {
        *self.model.persons.keys().nth(at % self.model.persons.len()).unwrap()
    }

    /// One of the last sessions: most before are over.
    fn session(&self, at: usize) -> usize {
        self.sessions.len() - 1 - at % self.sessions.len().min(8)
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
        // Of three names two are new, and one is that of the one before, spelt otherwise.
        let (name, word) = (self.names * 2 / 3, if self.names.is_multiple_of(2) { "Person" } else { "PERSON" });
        let person = NewPerson { role, ..Town::new_person(&format!("{word} {name}")) };
        let done = self.town.people.invite(&self.actor(by), &person, &mut self.town.rng, self.town.now);
        let subject = done.as_ref().ok().and_then(|request| request.kind.subject());
        let may = self.asked(done);
        let unknown = PersonId::from_bytes([0; 16]);
        let expected = self.model.ask(self.session(by), What::Invite(name), subject.unwrap_or(unknown));
        self.same("invite", expected, may);
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
        self.same("approve", expected, may);
    }

    fn link(&mut self, by: usize, at: usize) {
        let made: Result<InvitationToken, _> = self.town.link(&self.actor(by), self.requests[at].id);
        let expected = self.model.link(self.session(by), at);
        self.same("link", expected, made.is_ok());
        if let Ok(link) = made {
            self.links[at] = Some(link.hash());
        }
    }

    fn enrol(&mut self, at: usize) {
        let key = self.town.new_key();
        self.enrol_with(at, "enrol", Means::Key(&key), By::Key(key.id.clone()));
    }

    fn enrol_elsewhere(&mut self, at: usize) {
        self.accounts += 1;
        let claimed = self.town.claimed(&self.accounts.to_string());
        self.enrol_with(at, "enrol_elsewhere", Means::Account(&claimed), By::Account(self.accounts));
    }

    fn enrol_with(&mut self, at: usize, what: &'static str, means: Means<'_>, by: By) {
        let Some(link) = self.links[at] else { return };
        let visit = visit(device());
        let enrolment = Enrolment { request: self.requests[at].id, link, means, visit: &visit };
        let done = self.town.people.enrol(&enrolment, &mut self.town.rng, self.town.now);
        let expected = self.model.enrol(at, by);
        self.same(what, expected, done.is_ok());
        if let Ok(enrolled) = done {
            self.sessions.push(enrolled.started.token.hash());
        }
    }

    fn sign_in(&mut self, person: PersonId, key: &CredentialId, is_bound: bool) {
        let bytes = credential(0);
        let used = Used { id: key, before: &bytes, after: &bytes };
        let visit = visit(if is_bound { device() } else { Binding::Plain });
        let done = self.town.people.sign_in(&used, &visit, &mut self.town.rng, self.town.now);
        let expected = self.model.sign_in(person, By::Key(key.clone()), is_bound);
        self.same("sign_in", expected, done.is_ok());
        if let Ok(started) = done {
            self.sessions.push(started.token.hash());
        }
    }

    /// One of a person's accounts, or one that is nobody's.
    fn account_of(&self, person: PersonId, at: usize) -> u32 {
        let accounts = &self.model.persons[&person].accounts;
        accounts.iter().nth(at % accounts.len().max(1)).copied().unwrap_or(u32::MAX)
    }

    fn elsewhere(&mut self, person: PersonId, account: u32, is_bound: bool) {
        let (claimed, visit) =
            (self.town.claimed(&account.to_string()), visit(if is_bound { device() } else { Binding::Plain }));
        let done = self.town.people.sign_in_elsewhere(&claimed, &visit, &mut self.town.rng, self.town.now);
        let expected = self.model.sign_in(person, By::Account(account), is_bound);
        self.same("elsewhere", expected, done.is_ok());
        if let Ok(started) = done {
            self.sessions.push(started.token.hash());
        }
    }

    fn add_account(&mut self, by: usize) {
        self.accounts += 1;
        let account = self.town.claimed(&self.accounts.to_string()).account;
        let session = self.sessions[self.session(by)];
        let done = self.town.people.add_account(&session, &account, &mut self.town.rng, self.town.now);
        let expected = self.model.add_account(self.session(by), self.accounts);
        self.same("add_account", expected, done.is_ok());
    }

    fn remove_account(&mut self, by: usize, person: PersonId, account: u32) {
        let accounts = self.town.people.accounts(person).unwrap();
        let found = accounts.iter().find(|one| one.subject.subject() == account.to_string());
        let id = found.map_or(AccountId::from_bytes([0; 16]), |found| found.id);
        let done = self.town.people.remove_account(&self.actor(by), id, self.town.now);
        let expected = self.model.remove_account(self.session(by), person, account);
        self.same("remove_account", expected, done.is_ok());
    }

    pub(crate) fn pass(&mut self, seconds: i64) {
        self.town.pass(seconds);
        self.model.now += seconds;
    }

    fn suspend(&mut self, by: usize, person: PersonId) {
        let done = self.town.people.suspend(&self.actor(by), person, self.town.now);
        let expected = self.model.suspend(self.session(by), person);
        self.same("suspend", expected, done.is_ok());
    }

    fn resume(&mut self, by: usize, person: PersonId) {
        let done = self.town.people.resume(&self.actor(by), person, self.town.now);
        let expected = self.model.resume(self.session(by), person);
        self.same("resume", expected, done.is_ok());
    }

    fn add_key(&mut self, by: usize) {
        let key = self.town.new_key();
        let done = self.town.people.add_key(&self.sessions[self.session(by)], &key, self.town.now);
        let expected = self.model.add_key(self.session(by), &key.id);
        self.same("add_key", expected, done.is_ok());
    }

    fn remove_key(&mut self, by: usize, person: PersonId, key: usize) {
        let key = self.key_of(person, key);
        let done = self.town.people.remove_key(&self.actor(by), &key, self.town.now);
        let expected = self.model.remove_key(self.session(by), person, &key);
        self.same("remove_key", expected, done.is_ok());
    }

    /// Whoever signed in last adds a key, and removes one.
    fn change_keys(&mut self, by: usize) {
        let person = self.model.sessions[self.session(by)].person;
        self.add_key(by);
        self.remove_key(by, person, 1);
    }

    /// Whoever signed in last adds an account, comes in by it, and removes it.
    fn change_accounts(&mut self, by: usize) {
        let person = self.model.sessions[self.session(by)].person;
        self.add_account(by);
        let account = self.account_of(person, 0);
        self.elsewhere(person, account, true);
        self.remove_account(by + 1, person, account);
    }

    /// Every active administrator signs in, asks, approves; the subject uses the link.
    fn honest(&mut self, who: usize, what: u8) {
        let administrators: Vec<PersonId> = (0..self.model.persons.len())
            .map(|at| self.person(at))
            .filter(|id| self.model.is_active(*id) && self.model.persons[id].role == Role::Administrator)
            .collect();
        for id in &administrators {
            let key = self.key_of(*id, 0);
            self.sign_in(*id, &key, true);
        }
        let (by, before) = (0, self.requests.len());
        let person = self.person(who);
        match what {
            0 => self.invite(by, Role::Administrator),
            5 => self.invite(by, Role::Member),
            6 => self.change_accounts(by),
            1 => self.recover(by, person),
            2 => self.change_keys(by),
            3 => {
                self.suspend(by, person);
                self.resume(by, person);
            }
            _ => self.ask_role(by, person, other(self.model.persons[&person].role)),
        }
        if self.requests.len() > before {
            administrators.iter().for_each(|id| self.approve(before, *id, before, *id));
            self.pass(130);
            if matches!(what, 0 | 1 | 5) {
                self.link(by, before);
                if what == 5 { self.enrol_elsewhere(before) } else { self.enrol(before) }
            } else {
                self.carry_out(before);
            }
        }
    }

    fn recover(&mut self, by: usize, person: PersonId) {
        let done = self.town.people.recover(&self.actor(by), person, &mut self.town.rng, self.town.now);
        let expected = self.model.ask(self.session(by), What::Recover, person);
        let may = self.asked(done);
        self.same("recover", expected, may);
    }

    fn ask_role(&mut self, by: usize, person: PersonId, role: Role) {
        let done = self.town.people.ask_role(&self.actor(by), person, role, &mut self.town.rng, self.town.now);
        let expected = self.model.ask(self.session(by), What::Role(role), person);
        let may = self.asked(done);
        self.same("role", expected, may);
    }

    fn carry_out(&mut self, at: usize) {
        let done = self.town.people.carry_out(self.requests[at].id, self.town.now);
        let expected = self.model.carry_out(at);
        self.same("carry_out", expected, done.is_ok());
    }

    pub(crate) fn call(&mut self, call: &Call) {
        let now = self.town.now;
        let known = self.requests.len();
        match *call {
            Call::Invite(by, power) => self.invite(by, if power { Role::Administrator } else { Role::Member }),
            Call::Recover(by, who) => self.recover(by, self.person(who)),
            Call::Role(by, who, up) => {
                self.ask_role(by, self.person(who), if up { Role::Administrator } else { Role::Member });
            }
            Call::Approve { request, approver, signed, with_key_of } if known > 0 => {
                let (approver, owner) = (self.person(approver), self.person(with_key_of));
                self.approve(request % known, approver, signed % known, owner);
            }
            Call::Link(by, request) if known > 0 => self.link(by, request % known),
            Call::Enrol(request) if known > 0 => self.enrol(request % known),
            Call::EnrolElsewhere(request) if known > 0 => self.enrol_elsewhere(request % known),
            Call::Elsewhere(who, account, is_bound) => {
                let person = self.person(who);
                self.elsewhere(person, self.account_of(person, account), is_bound);
            }
            Call::AddAccount(by) => self.add_account(by),
            Call::RemoveAccount(by, who, account) => {
                let person = self.person(who);
                self.remove_account(by, person, self.account_of(person, account));
            }
            Call::SignIn(who, key, is_bound) => {
                let person = self.person(who);
                self.sign_in(person, &self.key_of(person, key), is_bound);
            }
            Call::CarryOut(request) if known > 0 => self.carry_out(request % known),
            Call::Veto(by, request) if known > 0 => {
                let done = self.town.people.veto(&self.actor(by), self.requests[request % known].id, now);
                let expected = self.model.veto(self.session(by), request % known);
                self.same("veto", expected, done.is_ok());
            }
            Call::Suspend(by, who) => self.suspend(by, self.person(who)),
            Call::Resume(by, who) => self.resume(by, self.person(who)),
            Call::Leave(by, who) => {
                let done = self.town.people.leave(&self.actor(by), self.person(who), now);
                let expected = self.model.leave(self.session(by), self.person(who));
                self.same("leave", expected, done.is_ok());
            }
            Call::EndAll(by, who) => {
                let done = self.town.people.end_all(&self.actor(by), self.person(who), now);
                let expected = self.model.end_all(self.session(by), self.person(who));
                self.same("end_all", expected, done.is_ok());
            }
            Call::AddKey(by) => self.add_key(by),
            Call::RemoveKey(by, who, key) => {
                let person = self.person(who);
                self.remove_key(by, person, key);
            }
            Call::Pass(seconds) => self.pass(seconds),
            Call::Tend => {
                self.town.people.tend(now).unwrap();
                self.model.tend();
            }
            Call::Honest(who, what) => self.honest(who, what),
            _ => {}
        }
    }

    /// What the file holds is what the model holds.
    pub(crate) fn compare(&self) {
        let people = &self.town.people;
        for (at, hash) in self.sessions.iter().enumerate() {
            let who = people.who(hash, self.town.now).unwrap();
            assert_eq!(who.as_ref().map(|who| who.person), self.model.who(at).map(|session| session.person));
            assert_eq!(who.is_some_and(|who| who.may_administer), self.model.administers(at));
        }
        for (id, expected) in &self.model.persons {
            let person = people.person(*id).unwrap();
            let keys = people.keys(*id).unwrap().into_iter().map(|key| key.id).collect();
            let accounts = people.accounts(*id).unwrap();
            let accounts = accounts.iter().map(|account| account.subject.subject().parse().unwrap()).collect();
            let (name, standing, role) = (expected.name, person.standing, person.role);
            assert_eq!(&Person { name, standing, role, keys, accounts }, expected);
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
