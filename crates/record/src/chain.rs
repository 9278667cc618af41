//! The hash chain.

use std::{fmt, str::FromStr};

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use crate::{Entry, Kind};

/// The hash before the first entry.
pub(crate) const GENESIS: [u8; 32] = [0; 32];

/// The end of the chain: written down elsewhere, it proves later that nothing before it was changed or cut off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// The last entry's place; 0 for an empty record.
    pub sequence: u64,
    /// The last entry's hash.
    pub hash: [u8; 32],
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.sequence)?;
        for byte in self.hash {
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

impl FromStr for Head {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (sequence, digits) = text.split_once(':').ok_or(())?;
        let mut hash = [0; 32];
        if digits.len() != 64 || !digits.is_ascii() {
            return Err(());
        }
        for (index, byte) in hash.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&digits[index * 2..index * 2 + 2], 16).map_err(drop)?;
        }
        Ok(Self { sequence: sequence.parse().map_err(drop)?, hash })
    }
}

/// What checking the chain showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verification {
    /// Every entry is bound to all before it; here is the head.
    Whole(Head),
    /// This entry is not the one that was appended, or one before it is missing.
    Broken {
        /// The first place that does not fit.
        sequence: u64,
    },
}

/// The hash of an entry: SHA-256 over the hash before it, then each field with its length, so that no two entries
/// hash the same bytes.
pub(crate) fn hash(before: &[u8; 32], sequence: u64, at: Timestamp, kind: Kind, sweep: u64, body: &str) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(b"vauban record entry 1\0");
    hasher.update(before);
    let (at, sequence, sweep) = (at.to_string(), sequence.to_string(), sweep.to_string());
    for field in [sequence.as_str(), at.as_str(), kind.as_str(), sweep.as_str(), body] {
        hasher.update((field.len() as u64).to_be_bytes());
        hasher.update(field.as_bytes());
    }
    hasher.finalize().into()
}

/// Checks one entry after another.
#[derive(Debug)]
pub(crate) struct Checker {
    head: Head,
    broken: Option<u64>,
}

impl Checker {
    pub(crate) const fn new() -> Self {
        Self { head: Head { sequence: 0, hash: GENESIS }, broken: None }
    }

    pub(crate) fn entry(&mut self, entry: &Entry) {
        if self.broken.is_some() {
            return;
        }
        let wanted = self.head.sequence + 1;
        let hash = hash(&self.head.hash, entry.sequence, entry.at, entry.kind, entry.sweep, &entry.body);
        if entry.sequence != wanted || hash != entry.hash {
            self.broken = Some(wanted);
        } else {
            self.head = Head { sequence: wanted, hash };
        }
    }

    /// An entry that cannot even be read back.
    pub(crate) fn unreadable(&mut self) {
        self.broken.get_or_insert(self.head.sequence + 1);
    }

    pub(crate) fn finish(self, expected: Option<Head>) -> Verification {
        match (self.broken, expected) {
            (Some(sequence), _) => Verification::Broken { sequence },
            (None, Some(expected)) if expected.sequence > self.head.sequence => {
                Verification::Broken { sequence: self.head.sequence + 1 }
            }
            _ => Verification::Whole(self.head),
        }
    }
}
