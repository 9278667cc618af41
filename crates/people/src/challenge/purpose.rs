//! What a challenge is for. An answer to one is no answer to another.

use serde::{Deserialize, Serialize};

use crate::{PersonId, RequestId, SessionId};

/// What a challenge is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "for", rename_all = "kebab-case")]
pub enum Purpose {
    /// To make a key with an invitation's or a recovery's link.
    Enrol {
        /// The request that the link belongs to.
        request: RequestId,
    },
    /// To sign in: nobody is known yet.
    SignIn,
    /// To sign in at a provider that the organisation keeps: nobody is known yet.
    Elsewhere,
    /// To come in for the first time by an account there, with an invitation's or a recovery's link.
    EnrolElsewhere {
        /// The request that the link belongs to.
        request: RequestId,
    },
    /// To add an account there.
    AddAccount {
        /// Whose.
        person: PersonId,
    },
    /// To touch a key before an account there is added.
    BeforeAccount {
        /// Whose.
        person: PersonId,
    },
    /// To touch a key before one more is made.
    BeforeKey {
        /// Whose.
        person: PersonId,
    },
    /// To make one more key.
    AddKey {
        /// Whose.
        person: PersonId,
    },
    /// To approve a request.
    Approve {
        /// Which.
        request: RequestId,
        /// Who would approve.
        person: PersonId,
    },
    /// To make the link of a request.
    GiveLink {
        /// Of which.
        request: RequestId,
        /// Who hands it over.
        person: PersonId,
    },
    /// To make a session fresh again.
    Fresh {
        /// Whose.
        person: PersonId,
    },
    /// To bind a session to its device, or prove the device for the next cookie.
    Device {
        /// Which session.
        session: SessionId,
    },
    /// To touch a key before one is made that breaks the glass.
    BeforeGlassKey {
        /// The administrator at whose screen it is made.
        person: PersonId,
    },
    /// To make a key that breaks the glass.
    BreakGlassKey {
        /// The administrator at whose screen it is made.
        person: PersonId,
    },
    /// To break the glass.
    BreakGlass {
        /// For which request.
        request: RequestId,
    },
}

impl Purpose {
    /// What the number of challenges is bounded by; none where nobody is known yet, which is then the address.
    pub(super) fn bucket(&self) -> Option<String> {
        match self {
            Self::SignIn | Self::Elsewhere => None,
            Self::Enrol { request } | Self::EnrolElsewhere { request } | Self::BreakGlass { request } => {
                Some(format!("request {request}"))
            }
            Self::AddKey { person }
            | Self::AddAccount { person }
            | Self::BeforeAccount { person }
            | Self::BeforeKey { person }
            | Self::Approve { person, .. }
            | Self::GiveLink { person, .. }
            | Self::Fresh { person }
            | Self::BeforeGlassKey { person }
            | Self::BreakGlassKey { person } => Some(format!("person {person}")),
            Self::Device { session } => Some(format!("session {session}")),
        }
    }
}
