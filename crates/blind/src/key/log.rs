//! The log of all keys: a hash chain that can only grow.
//!
//! A hub that wants to recognise one party's look-ups shows it a key of its own. The proof does not help then; that both parties see the
//! same log does. Each release carries the log; a party keeps the last it saw ([`KeyLog::continues`]) and its people compare the
//! head's words with those of another party, or with what the agency prints.

use super::Fingerprint;
use crate::{Epoch, Pin};

/// The form of the log and its version.
const MAGIC: &[u8; 4] = b"VBK1";
/// The most keys: a new one each week for eighty years.
const MOST: usize = 4096;

/// Why bytes are no log, or a log does not go on from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyLogError {
    /// Other bytes, or of another version.
    #[error("this is no log of keys of a version that is known here")]
    Magic,
    /// Cut short, or longer than it says.
    #[error("a log of keys that says it has {said} keys has {found} bytes")]
    Length {
        /// The keys that its header announces.
        said: usize,
        /// The bytes there are.
        found: usize,
    },
    /// More keys than any log has.
    #[error("a log of keys has at most {MOST} keys")]
    Many,
    /// A key that is no element of the group, or its identity.
    #[error("key {0} of the log is no key")]
    Key(usize),
    /// An epoch that does not rise.
    #[error("epoch {0} does not come after the one before it")]
    Epoch(Epoch),
    /// A key that was there before: two epochs with one key are one epoch.
    #[error("the key of epoch {0} was used before")]
    Reused(Epoch),
    /// Shorter than what was known: an old log, shown again.
    #[error("this log of keys is older than the one that is known")]
    Rolled,
    /// Another key where one was known: somebody is shown another log.
    #[error("this log of keys is not the one that is known: it differs at epoch {0}")]
    Forked(Epoch),
}

/// The keys of all epochs so far, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyLog(Vec<Pin>);

impl KeyLog {
    /// A log without keys.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds the key of a new epoch.
    ///
    /// # Errors
    /// An epoch that does not rise, a key that was there before, and a full log.
    pub fn append(&mut self, pin: Pin) -> Result<(), KeyLogError> {
        if self.0.len() >= MOST {
            return Err(KeyLogError::Many);
        }
        if self.0.last().is_some_and(|last| last.epoch >= pin.epoch) {
            return Err(KeyLogError::Epoch(pin.epoch));
        }
        if self.0.iter().any(|before| before.key == pin.key) {
            return Err(KeyLogError::Reused(pin.epoch));
        }
        self.0.push(pin);
        Ok(())
    }

    /// All keys, oldest first.
    #[must_use]
    pub fn keys(&self) -> &[Pin] {
        &self.0
    }

    /// The key of an epoch.
    #[must_use]
    pub fn of(&self, epoch: Epoch) -> Option<Pin> {
        self.0.iter().find(|pin| pin.epoch == epoch).copied()
    }

    /// The head of the chain: each link is a digest of the one before and a key. Equal heads mean equal logs.
    #[must_use]
    pub fn head(&self) -> Fingerprint {
        let start = Fingerprint::of(b"vauban blind key log v1", &[]);
        self.0.iter().fold(start, |head, pin| {
            Fingerprint::of(b"vauban blind key log link v1", &[head.as_bytes(), &pin.to_bytes()])
        })
    }

    /// Makes sure that this log is an older one with nothing or something added.
    ///
    /// # Errors
    /// [`KeyLogError::Rolled`] and [`KeyLogError::Forked`].
    pub fn continues(&self, older: &Self) -> Result<(), KeyLogError> {
        match older.0.iter().zip(&self.0).find(|(known, shown)| known != shown) {
            Some((known, _)) => Err(KeyLogError::Forked(known.epoch)),
            None if self.0.len() < older.0.len() => Err(KeyLogError::Rolled),
            None => Ok(()),
        }
    }

    /// Its written form: four bytes of magic, the number of keys (16 bits, big endian), then epoch and key of each.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let count = u16::try_from(self.0.len()).unwrap_or(u16::MAX);
        let mut bytes = [MAGIC.as_slice(), &count.to_be_bytes()].concat();
        bytes.extend(self.0.iter().flat_map(|pin| pin.to_bytes()));
        bytes
    }

    /// Reads what [`Self::to_bytes`] wrote, and nothing else.
    ///
    /// # Errors
    /// Every way in which the bytes are not a log.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, KeyLogError> {
        let (magic, rest) = bytes.split_first_chunk::<4>().ok_or(KeyLogError::Magic)?;
        if magic != MAGIC {
            return Err(KeyLogError::Magic);
        }
        let wrong = |said| KeyLogError::Length { said, found: bytes.len() };
        let (count, rest) = rest.split_first_chunk::<2>().ok_or(wrong(0))?;
        let count = usize::from(u16::from_be_bytes(*count));
        if count > MOST {
            return Err(KeyLogError::Many);
        }
        if rest.len() != count * Pin::BYTES {
            return Err(wrong(count));
        }
        let mut log = Self::new();
        for (at, entry) in rest.as_chunks::<{ Pin::BYTES }>().0.iter().enumerate() {
            log.append(Pin::from_bytes(entry).ok_or(KeyLogError::Key(at))?)?;
        }
        Ok(log)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{PublicKey, WordList};

    /// What people wrote down must stay true: the words of a log are part of its format.
    #[test]
    fn the_words_of_a_log_are_fixed() {
        // The group's generator (RFC 9496, appendix A.1).
        let mut key = *b"\xe2\xf2\xae\x0a\x6a\xbc\x4e\x71\xa8\x84\xa9\x61\xc5\x00\x51\x5f\x58\xe3\x0b\x6a\xa5\x82\xdd\x8d\xb6\xa6\x59\x45\xe0\x8d\x2d\x76";
        let pin = Pin { epoch: Epoch::new(1), key: PublicKey::from_bytes(&key).unwrap() };
        let mut log = KeyLog::new();
        log.append(pin).unwrap();
        // Accents are written apart from their letters, as the list has them.
        const FRENCH: &str = "agencer re\u{301}galien nourrir clameur rayonner de\u{301}border armure siphon cocotier train opter \
                              side\u{301}ral sie\u{301}ger ourson agre\u{301}able crypter franchir plaque";
        assert_eq!(
            log.head().words(WordList::English),
            "always sketch plug crawl sick discover bag talk crucial upon public switch symbol quantum amount despair hip robot"
        );
        assert_eq!(log.head().words(WordList::French), FRENCH);
        key[0] ^= 1;
        assert!(PublicKey::from_bytes(&key).is_err());
    }
}
