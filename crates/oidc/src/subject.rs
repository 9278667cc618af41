//! Who is signed in, as whoever calls knows it. It is asked again for each token: what is remembered of a person is never enough.

use std::collections::BTreeSet;

use jiff::Timestamp;
use uuid::Uuid;

use crate::OidcError;

/// Somebody who is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// The person, for good: the claim `sub`.
    pub id: Uuid,
    /// Called what.
    pub name: String,
    /// The person's groups.
    pub groups: BTreeSet<String>,
    /// The session, as lists show it: the claim `sid`. It opens nothing.
    pub session: Uuid,
    /// Whether a key began the session, and not an account at a provider elsewhere.
    pub is_by_key: bool,
    /// When a key was touched last in this session, or the account's holder signed in at its provider, where that is known.
    pub authenticated: Option<Timestamp>,
}

/// Who can be asked for subjects.
pub trait Subjects {
    /// Who holds a session now: nobody, when it ended or its person is not active.
    ///
    /// # Errors
    /// When that cannot be told. Nothing is given out then.
    fn subject(&self, session: Uuid, now: Timestamp) -> Result<Option<Subject>, OidcError>;

    /// Whether the policy lets somebody reach a tool's host now.
    fn may_reach(&self, subject: &Subject, host: &str, now: Timestamp) -> bool;
}
