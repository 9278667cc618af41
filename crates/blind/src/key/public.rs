//! The public key: what a release pins and a proof is checked against.

use std::fmt;

use voprf::Group;

use crate::Suite;

/// Why bytes are no key. It repeats none of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not 32 bytes.
    #[error("a key has 32 bytes, this has {0}")]
    Length(usize),
    /// No canonical encoding, or the identity (zero), under which every look-up would be the same.
    #[error("these bytes are no key")]
    Invalid,
}

/// An element of the group that is not its identity (RFC 9497, section 3.2: `pkS`), checked when it was made.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct PublicKey([u8; 32]);

impl PublicKey {
    /// Reads a canonical encoding (RFC 9496, section 4.3.1).
    ///
    /// # Errors
    /// Another length, what is no element, and the identity.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, KeyError> {
        let array = <[u8; 32]>::try_from(bytes).map_err(|_| KeyError::Length(bytes.len()))?;
        <Suite as Group>::deserialize_elem(&array).map_err(|_| KeyError::Invalid)?;
        Ok(Self(array))
    }

    pub(crate) fn of(element: <Suite as Group>::Elem) -> Self {
        Self(<Suite as Group>::serialize_elem(element).into())
    }

    /// The element. Nothing only if it was not one, which [`Self::from_bytes`] has excluded.
    pub(crate) fn element(&self) -> Option<<Suite as Group>::Elem> {
        <Suite as Group>::deserialize_elem(&self.0).ok()
    }

    /// Its 32 bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "PublicKey({:02x?})", &self.0[..4])
    }
}
