//! What goes into the desk's store and what comes out.

use std::fmt;

use jiff::Timestamp;
use vauban_model::Marking;

use crate::store::{
    CredentialHash, Digest, ObjectId, ObjectType, PartyId, PublicKey, SpecVersion, StreamInfo, Version,
};

/// Who does something, and when: every change of the desk is one, and is written down with it.
#[derive(Debug, Clone, Copy)]
pub struct Act<'a> {
    /// Who.
    pub who: &'a str,
    /// When.
    pub at: Timestamp,
}

/// A party that is to be served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewParty {
    /// Its id.
    pub id: PartyId,
    /// Its name.
    pub name: String,
    /// The hash of its credential.
    pub credential: CredentialHash,
    /// The key that its receipts are signed with.
    pub receipt_key: Option<PublicKey>,
    /// Blind look-ups that one slot allows it.
    pub budget: u64,
}

/// A party.
#[derive(Clone, PartialEq, Eq)]
pub struct Party {
    /// What it came with.
    pub party: NewParty,
    /// Since when.
    pub created: Timestamp,
    /// Since when it is served no more.
    pub revoked: Option<Timestamp>,
}

impl fmt::Debug for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Party").field("id", &self.party.id).finish_non_exhaustive()
    }
}

/// A stream on the desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stream {
    /// What its readers are told.
    pub info: StreamInfo,
    /// How many parties read it.
    pub members: u64,
    /// Since when.
    pub created: Timestamp,
}

/// How an object may leave the desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tier {
    /// It does not.
    Held,
    /// It can be matched without being readable.
    Blind,
    /// It is published.
    Open,
}

/// How far an object's review is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// Nobody looked at it.
    Imported,
    /// Somebody did.
    Reviewed,
    /// It is granted to whom its grants say.
    Granted,
    /// It is to leave every stream, and does not come back.
    Withdrawn,
}

impl State {
    /// The word for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Imported => "imported",
            Self::Reviewed => "reviewed",
            Self::Granted => "granted",
            Self::Withdrawn => "withdrawn",
        }
    }

    pub(super) const fn number(self) -> i64 {
        self as i64
    }

    pub(super) const fn from_number(number: i64) -> Self {
        match number {
            0 => Self::Imported,
            1 => Self::Reviewed,
            2 => Self::Granted,
            _ => Self::Withdrawn,
        }
    }
}

impl Tier {
    /// The word for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Blind => "blind",
            Self::Open => "open",
        }
    }

    pub(super) const fn number(self) -> i64 {
        self as i64
    }

    /// What no tier is is held.
    pub(super) const fn from_number(number: i64) -> Self {
        match number {
            2 => Self::Open,
            1 => Self::Blind,
            _ => Self::Held,
        }
    }
}

/// An object as it is kept for review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeskObject {
    /// Its id.
    pub id: ObjectId,
    /// Its version.
    pub version: Version,
    /// Its type.
    pub kind: ObjectType,
    /// Its `spec_version`.
    pub spec_version: SpecVersion,
    /// The object.
    pub json: String,
    /// Its marking.
    pub marking: Marking,
    /// How it may leave.
    pub tier: Tier,
    /// How far its review is.
    pub state: State,
    /// Whom it is from.
    pub source: String,
    /// The digest of what it indicates.
    pub fingerprint: Option<Digest>,
    /// When it came.
    pub imported: Timestamp,
    /// When it ends.
    pub expires: Option<Timestamp>,
}

/// What became of an object that was imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Imported {
    /// It is new.
    New,
    /// It is a version of an object that is known; review and grants of that stay, a newer version is looked at again.
    Version,
    /// This very version is known.
    Known,
    /// Another object indicates the same; it was kept, and these are the others.
    SameAs(Vec<ObjectId>),
}
