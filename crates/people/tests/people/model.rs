//! The rules once more, as a small model in memory that says what must be allowed and what is left then.

use std::collections::{BTreeMap, BTreeSet};

use vauban_people::{CredentialId, PersonId, RequestState, Role, Standing};

const DAY: i64 = 86_400;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Person {
    /// The number of a name; people of other numbers look different.
    pub(crate) name: u32,
    pub(crate) standing: Standing,
    pub(crate) role: Role,
    pub(crate) keys: BTreeSet<CredentialId>,
    /// Accounts elsewhere, by number.
    pub(crate) accounts: BTreeSet<u32>,
}

/// What began a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum By {
    Key(CredentialId),
    Account(u32),
}

#[derive(Debug, Clone)]
pub(crate) struct Session {
    pub(crate) person: PersonId,
    pub(crate) by: By,
    pub(crate) is_bound: bool,
    pub(crate) begun: i64,
    pub(crate) ends: i64,
    pub(crate) is_ended: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    /// Somebody of this name.
    Invite(u32),
    Recover,
    Role(Role),
}

#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) what: What,
    pub(crate) subject: PersonId,
    pub(crate) asked_by: PersonId,
    pub(crate) approvals: BTreeSet<PersonId>,
    pub(crate) state: RequestState,
    pub(crate) ready: i64,
    pub(crate) ends: i64,
    pub(crate) has_link: bool,
}

impl What {
    const fn is_invitation(self) -> bool {
        matches!(self, Self::Invite(_))
    }
}

impl Request {
    fn is_open(&self) -> bool {
        matches!(self.state, RequestState::Waiting | RequestState::Approved)
    }
}

/// Everything by its place in the order of its making.
#[derive(Debug, Default)]
pub(crate) struct Model {
    pub(crate) now: i64,
    pub(crate) persons: BTreeMap<PersonId, Person>,
    pub(crate) sessions: Vec<Session>,
    pub(crate) requests: Vec<Request>,
}

impl Model {
    pub(crate) fn is_active(&self, person: PersonId) -> bool {
        self.persons.get(&person).is_some_and(|person| person.standing == Standing::Active)
    }

    fn is_administrator(&self, person: PersonId) -> bool {
        self.is_active(person) && self.persons[&person].role == Role::Administrator
    }

    /// Who holds a session now.
    pub(crate) fn who(&self, session: usize) -> Option<&Session> {
        let session = self.sessions.get(session)?;
        (!session.is_ended && self.now < session.ends && self.is_active(session.person)).then_some(session)
    }

    pub(crate) fn administers(&self, session: usize) -> bool {
        self.who(session).is_some_and(|session| {
            session.is_bound && matches!(session.by, By::Key(_)) && self.is_administrator(session.person)
        })
    }

    fn is_fresh(&self, session: usize) -> bool {
        self.who(session).is_some_and(|session| matches!(session.by, By::Key(_)) && self.now - session.begun <= 300)
    }

    fn is_free(&self, name: u32) -> bool {
        self.persons.values().all(|person| person.name != name || person.standing == Standing::Gone)
    }

    pub(crate) fn ask(&mut self, by: usize, what: What, subject: PersonId) -> bool {
        let makes_sense = match what {
            What::Invite(name) => self.is_free(name),
            What::Recover => self.is_active(subject),
            What::Role(role) => {
                self.is_active(subject)
                    && self.persons[&subject].role != role
                    && (role == Role::Member || !self.persons[&subject].keys.is_empty())
            }
        };
        let is_alike = |request: &Request| request.subject == subject || what.is_invitation() && request.what == what;
        let is_open = |request: &Request| is_alike(request) && request.is_open() && self.now < request.ends;
        let may = self.administers(by) && makes_sense && !self.requests.iter().any(is_open);
        if may {
            let (asked_by, ends) = (self.sessions[by].person, self.now + DAY);
            let (state, approvals) = (RequestState::Waiting, BTreeSet::new());
            self.requests.push(Request { what, subject, asked_by, approvals, state, ready: 0, ends, has_link: false });
        }
        may
    }

