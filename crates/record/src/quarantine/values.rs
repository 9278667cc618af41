//! What is kept of a message that is kept back.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A message that was kept back, as the record says it. Not what it says: that is sealed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Quarantined {
    /// Its short name.
    pub id: String,
    /// The envelope's sender.
    pub sender: String,
    /// The envelope's recipients.
    pub recipients: Vec<String>,
    /// The kinds of its facts.
    pub codes: Vec<String>,
    /// Its score.
    pub score: f64,
    /// Its length in bytes.
    pub bytes: u64,
    /// The SHA-256 of the sealed copy.
    pub sealed_sha256: String,
    /// When it is forgotten.
    pub expires: Timestamp,
    /// Whether it was kept from leaving: then its readers are elsewhere.
    #[serde(default)]
    pub is_outgoing: bool,
}

/// What was decided on a message that was kept back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decided {
    /// Its short name.
    pub id: String,
    /// What.
    pub what: HeldState,
    /// Who: a name of the operating system's, or `time`.
    pub who: String,
}

/// A reader asked for a message that was kept back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// Its short name.
    pub id: String,
    /// The reader's address.
    pub reader: String,
    /// Whether the reader got it at once; else somebody else decides.
    pub given: bool,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HeldState {
    /// Nothing yet.
    Held,
    /// It was handed over to its readers.
    Released,
    /// It was deleted.
    Deleted,
    /// Nobody decided in time.
    Expired,
}

impl HeldState {
    /// The word that is stored.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Released => "released",
            Self::Deleted => "deleted",
            Self::Expired => "expired",
        }
    }

    pub(super) fn from_word(word: &str) -> Option<Self> {
        [Self::Held, Self::Released, Self::Deleted, Self::Expired].into_iter().find(|state| state.word() == word)
    }
}

/// A row of the list.
#[derive(Debug, Clone, PartialEq)]
pub struct Held {
    /// When it arrived.
    pub arrived: Timestamp,
    /// What the record says of it.
    pub message: Quarantined,
    /// What became of it.
    pub state: HeldState,
    /// The readers who asked for it.
    pub asked: Vec<String>,
}
