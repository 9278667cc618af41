//! A link is used: the person has a key and a session, and of the time before a recovery nothing is left.

use jiff::Timestamp;
use rand::{CryptoRng, RngCore};

use super::{Kind, Request, RequestState, store};
use crate::{
    By, EventKind, InvitationHash, NewKey, PeopleError, Person, Refusal, RequestId, Standing, Started, Visit,
    event::NewEvent,
    store::{Change, Lasting, People},
};

/// What comes of a link: a key that was just made. The caller has taken its challenge and verified the making.
#[derive(Debug, Clone, Copy)]
pub struct Enrolment<'a> {
    /// The request that the challenge was made for.
    pub request: RequestId,
    /// The link.
    pub link: InvitationHash,
    /// The key.
    pub key: &'a NewKey,
    /// From where, and what the session is bound to.
    pub visit: &'a Visit,
}

/// Somebody who has just come in.
#[derive(Debug)]
pub struct Enrolled {
    /// Who.
    pub person: Person,
    /// The session that begins with it: making the key was touching it.
    pub started: Started,
}

impl People {
    /// Uses a link. It is good once: the key, the person's standing, the end of all that was before a recovery, and the session are one
    /// transaction.
    ///
    /// # Errors
    /// When the link is not good, is another request's, or the key will not do.
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
            let person = change.let_in(&request, enrolment)?;
            change.settle(&request, RequestState::Done)?;
            let started = change.begin(&person, &enrolment.key.id, enrolment.visit, rng)?;
            Ok(Enrolled { person, started })
        });
        if let Err(PeopleError::Refused(Refusal::NoSuchLink)) = &done {
            self.count_refusal(None, enrolment.visit.address, Refusal::NoSuchLink.word(), now)?;
        }
        done
    }
}

impl Change<'_> {
    fn let_in(&self, request: &Request, enrolment: &Enrolment<'_>) -> Result<Person, PeopleError> {
        let person = self.person(request.kind.subject().ok_or(Refusal::NoLink)?)?;
        let kind = match request.kind {
            Kind::Recover { .. } => {
                if !person.is_active(self.now) {
                    return Err(Refusal::NotActive.into());
                }
                self.end_sessions(person.id)?;
                self.sql.prepare_cached("DELETE FROM keys WHERE person = ?")?.execute([person.id])?;
                EventKind::Recovered
            }
            _ => {
                if person.standing != Standing::Invited || person.until.is_some_and(|until| until <= self.now) {
                    return Err(Refusal::NotActive.into());
                }
                EventKind::Enrolled
            }
        };
        self.insert_key(enrolment.key, Some(&person))?;
        self.set_standing(person.id, Standing::Active)?;
        let event = NewEvent::new(kind, By::Person(person.named())).address(enrolment.visit.address);
        self.note(self.about(event, request)?)?;
        self.person(person.id)
    }
}