    /// No name is looked at: what could be asked for is nobody else's when it is approved.
    pub(crate) fn approve(&mut self, at: usize, approver: PersonId, signed: usize, invited: Role) -> bool {
        let request = &self.requests[at];
        let may = request.state == RequestState::Waiting
            && self.now < request.ends
            && self.is_administrator(approver)
            && request.subject != approver
            && signed == at
            && !request.approvals.contains(&approver);
        if may {
            let now = self.now;
            let request = &mut self.requests[at];
            request.approvals.insert(approver);
            if request.approvals.len() == 2 {
                request.state = RequestState::Approved;
                request.ready = if request.what.is_invitation() { now } else { now + 120 };
                request.ends = request.ready + DAY;
                if let What::Invite(name) = request.what {
                    let (keys, accounts) = (BTreeSet::new(), BTreeSet::new());
                    let person = Person { name, standing: Standing::Invited, role: invited, keys, accounts };
                    self.persons.insert(self.requests[at].subject, person);
                }
            }
        }
        may
    }

    fn is_ready(&self, at: usize) -> bool {
        let request = &self.requests[at];
        request.state == RequestState::Approved && (request.ready..request.ends).contains(&self.now)
    }

    pub(crate) fn link(&mut self, by: usize, at: usize) -> bool {
        let is_by_link = !matches!(self.requests[at].what, What::Role(_));
        let may =
            self.administers(by) && self.is_fresh(by) && is_by_link && self.is_ready(at) && !self.requests[at].has_link;
        if may {
            self.requests[at].has_link = true;
            self.requests[at].ends = self.now + DAY;
        }
        may
    }

    pub(crate) fn enrol(&mut self, at: usize, by: By) -> bool {
        let subject = self.requests[at].subject;
        let may = self.requests[at].has_link
            && self.is_ready(at)
            && (matches!(by, By::Key(_)) || self.persons[&subject].role == Role::Member);
        if may {
            self.requests[at].state = RequestState::Done;
            self.end_sessions(|session| session.person == subject);
            let person = self.persons.get_mut(&subject).unwrap();
            person.standing = Standing::Active;
            person.keys.clear();
            person.accounts.clear();
            match &by {
                By::Key(key) => person.keys.insert(key.clone()),
                By::Account(account) => person.accounts.insert(*account),
            };
            self.begin(subject, by, true);
        }
        may
    }

    fn begin(&mut self, person: PersonId, by: By, is_bound: bool) {
        let (begun, ends) = (self.now, self.now + if is_bound { 300 } else { 3_600 });
        self.sessions.push(Session { person, by, is_bound, begun, ends, is_ended: false });
    }

    pub(crate) fn sign_in(&mut self, person: PersonId, by: By, is_bound: bool) -> bool {
        let is_theirs = match &by {
            By::Key(key) => self.persons[&person].keys.contains(key),
            By::Account(account) => self.persons[&person].accounts.contains(account),
        };
        let may = self.is_active(person) && is_theirs;
        if may {
            self.begin(person, by, is_bound);
        }
        may
    }

    pub(crate) fn carry_out(&mut self, at: usize) -> bool {
        let What::Role(role) = self.requests[at].what else { return false };
        let may = self.is_ready(at);
        if may {
            let subject = self.requests[at].subject;
            self.requests[at].state = RequestState::Done;
            self.persons.get_mut(&subject).unwrap().role = role;
            if role == Role::Member {
                self.forget_word_of(subject);
            }
        }
        may
    }

    pub(crate) fn veto(&mut self, by: usize, at: usize) -> bool {
        let request = &self.requests[at];
        let is_open = request.state == RequestState::Approved
            || request.state == RequestState::Waiting && self.now < request.ends;
        let may = is_open
            && self
                .who(by)
                .is_some_and(|session| self.is_administrator(session.person) || session.person == request.subject);
        if may {
            self.end_for_nothing(at, RequestState::Vetoed);
        }
        may
    }

    pub(crate) fn suspend(&mut self, by: usize, person: PersonId) -> bool {
        let may = self.administers(by) && self.is_active(person);
        if may {
            self.persons.get_mut(&person).unwrap().standing = Standing::Suspended;
            self.cut_off(person);
        }
        may
    }

