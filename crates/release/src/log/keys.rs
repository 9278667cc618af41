//! The log itself: a text of one line a key, and the chain of digests over it.

use std::{fmt, str::FromStr};

use data_encoding::BASE64;
use serde::{Deserialize, Serialize};

use crate::{Digest, Epoch, HubId, id::text_form};

const FORMAT: &str = "vauban key-log/1";
/// The most keys of a log: ten years of one a day.
const MOST: usize = 3660;
const BASE: &[u8] = b"vauban key-log 1 base\n";
const ENTRY: &[u8] = b"vauban key-log 1 entry\n";

/// A public key of the blind tier: 32 bytes, whose meaning is not this crate's.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BlindKey([u8; 32]);

impl BlindKey {
    /// From its bytes.
    #[must_use]
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Its bytes.
    #[must_use]
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl FromStr for BlindKey {
    type Err = LogError;

    fn from_str(text: &str) -> Result<Self, LogError> {
        let bytes = BASE64.decode(text.as_bytes()).map_err(|_| LogError::Key)?;
        bytes.try_into().map(Self).map_err(|_| LogError::Key)
    }
}

text_form!(BlindKey);

impl fmt::Display for BlindKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&BASE64.encode(&self.0))
    }
}

impl fmt::Debug for BlindKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "BlindKey({self})")
    }
}

/// Why a text is no log of keys, or a key cannot be appended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LogError {
    /// Another first line.
    #[error("not a log of keys")]
    Format,
    /// Not 32 bytes in base64.
    #[error("a key is 32 bytes in base64")]
    Key,
    /// A line that is not an epoch and a key.
    #[error("line {0} is not an epoch and a key")]
    Line(usize),
    /// An epoch that does not come after the one before.
    #[error("epoch {0} does not come after the one before")]
    Order(Epoch),
    /// A key that was in use before.
    #[error("the key of epoch {0} was in use before")]
    Reused(Epoch),
    /// No key at all.
    #[error("a log has at least one key")]
    Empty,
    /// More keys than a log holds.
    #[error("a log has at most {MOST} keys")]
    TooLong,
}

/// How long a log was, and the digest over it: what a party remembers of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogHead {
    /// The number of keys.
    pub keys: u64,
    /// The digest over all of them.
    pub digest: Digest,
}

/// The keys of one hub by epoch, oldest first; never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyLog {
    hub: HubId,
    entries: Vec<(Epoch, BlindKey)>,
}

impl KeyLog {
    /// The log of a hub that begins with this key.
    #[must_use]
    pub fn new(hub: HubId, epoch: Epoch, key: BlindKey) -> Self {
        Self { hub, entries: vec![(epoch, key)] }
    }

    /// Appends the key of a later epoch.
    ///
    /// # Errors
    /// [`LogError::Order`], [`LogError::Reused`] or [`LogError::TooLong`]; then nothing changed.
    pub fn append(&mut self, epoch: Epoch, key: BlindKey) -> Result<(), LogError> {
        if epoch <= self.last().0 {
            return Err(LogError::Order(epoch));
        }
        if self.entries.iter().any(|(_, earlier)| *earlier == key) {
            return Err(LogError::Reused(epoch));
        }
        if self.entries.len() >= MOST {
            return Err(LogError::TooLong);
        }
        self.entries.push((epoch, key));
        Ok(())
    }

    /// Whose log it is.
    #[must_use]
    pub const fn hub(&self) -> HubId {
        self.hub
    }

    /// The newest epoch and its key.
    #[must_use]
    pub fn last(&self) -> (Epoch, BlindKey) {
        *self.entries.last().expect("a log is made with its first key, and keys are only appended")
    }

    /// All keys by epoch, the oldest first.
    pub fn keys(&self) -> impl Iterator<Item = (Epoch, BlindKey)> {
        self.entries.iter().copied()
    }

    /// The key of an epoch.
    #[must_use]
    pub fn key(&self, epoch: Epoch) -> Option<BlindKey> {
        self.entries.iter().find(|(own, _)| *own == epoch).map(|(_, key)| *key)
    }

    /// The head.
    #[must_use]
    pub fn head(&self) -> LogHead {
        self.head_after(self.entries.len())
    }

    /// The head as it was after the key of this epoch: two parties who are not equally far compare the older one's.
    #[must_use]
    pub fn head_at(&self, epoch: Epoch) -> Option<LogHead> {
        self.entries.iter().position(|(own, _)| *own == epoch).map(|at| self.head_after(at + 1))
    }

    /// Whether this log begins with all that was remembered of it.
    #[must_use]
    pub fn continues(&self, remembered: &LogHead) -> bool {
        let keys = usize::try_from(remembered.keys).unwrap_or(usize::MAX);
        (1..=self.entries.len()).contains(&keys) && self.head_after(keys) == *remembered
    }

    fn head_after(&self, keys: usize) -> LogHead {
        let base = Digest::of(&[BASE, self.hub.uuid().as_bytes()].concat());
        let digest = self.entries[..keys].iter().fold(base, |before, (epoch, key)| {
            Digest::of(&[ENTRY, before.bytes(), &epoch.get().to_be_bytes(), key.bytes()].concat())
        });
        LogHead { keys: keys as u64, digest }
    }
}

impl fmt::Display for KeyLog {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "{FORMAT} {}", self.hub)?;
        self.entries.iter().try_for_each(|(epoch, key)| writeln!(formatter, "{epoch} {key}"))
    }
}

impl FromStr for KeyLog {
    type Err = LogError;

    /// Reads the part `keys.txt`.
    fn from_str(text: &str) -> Result<Self, LogError> {
        let (first, rest) = text.split_once('\n').ok_or(LogError::Format)?;
        let hub = first.strip_prefix(FORMAT).and_then(|rest| rest.strip_prefix(' ')).ok_or(LogError::Format)?;
        let hub = hub.parse().map_err(|_| LogError::Format)?;
        let mut log: Option<Self> = None;
        for (at, line) in rest.split_inclusive('\n').enumerate() {
            let bad = LogError::Line(at + 2);
            let (epoch, key) = line.strip_suffix('\n').and_then(|line| line.split_once(' ')).ok_or(bad)?;
            let (epoch, key) = (epoch.parse().map_err(|_| bad)?, key.parse().map_err(|_| bad)?);
            match &mut log {
                Some(log) => log.append(epoch, key)?,
                None => log = Some(Self::new(hub, epoch, key)),
            }
        }
        log.ok_or(LogError::Empty)
    }
}
