//! What both databases speak of: ids and numbers that cannot be mixed up.

use std::fmt;

use jiff::Timestamp;
use uuid::Uuid;

use super::StoreError;

/// A number of one stream, counted by itself.
macro_rules! number {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u64);

        impl $name {
            /// The number after this one.
            #[must_use]
            pub const fn next(self) -> Self {
                Self(self.0.saturating_add(1))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}

number! {
    /// Where an entry stands in its stream: from 1, without gaps as they are given out. What is withdrawn leaves its number unused.
    Sequence,
    /// Which release of its stream, from 1. 0 stands before the first.
    ReleaseNumber,
    /// Under which key of the blind tier a release was made.
    Epoch,
    /// Which order of a desk to its front, from 1.
    OrderNumber,
}

/// 32 bytes that name something.
macro_rules! digest {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; 32]);
    )*};
}

digest! {
    /// SHA-256 of a party's credential. The credential itself is in no database.
    CredentialHash,
    /// A public key: Ed25519, RFC 8032.
    PublicKey,
    /// SHA-256 of a release's manifest, or of something else that was signed.
    Digest,
}

impl fmt::Debug for CredentialHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CredentialHash(…)")
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({:02x}{:02x}…)", self.0[0], self.0[1])
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({:02x}{:02x}…)", self.0[0], self.0[1])
    }
}

/// Names a stream; a TAXII collection's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamId(pub Uuid);

/// Names a party. On the desk only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PartyId(pub Uuid);

/// A text of printable ASCII without spaces, up to a length.
macro_rules! word {
    ($($(#[$doc:meta])* $name:ident($most:literal)),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// Takes the text when it is printable ASCII without spaces and not too long. What is refused names nothing that is kept.
            #[must_use]
            pub fn new(text: &str) -> Option<Self> {
                let fits = (1..=$most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
                fits.then(|| Self(text.to_owned()))
            }

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

word! {
    /// The id of a STIX object (STIX 2.1 section 2.9): type, `--`, UUID.
    ObjectId(300),
    /// The type of a STIX object (STIX 2.1 section 3.1).
    ObjectType(250),
    /// The `spec_version` of a STIX object.
    SpecVersion(16),
    /// The name of a file in a release.
    PartName(200),
}

/// A version of a STIX object: `modified`, else `created`, else when it was added; kept to the microsecond.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(i64);

impl Version {
    /// The time as it is compared: what is finer than a microsecond is cut off, as TAXII 2.1 section 1.5.1 has it.
    #[must_use]
    pub fn new(at: Timestamp) -> Self {
        Self(at.as_microsecond())
    }

    /// The time.
    #[must_use]
    pub fn at(self) -> Timestamp {
        Timestamp::from_microsecond(self.0).unwrap_or(Timestamp::MAX)
    }

    pub(super) const fn microseconds(self) -> i64 {
        self.0
    }
}

/// When something ends that may never end: never is after everything.
pub(super) fn end(at: Option<Timestamp>) -> i64 {
    at.map_or(i64::MAX, Timestamp::as_microsecond)
}

/// The other way.
pub(super) fn ends(microseconds: i64) -> Option<Timestamp> {
    Timestamp::from_microsecond(microseconds).ok()
}

/// The time in a cell that always holds one.
pub(super) fn time(microseconds: i64) -> Result<Timestamp, StoreError> {
    Timestamp::from_microsecond(microseconds).map_err(|_| StoreError::Damaged("a time cannot be read back".to_owned()))
}
