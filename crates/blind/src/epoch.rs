//! The time a key is good for, and the pair of both that everything is bound to.

use std::fmt;

use crate::PublicKey;

/// The number of a key's term. A new key begins a new epoch; epochs only rise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Epoch(u32);

impl Epoch {
    /// The epoch of this number.
    #[must_use]
    pub const fn new(number: u32) -> Self {
        Self(number)
    }

    /// Its number.
    #[must_use]
    pub const fn number(self) -> u32 {
        self.0
    }
}

impl fmt::Display for Epoch {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.0)
    }
}

/// What a signed release pins: an epoch and its public key. A batch, an evaluation, an output and a table belong to one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Pin {
    /// The epoch.
    pub epoch: Epoch,
    /// The key that the signer proves to have used.
    pub key: PublicKey,
}

impl Pin {
    /// Bytes of its written form: the epoch, big endian, and the key.
    pub(crate) const BYTES: usize = 36;

    pub(crate) fn to_bytes(self) -> [u8; Self::BYTES] {
        let mut bytes = [0; Self::BYTES];
        let (epoch, key) = bytes.split_at_mut(4);
        epoch.copy_from_slice(&self.epoch.number().to_be_bytes());
        key.copy_from_slice(self.key.as_bytes());
        bytes
    }

    /// Reads both. Nothing when the key is no element of the group, or its identity.
    pub(crate) fn from_bytes(bytes: &[u8; Self::BYTES]) -> Option<Self> {
        let (epoch, key) = bytes.split_first_chunk::<4>()?;
        let key = PublicKey::from_bytes(key).ok()?;
        Some(Self { epoch: Epoch::new(u32::from_be_bytes(*epoch)), key })
    }
}
