//! What could not be read, and why: the opposite of silence.

use serde::{Deserialize, Serialize};

use crate::Location;

/// Why an input could not be read, or not wholly. The words are the contract's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// A password or key is missing.
    Encrypted,
    /// It is broken or cut short.
    Corrupt,
    /// It, or what it unpacks to, is larger than the budget.
    TooLarge,
    /// It lies in more containers than the budget allows.
    TooDeep,
    /// Its container holds more entries than the budget allows.
    TooMany,
    /// We know what it is and cannot open it.
    Unsupported,
    /// It took longer than its budget of time.
    Timeout,
    /// Our reader failed on it.
    Crashed,
    /// The operating system refused, or the file vanished.
    Denied,
}

impl Reason {
    /// The word of the contract.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Encrypted => "encrypted",
            Self::Corrupt => "corrupt",
            Self::TooLarge => "too-large",
            Self::TooDeep => "too-deep",
            Self::TooMany => "too-many",
            Self::Unsupported => "unsupported",
            Self::Timeout => "timeout",
            Self::Crashed => "crashed",
            Self::Denied => "denied",
        }
    }
}

/// An input that could not be read, or not wholly.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unread {
    /// Which input.
    pub location: Location,
    /// Why, as one word.
    pub reason: Reason,
    /// Why, for a person; in English, free of the evidence's own control characters.
    pub detail: String,
}
