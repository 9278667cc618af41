//! One event.

use std::net::IpAddr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::EventKind;
use crate::{Name, Person, PersonId, RequestId, SessionId};

/// A person as an event names them: by the name of that moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    /// Who.
    pub id: PersonId,
    /// Called what.
    pub name: Name,
}

/// Who did it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum By {
    /// A person.
    Person(Named),
    /// Somebody at the command line of the machine.
    Machine,
    /// Break-glass keys.
    BreakGlass,
    /// Somebody who is not known.
    Unknown,
    /// Nobody: time did.
    Time,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its place, from 1, without gaps.
    pub number: u64,
    /// When.
    pub at: Timestamp,
    /// What.
    pub kind: EventKind,
    /// To whom.
    pub subject: Option<Named>,
    /// By whom.
    pub by: By,
    /// From which address.
    pub address: Option<IpAddr>,
    /// The request it belongs to.
    pub request: Option<RequestId>,
    /// The session it belongs to.
    pub session: Option<SessionId>,
    /// A word more: a refusal's, a role's, a key's label, how many.
    pub detail: Option<String>,
}

/// What an event is about, as it is stored.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct About {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) subject: Option<Named>,
    pub(super) by: By,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) address: Option<IpAddr>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) request: Option<RequestId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) session: Option<SessionId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) detail: Option<String>,
}

/// An event that has no number yet.
#[derive(Debug, Clone)]
pub(crate) struct NewEvent {
    pub(super) kind: EventKind,
    pub(super) about: About,
}

impl NewEvent {
    pub(crate) const fn new(kind: EventKind, by: By) -> Self {
        let about = About { subject: None, by, address: None, request: None, session: None, detail: None };
        Self { kind, about }
    }

    pub(crate) fn subject(mut self, person: &Person) -> Self {
        self.about.subject = Some(person.named());
        self
    }

    pub(crate) fn named(mut self, subject: Option<Named>) -> Self {
        self.about.subject = subject;
        self
    }

    pub(crate) const fn address(mut self, address: Option<IpAddr>) -> Self {
        self.about.address = address;
        self
    }

    pub(crate) const fn request(mut self, request: RequestId) -> Self {
        self.about.request = Some(request);
        self
    }

    pub(crate) const fn session(mut self, session: SessionId) -> Self {
        self.about.session = Some(session);
        self
    }

    pub(crate) fn detail(mut self, detail: impl Into<String>) -> Self {
        self.about.detail = Some(detail.into());
        self
    }
}
