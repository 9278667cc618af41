//! A request, and where it stands.

use std::fmt;

use jiff::Timestamp;
use rusqlite::{
    ToSql,
    types::{FromSql, FromSqlError, FromSqlResult, ToSqlOutput, ValueRef},
};

use super::{Kind, text};
use crate::{CredentialId, Named, PersonId, RequestId, words::words};

/// Approvals that a request needs, of as many people. This is the rule, so it is no setting.
pub(super) const APPROVALS: u64 = 2;

words!(
    /// Where a request stands.
    RequestState {
        /// It waits for approvals.
        Waiting = "waiting",
        /// Two people approved. It can be done from `ready` on, and vetoed until it is.
        Approved = "approved",
        /// It was done.
        Done = "done",
        /// Somebody vetoed it.
        Vetoed = "vetoed",
        /// Its time was over.
        Expired = "expired",
        /// Whoever it rested on is no longer active.
        Withdrawn = "withdrawn",
    }
);

/// The SHA-256 of a request's text: what an approver's key signs.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest with these bytes.
    #[must_use]
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Its bytes.
    #[must_use]
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&data_encoding::HEXLOWER.encode(&self.0))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Digest({self})")
    }
}

impl ToSql for Digest {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(ValueRef::Blob(&self.0)))
    }
}

impl FromSql for Digest {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_blob()?.try_into().map(Self).map_err(|_| FromSqlError::InvalidType)
    }
}

/// A request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Which.
    pub id: RequestId,
    /// What is asked for.
    pub kind: Kind,
    /// Who asked; none at the machine itself.
    pub asked_by: Option<PersonId>,
    /// When.
    pub asked: Timestamp,
    /// Where it stands. `Waiting` and `Approved` end at `ends`, whether or not [`tend`](crate::People::tend) came by.
    pub state: RequestState,
    /// From when on it can be done, once it is approved.
    pub ready: Option<Timestamp>,
    /// Until when it can be approved and done.
    pub ends: Timestamp,
}

impl Request {
    /// The request as people read and sign it: one spelling, with its version in the first line.
    #[must_use]
    pub fn text(&self) -> String {
        text::canonical(self.id, &self.kind, self.asked_by, self.asked)
    }

    /// The SHA-256 of the text.
    #[must_use]
    pub fn digest(&self) -> Digest {
        text::digest(&self.text())
    }

    /// Whether it can still come to something.
    #[must_use]
    pub fn is_open(&self, now: Timestamp) -> bool {
        matches!(self.state, RequestState::Waiting | RequestState::Approved) && now < self.ends
    }
}

/// Somebody's approval, which can be checked again: the proof is a signature over the request's digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approver {
    /// Who; none for a key that breaks the glass.
    pub person: Option<Named>,
    /// With which key.
    pub key: CredentialId,
    /// What the key signed, as the caller keeps it.
    pub proof: Vec<u8>,
    /// When.
    pub at: Timestamp,
}
