//! A small organisation to try the rules on.

use std::{collections::BTreeSet, net::IpAddr, path::PathBuf};

use jiff::{SignedDuration, Timestamp};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng as _};
use tempfile::TempDir;
use vauban_people::{
    Actor, Agent, Approval, Binding, BrowserHash, BrowserToken, Claimed, CredentialId, Digest, Enrolment, Invitation,
    InvitationToken, Means, NewAccount, NewKey, NewPerson, People, PeopleError, PersonId, Refusal, Request, RequestId,
    Role, Rules, SessionHash, Started, Subject, Tie, Used, Visit,
};

/// Somebody with a key and a session.
#[derive(Debug, Clone)]
pub(crate) struct Somebody {
    pub(crate) id: PersonId,
    pub(crate) key: CredentialId,
    pub(crate) session: SessionHash,
}

impl Somebody {
    pub(crate) fn actor(&self) -> Actor {
        Actor::Session(self.session)
    }
}

/// A file of people, with a clock that stands where it is set.
pub(crate) struct Town {
    pub(crate) people: People,
    pub(crate) path: PathBuf,
    pub(crate) now: Timestamp,
    pub(crate) rng: ChaCha20Rng,
    keys: u32,
    folder: TempDir,
}

pub(crate) fn start() -> Timestamp {
    Timestamp::from_second(1_800_000_000).unwrap()
}

pub(crate) fn refusal<T: std::fmt::Debug>(result: Result<T, PeopleError>) -> Refusal {
    result.unwrap_err().refusal().unwrap()
}

pub(crate) fn address(last: u8) -> Option<IpAddr> {
    Some(IpAddr::from([192, 0, 2, last]))
}

pub(crate) fn device() -> Binding {
    Binding::Device { public_key: b"a public key".to_vec() }
}

pub(crate) fn visit(binding: Binding) -> Visit {
    Visit { binding, address: address(1), agent: Agent::new("Browser 1") }
}

impl Town {
    pub(crate) fn new() -> Self {
        Self::with(Rules::default())
    }

