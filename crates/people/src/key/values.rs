//! What is known of a key.

use std::fmt;

use jiff::Timestamp;

use crate::{CredentialId, Label, PersonId, Refusal};

/// A credential, at most: those of WebAuthn are some 500 bytes, attestations included some thousand.
const CREDENTIAL: usize = 16 << 10;

/// A key that is to be added. The caller has verified its making.
#[derive(Clone, PartialEq, Eq)]
pub struct NewKey {
    /// Its id.
    pub id: CredentialId,
    /// The credential as its maker wrote it: public, and opaque to us.
    pub credential: Vec<u8>,
    /// What its person calls it.
    pub label: Label,
    /// Whether its model is attested, and one that administrators may have.
    pub attested: bool,
}

impl NewKey {
    pub(crate) fn check(&self) -> Result<(), Refusal> {
        check_credential(&self.credential)
    }
}

pub(super) const fn check_credential(credential: &[u8]) -> Result<(), Refusal> {
    if credential.is_empty() || credential.len() > CREDENTIAL { Err(Refusal::BadCredential) } else { Ok(()) }
}

impl fmt::Debug for NewKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("NewKey").field("id", &self.id.to_string()).finish_non_exhaustive()
    }
}

/// Whose a key is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyOwner {
    /// A person's.
    Person(PersonId),
    /// Nobody's: one of the three that break the glass.
    BreakGlass,
}

/// A key.
#[derive(Clone, PartialEq, Eq)]
pub struct Key {
    /// Its id.
    pub id: CredentialId,
    /// Whose it is.
    pub owner: KeyOwner,
    /// The credential as it was last brought up to date.
    pub credential: Vec<u8>,
    /// What its person calls it.
    pub label: Label,
    /// Whether its model is attested.
    pub attested: bool,
    /// Since when it is known.
    pub added: Timestamp,
    /// When it was last used.
    pub used: Option<Timestamp>,
}

impl fmt::Debug for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = formatter.debug_struct("Key");
        shown.field("id", &self.id.to_string()).field("owner", &self.owner).finish_non_exhaustive()
    }
}

/// A key that was just used: its credential when the caller read it, and after what the key signed was verified with it.
#[derive(Clone, Copy)]
pub struct Used<'a> {
    /// Which.
    pub id: &'a CredentialId,
    /// The bytes that the caller verified with.
    pub before: &'a [u8],
    /// The bytes to keep: another counter, mostly. The same, where the key counts nothing.
    pub after: &'a [u8],
}

impl fmt::Debug for Used<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Used").field("id", &self.id.to_string()).finish_non_exhaustive()
    }
}
