//! What the function gives for one observable, and what is derived from it.

use std::fmt;

use hkdf::Hkdf;
use sha2::Sha512;
use zeroize::Zeroizing;

use crate::Pin;

/// The first eight bytes by which a row of a table is found. Each table has its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tag(u64);

impl Tag {
    pub(crate) const fn new(number: u64) -> Self {
        Self(number)
    }

    /// As a number; rows are sorted by it.
    #[must_use]
    pub const fn number(self) -> u64 {
        self.0
    }
}

/// 64 bytes that nobody knows who has neither seen the observable and asked, nor the signer's key (RFC 9497, section 3.3: the output).
///
/// It is worth keeping: with it a later release of the same epoch is looked at without asking again. It is a secret as the
/// observable is, never prints itself, and is wiped when dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Output {
    pin: Pin,
    bytes: Zeroizing<[u8; 64]>,
}

impl Output {
    /// Takes an output that was kept, with the pin it was kept under.
    #[must_use]
    pub fn new(pin: Pin, bytes: [u8; 64]) -> Self {
        Self { pin, bytes: Zeroizing::new(bytes) }
    }

    /// The epoch and the key it belongs to.
    #[must_use]
    pub const fn pin(&self) -> Pin {
        self.pin
    }

    /// The bytes to keep; they wipe themselves.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<[u8; 64]> {
        self.bytes.clone()
    }

    /// What the table with this salt knows it by.
    pub(crate) fn derive(&self, salt: &[u8; 32]) -> Derived {
        let mut bytes = Zeroizing::new([0; 40]);
        let hkdf = Hkdf::<Sha512>::new(Some(salt), self.bytes.as_slice());
        let pin = self.pin.to_bytes();
        // HKDF refuses lengths above 255 times 64 bytes only.
        let _ = hkdf.expand_multi_info(&[b"vauban blind row v1", &pin], bytes.as_mut_slice());
        let mut derived = Derived { tag: Tag(0), key: Zeroizing::new([0; 32]) };
        if let Some((tag, key)) = bytes.split_first_chunk::<8>() {
            derived.tag = Tag(u64::from_be_bytes(*tag));
            derived.key.copy_from_slice(key);
        }
        derived
    }
}

impl fmt::Debug for Output {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Output(epoch {}, ..)", self.pin.epoch)
    }
}

/// A tag and the key of the label beside it, independent of each other: who has the tags of a table has no key.
pub(crate) struct Derived {
    pub(crate) tag: Tag,
    pub(crate) key: Zeroizing<[u8; 32]>,
}