    pub(crate) fn resume(&mut self, by: usize, person: PersonId) -> bool {
        let may = self.administers(by) && self.is_fresh(by) && self.persons[&person].standing == Standing::Suspended;
        if may {
            let person = self.persons.get_mut(&person).unwrap();
            (person.standing, person.role) = (Standing::Active, Role::Member);
        }
        may
    }

    pub(crate) fn leave(&mut self, by: usize, person: PersonId) -> bool {
        let may = self.administers(by) && self.persons[&person].standing != Standing::Gone;
        if may {
            let leaving = self.persons.get_mut(&person).unwrap();
            leaving.standing = Standing::Gone;
            leaving.keys.clear();
            leaving.accounts.clear();
            self.cut_off(person);
        }
        may
    }

    pub(crate) fn end_all(&mut self, by: usize, person: PersonId) -> bool {
        let may = self.who(by).is_some_and(|session| session.person == person) || self.administers(by);
        if may {
            self.end_sessions(|session| session.person == person);
        }
        may
    }

    pub(crate) fn add_key(&mut self, by: usize, key: &CredentialId) -> bool {
        let may = self.is_fresh(by);
        if may {
            let person = self.sessions[by].person;
            self.persons.get_mut(&person).unwrap().keys.insert(key.clone());
        }
        may
    }

    pub(crate) fn remove_key(&mut self, by: usize, person: PersonId, key: &CredentialId) -> bool {
        let may = self.is_fresh(by)
            && (self.sessions[by].person == person || self.administers(by))
            && self.persons[&person].keys.len() + self.persons[&person].accounts.len() > 1
            && (self.persons[&person].keys.len() > 1 || self.persons[&person].role == Role::Member)
            && self.persons[&person].keys.contains(key);
        if may {
            self.persons.get_mut(&person).unwrap().keys.remove(key);
            self.end_sessions(|session| session.by == By::Key(key.clone()));
        }
        may
    }

    pub(crate) fn add_account(&mut self, by: usize, account: u32) -> bool {
        let may = self.is_fresh(by) && self.persons[&self.sessions[by].person].accounts.len() < 4;
        if may {
            let person = self.sessions[by].person;
            self.persons.get_mut(&person).unwrap().accounts.insert(account);
        }
        may
    }

    pub(crate) fn remove_account(&mut self, by: usize, person: PersonId, account: u32) -> bool {
        let owner = &self.persons[&person];
        let may = self.is_fresh(by)
            && (self.sessions[by].person == person || self.administers(by))
            && owner.accounts.contains(&account)
            && owner.keys.len() + owner.accounts.len() > 1;
        if may {
            self.persons.get_mut(&person).unwrap().accounts.remove(&account);
            self.end_sessions(|session| session.by == By::Account(account));
        }
        may
    }

    pub(crate) fn tend(&mut self) {
        for at in 0..self.requests.len() {
            if self.requests[at].is_open() && self.requests[at].ends <= self.now {
                self.end_for_nothing(at, RequestState::Expired);
            } else {
                self.carry_out(at);
            }
        }
    }

    fn end_for_nothing(&mut self, at: usize, state: RequestState) {
        let request = &mut self.requests[at];
        let was_approved = request.state == RequestState::Approved;
        request.state = state;
        if request.what.is_invitation() && was_approved {
            self.persons.get_mut(&self.requests[at].subject).unwrap().standing = Standing::Gone;
        }
    }

    fn cut_off(&mut self, person: PersonId) {
        self.end_sessions(|session| session.person == person);
        for at in 0..self.requests.len() {
            if self.requests[at].is_open() && self.requests[at].subject == person {
                self.end_for_nothing(at, RequestState::Withdrawn);
            }
        }
        self.forget_word_of(person);
    }

    fn forget_word_of(&mut self, person: PersonId) {
        for at in 0..self.requests.len() {
            let request = &self.requests[at];
            let has_approved = request.approvals.contains(&person);
            if request.is_open()
                && (request.asked_by == person || has_approved && request.state == RequestState::Approved)
            {
                self.end_for_nothing(at, RequestState::Withdrawn);
            } else if request.state == RequestState::Waiting {
                self.requests[at].approvals.remove(&person);
            }
        }
    }

    fn end_sessions(&mut self, which: impl Fn(&Session) -> bool) {
        self.sessions.iter_mut().filter(|session| which(session)).for_each(|session| session.is_ended = true);
    }
}
