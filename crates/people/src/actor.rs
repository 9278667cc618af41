//! Who asks for something, and whether they may.

use jiff::Timestamp;

use crate::{
    By, PeopleError, Person, PersonId, Refusal, Role, SessionHash, Who, session,
    store::{Change, SLACK},
};

/// Who asks for something.
#[derive(Debug, Clone, Copy)]
pub enum Actor {
    /// Somebody at the command line of the machine. Such a person can read the file anyway; what needs a signature needs it from
    /// them, too.
    Machine,
    /// Whoever holds this session.
    Session(SessionHash),
}

/// An actor whose session was found live in this same transaction.
#[derive(Debug)]
pub(crate) enum Doer {
    Machine,
    Person(Box<Who>),
}

impl Change<'_> {
    /// Who asks.
    pub(crate) fn doer(&self, actor: &Actor) -> Result<Doer, PeopleError> {
        match actor {
            Actor::Machine => Ok(Doer::Machine),
            Actor::Session(hash) => self.holder(hash).map(|who| Doer::Person(Box::new(who))),
        }
    }

    /// Whoever holds this session, as who asks and as who they are.
    pub(crate) fn seated(&self, session: &SessionHash) -> Result<(Doer, Person), PeopleError> {
        let who = self.holder(session)?;
        let person = self.person(who.person)?;
        Ok((Doer::Person(Box::new(who)), person))
    }

    /// Whoever holds a session that is live now.
    pub(crate) fn holder(&self, hash: &SessionHash) -> Result<Who, PeopleError> {
        session::who(&self.sql, hash, self.now, self.rules)?.ok_or_else(|| Refusal::NoSession.into())
    }
}

impl Doer {
    pub(crate) fn by(&self) -> By {
        match self {
            Self::Machine => By::Machine,
            Self::Person(who) => By::Person(who.named()),
        }
    }

    pub(crate) fn id(&self) -> Option<PersonId> {
        match self {
            Self::Machine => None,
            Self::Person(who) => Some(who.person),
        }
    }

    /// Whether this is the person.
    fn is(&self, person: &Person) -> bool {
        self.id() == Some(person.id)
    }

    /// An administrator whose session is bound, or the machine.
    pub(crate) fn must_administer(&self) -> Result<(), PeopleError> {
        match self {
            Self::Machine => Ok(()),
            Self::Person(who) if who.role != Role::Administrator => Err(Refusal::NotAdministrator.into()),
            Self::Person(who) if who.is_elsewhere => Err(Refusal::ByAccount.into()),
            Self::Person(who) if !who.may_administer => Err(Refusal::NotBound.into()),
            Self::Person(_) => Ok(()),
        }
    }

    /// The person whom it is about, or whoever administers.
    pub(crate) fn must_be_or_administer(&self, person: &Person) -> Result<(), PeopleError> {
        if self.is(person) { Ok(()) } else { self.must_administer() }
    }

    /// Somebody who touched a key just now, or the machine.
    pub(crate) fn must_be_fresh(&self) -> Result<(), PeopleError> {
        match self {
            Self::Person(who) if who.is_elsewhere => Err(Refusal::ByAccount.into()),
            Self::Person(who) if !who.is_fresh => Err(Refusal::NotFresh.into()),
            _ => Ok(()),
        }
    }

    /// An administrator who touched a key just now.
    pub(crate) fn must_administer_freshly(&self) -> Result<(), PeopleError> {
        self.must_administer()?;
        self.must_be_fresh()
    }
}

/// Whether an authentication is fresh. One that is yet to come is not: a clock that went back must not make it last.
pub(crate) fn is_fresh(authenticated: Timestamp, now: Timestamp, fresh: jiff::SignedDuration) -> bool {
    let age = now.duration_since(authenticated);
    age <= fresh && age >= -SLACK
}