    pub(crate) fn with(rules: Rules) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("people.sqlite");
        let people = People::open(&path, rules).unwrap();
        Self { people, path, now: start(), rng: ChaCha20Rng::from_seed([7; 32]), keys: 0, folder }
    }

    /// A town with two administrators.
    pub(crate) fn founded() -> (Self, Somebody, Somebody) {
        Self::founded_with(Rules::default())
    }

    pub(crate) fn founded_with(rules: Rules) -> (Self, Somebody, Somebody) {
        let mut town = Self::with(rules);
        let (ana, ben) = (town.founder("Ana"), town.founder("Ben"));
        (town, ana, ben)
    }

    pub(crate) fn pass(&mut self, seconds: i64) {
        self.now += SignedDuration::from_secs(seconds);
    }

    pub(crate) fn founder(&mut self, name: &str) -> Somebody {
        let request = self.people.found(name.parse().unwrap(), &mut self.rng, self.now).unwrap();
        let link = self.link(&Actor::Machine, request.id).unwrap();
        self.enrol(&link).unwrap()
    }

    pub(crate) fn new_key(&mut self) -> NewKey {
        self.keys += 1;
        let number = self.keys.to_be_bytes();
        NewKey {
            id: CredentialId::new(&[b"key".as_slice(), &number].concat()).unwrap(),
            credential: credential(0),
            label: format!("key {}", self.keys).parse().unwrap(),
            attested: true,
        }
    }

    pub(crate) fn link(&mut self, by: &Actor, request: RequestId) -> Result<InvitationToken, PeopleError> {
        self.people.give_link(by, request, &mut self.rng, self.now)
    }

    /// Uses a link as a browser would: looks first, then makes a key.
    pub(crate) fn enrol(&mut self, link: &InvitationToken) -> Result<Somebody, PeopleError> {
        let Invitation { request, .. } = self.people.invitation(&link.hash(), self.now)?;
        self.enrol_for(request, link)
    }

    pub(crate) fn enrol_for(&mut self, request: RequestId, link: &InvitationToken) -> Result<Somebody, PeopleError> {
        let key = self.new_key();
        let (id, session) = self.enrol_with(request, link, Means::Key(&key))?;
        Ok(Somebody { id, key: key.id, session })
    }

    pub(crate) fn enrol_with(
        &mut self,
        request: RequestId,
        link: &InvitationToken,
        means: Means<'_>,
    ) -> Result<(PersonId, SessionHash), PeopleError> {
        let visit = visit(device());
        let enrolment = Enrolment { request, link: link.hash(), means, visit: &visit };
        let enrolled = self.people.enrol(&enrolment, &mut self.rng, self.now)?;
        Ok((enrolled.person.id, enrolled.started.token.hash()))
    }

    /// What the provider says of an account, to which its holder signed in just now.
    pub(crate) fn claimed(&self, name: &str) -> Claimed {
        let subject = Subject::new("https://id.example", name).unwrap();
        let account = NewAccount { subject, label: format!("{name}@campagne.example").parse().unwrap() };
        Claimed { account, authenticated: Some(self.now) }
    }

    /// An invitation of a member that two administrators approved, and its link.
    pub(crate) fn invited(&mut self, name: &str, ana: &Somebody, ben: &Somebody) -> (RequestId, InvitationToken) {
        let request = self.invite(ana, &Self::new_person(name)).unwrap();
        self.approve(&request, ana).unwrap();
        self.approve(&request, ben).unwrap();
        (request.id, self.link(&ana.actor(), request.id).unwrap())
    }

    pub(crate) fn new_person(name: &str) -> NewPerson {
        let (tie, role, groups) = (Tie::Staff, Role::Member, BTreeSet::from(["press".parse().unwrap()]));
        NewPerson { name: name.parse().unwrap(), tie, role, groups, until: None }
    }

    pub(crate) fn invite(&mut self, by: &Somebody, person: &NewPerson) -> Result<Request, PeopleError> {
        self.people.invite(&by.actor(), person, &mut self.rng, self.now)
    }

    pub(crate) fn recover(&mut self, by: &Somebody, person: PersonId) -> Result<Request, PeopleError> {
        self.people.recover(&by.actor(), person, &mut self.rng, self.now)
    }

    pub(crate) fn approve(&self, request: &Request, approver: &Somebody) -> Result<Request, PeopleError> {
        self.approve_digest(request.id, approver, request.digest())
    }

    pub(crate) fn approve_digest(
        &self,
        request: RequestId,
        approver: &Somebody,
        digest: Digest,
    ) -> Result<Request, PeopleError> {
        let bytes = self.people.key(&approver.key).map_or_else(|_| credential(0), |key| key.credential);
        let used = Used { id: &approver.key, before: &bytes, after: &bytes };
        let approval = Approval { request, approver: approver.id, used, digest, proof: b"a signature" };
        self.people.approve(&approval, self.now)
    }

    /// A member whom two administrators invited.
    pub(crate) fn member(&mut self, name: &str, ana: &Somebody, ben: &Somebody) -> Somebody {
        self.person(&Self::new_person(name), ana, ben)
    }

    pub(crate) fn person(&mut self, person: &NewPerson, ana: &Somebody, ben: &Somebody) -> Somebody {
        let request = self.invite(ana, person).unwrap();
        self.approve(&request, ana).unwrap();
        self.approve(&request, ben).unwrap();
        let link = self.link(&ana.actor(), request.id).unwrap();
        self.enrol(&link).unwrap()
    }

    pub(crate) fn administrator(&mut self, name: &str, ana: &Somebody, ben: &Somebody) -> Somebody {
        self.person(&NewPerson { role: Role::Administrator, ..Self::new_person(name) }, ana, ben)
    }

    pub(crate) fn sign_in(&mut self, who: &Somebody, binding: Binding) -> Result<Started, PeopleError> {
        self.sign_in_from(who, &visit(binding))
    }

    pub(crate) fn sign_in_from(&mut self, who: &Somebody, visit: &Visit) -> Result<Started, PeopleError> {
        let bytes = self.people.key(&who.key).map_or_else(|_| credential(0), |key| key.credential);
        let used = Used { id: &who.key, before: &bytes, after: &bytes };
        self.people.sign_in(&used, visit, &mut self.rng, self.now)
    }

    /// The same person in a new session, bound to a device.
    pub(crate) fn again(&mut self, who: &Somebody) -> Somebody {
        let started = self.sign_in(who, device()).unwrap();
        Somebody { session: started.token.hash(), ..who.clone() }
    }

    pub(crate) fn is_in(&self, who: &Somebody) -> bool {
        self.people.who(&who.session, self.now).unwrap().is_some()
    }

    pub(crate) fn browser(&mut self) -> BrowserHash {
        BrowserToken::random(&mut self.rng).hash()
    }

    /// All bytes on the disk: the file, and what SQLite keeps beside it.
    pub(crate) fn on_disk(&self) -> Vec<u8> {
        let names = std::fs::read_dir(self.folder.path()).unwrap();
        names.flat_map(|entry| std::fs::read(entry.unwrap().path()).unwrap()).collect()
    }
}

pub(crate) fn credential(counter: u8) -> Vec<u8> {
    format!("a credential with counter {counter}").into_bytes()
}
