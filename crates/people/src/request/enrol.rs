//! A link is used: the person has a key (or an account) and a session, and of the time before a recovery nothing is left.

use jiff::Timestamp;
use rand::{CryptoRng, RngCore};

use super::{Kind, Request, RequestState, store};
use crate::{
    By, Claimed, EventKind, InvitationHash, NewKey, PeopleError, Person, Refusal, RequestId, Standing, Started, Visit,
    event::NewEvent,
    session::Opened,
    store::{Change, Lasting, People},
};

/// What lets somebody in from now on.
#[derive(Debug, Clone, Copy)]
pub enum Means<'a> {
    /// A key that was just made; the caller has verified its making.
    Key(&'a NewKey),
    /// An account at a provider that the organisation keeps; the caller has verified what that signed. None for administrators.
    Account(&'a Claimed),
}

/// What comes of a link. The caller has taken its challenge.
#[derive(Debug, Clone, Copy)]
pub struct Enrolment<'a> {
    /// The request that the challenge was made for.
    pub request: RequestId,
    /// The link.
    pub link: InvitationHash,
    /// What its holder comes in by from now on.
    pub means: Means<'a>,
    /// From where, and what the session is bound to.
    pub visit: &'a Visit,
}

/// Somebody who has just come in.
#[derive(Debug)]
pub struct Enrolled {
    /// Who.
    pub person: Person,
    /// The session that begins with it: making the key was touching it, and the account was just signed in to.
    pub started: Started,
}

impl People {
    /// Uses a link. It is good once: the key or the account, the person's standing, the end of all that was before a recovery, and the session are one
    /// transaction.
    ///
    /// # Errors
    /// When the link is not good, is another request's, or the key or the account will not do.
    pub fn enrol<R: RngCore + CryptoRng>(
        &self,
        enrolment: &Enrolment<'_>,
        rng: &mut R,
        now: Timestamp,
    ) -> Result<Enrolled, PeopleError> {
        let done = self.change(Lasting::Now, now, |change| {
            let request = store::request_of_link(&change.sql, &enrolment.link)?;
            let refused = NewEvent::new(EventKind::LinkRefused, By::Unknown).address(enrolment.visit.address);
            change.if_refused(change.about(refused, &request)?);
            if request.id != enrolment.request {
                return Err(Refusal::NoSuchLink.into());
            }
            change.must_be_ready(&request)?;
            let person = change.clear_the_way(&request)?;
            let opened = change.give(&person, &enrolment.means, rng)?;
            let person = change.welcome(&request, &person, enrolment)?;
            change.settle(&request, RequestState::Done)?;
            let started = change.begin(&person, &opened, enrolment.visit, rng)?;
            Ok(Enrolled { person, started })
        });
        if let Err(PeopleError::Refused(Refusal::NoSuchLink)) = &done {
            self.count_refusal(None, enrolment.visit.address, Refusal::NoSuchLink.word(), now)?;
        }
        done
    }
}

impl Change<'_> {
    /// Whom a link is for. Of the time before a recovery nothing is left.
    fn clear_the_way(&self, request: &Request) -> Result<Person, PeopleError> {
        let person = self.person(request.kind.subject().ok_or(Refusal::NoLink)?)?;
        if is_recovery(request) {
            if !person.is_active(self.now) {
                return Err(Refusal::NotActive.into());
            }
            self.end_sessions(person.id)?;
            self.forget_ways_in(person.id)?;
        } else if person.standing != Standing::Invited || person.until.is_some_and(|until| until <= self.now) {
            return Err(Refusal::NotActive.into());
        }
        Ok(person)
    }

    /// What lets the person in from now on, and begins the session.
    fn give<'a, R: RngCore + CryptoRng>(
        &self,
        person: &Person,
        means: &Means<'a>,
        rng: &mut R,
    ) -> Result<Opened<'a>, PeopleError> {
        match means {
            Means::Key(key) => {
                self.insert_key(key, Some(person))?;
                Ok(Opened::Key(&key.id))
            }
            Means::Account(Claimed { account, authenticated }) => {
                self.must_have_a_key(person.id, person.role)?;
                let id = self.insert_account(account, person, rng)?;
                Ok(Opened::Account { id, label: &account.label, at: *authenticated })
            }
        }
    }

    fn welcome(&self, request: &Request, person: &Person, enrolment: &Enrolment<'_>) -> Result<Person, PeopleError> {
        self.set_standing(person.id, Standing::Active)?;
        let kind = if is_recovery(request) { EventKind::Recovered } else { EventKind::Enrolled };
        let by = || By::Person(person.named());
        self.note(self.about(NewEvent::new(kind, by()).address(enrolment.visit.address), request)?)?;
        if let Means::Account(claimed) = enrolment.means {
            let added = NewEvent::new(EventKind::AccountAdded, by()).subject(person);
            self.note(added.address(enrolment.visit.address).detail(claimed.account.label.as_str()))?;
        }
        self.person(person.id)
    }
}

const fn is_recovery(request: &Request) -> bool {
    matches!(request.kind, Kind::Recover { .. })
}
