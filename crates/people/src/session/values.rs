//! What a session is.

use std::{collections::BTreeSet, fmt, net::IpAddr};

use jiff::Timestamp;

use crate::{
    AccountId, Agent, CredentialId, Group, Name, Named, PersonId, Refusal, Role, SessionId, SessionToken, words::words,
};

/// What a session is bound to, so that its cookie is worth nothing elsewhere.
#[derive(Clone, PartialEq, Eq)]
pub enum Binding {
    /// To nothing: it lasts an hour at the most, and administers nothing.
    Plain,
    /// To a device's key (Device Bound Session Credentials): its cookie is good for minutes, and refreshed by a proof of the key.
    Device {
        /// The public key, as the caller writes it.
        public_key: Vec<u8>,
    },
    /// To a client certificate of TLS.
    Certificate {
        /// Its SHA-256.
        sha256: [u8; 32],
    },
}

words!(
    /// The kinds of bindings.
    Bound {
        /// To nothing.
        Plain = "plain",
        /// To a device's key.
        Device = "device",
        /// To a certificate.
        Certificate = "certificate",
    }
);

/// A device's public key, at most: a P-521 or RSA key of 4,096 bits as a JWK is shorter.
const PUBLIC_KEY: usize = 2_048;

impl Binding {
    /// Which kind it is.
    #[must_use]
    pub const fn bound(&self) -> Bound {
        match self {
            Self::Plain => Bound::Plain,
            Self::Device { .. } => Bound::Device,
            Self::Certificate { .. } => Bound::Certificate,
        }
    }

    pub(super) fn bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Plain => None,
            Self::Device { public_key } => Some(public_key),
            Self::Certificate { sha256 } => Some(sha256),
        }
    }

    pub(super) fn of(word: Bound, bytes: Option<Vec<u8>>) -> Option<Self> {
        match (word, bytes) {
            (Bound::Plain, None) => Some(Self::Plain),
            (Bound::Device, Some(public_key)) => Some(Self::Device { public_key }),
            (Bound::Certificate, Some(bytes)) => Some(Self::Certificate { sha256: bytes.try_into().ok()? }),
            _ => None,
        }
    }

    pub(super) fn check(&self) -> Result<(), Refusal> {
        match self {
            Self::Device { public_key } if public_key.is_empty() || public_key.len() > PUBLIC_KEY => {
                Err(Refusal::BadBinding)
            }
            _ => Ok(()),
        }
    }
}

impl fmt::Debug for Binding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Binding({})", self.bound())
    }
}

/// From where somebody comes, and what their session shall be bound to.
#[derive(Debug, Clone)]
pub struct Visit {
    /// The binding.
    pub binding: Binding,
    /// The address that the server saw.
    pub address: Option<IpAddr>,
    /// The browser as it names itself.
    pub agent: Agent,
}

/// A session that has just begun. The token is told this once.
#[derive(Debug)]
pub struct Started {
    /// Whose.
    pub person: PersonId,
    /// The session's name in lists.
    pub session: SessionId,
    /// What the cookie holds.
    pub token: SessionToken,
    /// Until when this cookie is good.
    pub until: Timestamp,
}

/// Who holds a session, at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Who {
    /// The session.
    pub session: SessionId,
    /// The person.
    pub person: PersonId,
    /// Called what.
    pub name: Name,
    /// What the person may do.
    pub role: Role,
    /// The person's groups.
    pub groups: BTreeSet<Group>,
    /// What the session is bound to. The caller checks what only the connection shows: that a certificate is this one.
    pub binding: Binding,
    /// Whether an account at a provider elsewhere began it, so that it administers nothing and is never fresh.
    pub is_elsewhere: bool,
    /// Whether the person administers, and the session is bound and was begun by a key.
    pub may_administer: bool,
    /// When a key was touched last, or the account's holder signed in at its provider, where that is known.
    pub authenticated: Option<Timestamp>,
    /// Whether that is fresh enough to change keys.
    pub is_fresh: bool,
    /// Until when the cookie is good.
    pub until: Timestamp,
}

impl Who {
    /// As events name them.
    #[must_use]
    pub fn named(&self) -> Named {
        Named { id: self.person, name: self.name.clone() }
    }
}

/// What began a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Began {
    /// A key that was touched.
    Key(CredentialId),
    /// An account at a provider that the organisation keeps.
    Account(AccountId),
}

/// A session as lists show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its name.
    pub id: SessionId,
    /// Whose.
    pub person: PersonId,
    /// What began it.
    pub began: Began,
    /// What it is bound to.
    pub binding: Binding,
    /// When it began.
    pub begun: Timestamp,
    /// When it was last seen, to the minute.
    pub seen: Timestamp,
    /// When it ends by itself.
    pub until: Timestamp,
    /// From where it began.
    pub address: Option<IpAddr>,
    /// The browser that began it.
    pub agent: Agent,
}
