//! Who is signed in, as the provider asks for it.

use jiff::Timestamp;
use uuid::Uuid;
use vauban_oidc::{OidcError, Subject, Subjects};
use vauban_people::{Group, SessionId, Who};

use crate::SignIn;

impl Subjects for SignIn {
    fn subject(&self, session: Uuid, now: Timestamp) -> Result<Option<Subject>, OidcError> {
        let id = SessionId::from_bytes(session.into_bytes());
        let who = self.people().holder(id, now).map_err(|_| OidcError::Subjects)?;
        Ok(who.map(|who| subject(&who)))
    }

    fn may_reach(&self, subject: &Subject, host: &str, now: Timestamp) -> bool {
        // They were groups of `people` a moment ago; one that is none any more opens nothing.
        let groups = subject.groups.iter().filter_map(|name| name.parse::<Group>().ok()).collect();
        self.settings().reach.may(&groups, host, now).is_ok()
    }
}

/// A person as tools may know them.
pub(super) fn subject(who: &Who) -> Subject {
    Subject {
        id: Uuid::from_bytes(who.person.bytes()),
        name: who.name.as_str().to_owned(),
        groups: who.groups.iter().map(|group| group.as_str().to_owned()).collect(),
        session: Uuid::from_bytes(who.session.bytes()),
        is_by_key: !who.is_elsewhere,
        authenticated: who.authenticated,
    }
}
