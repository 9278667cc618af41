//! What is recorded.

use std::{fmt, str::FromStr};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use vauban_model::{Reason, Summary};

/// The kind of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A sweep began: [`SweepStarted`].
    SweepStarted,
    /// Files were looked at: a list of [`CoverageRow`]s.
    Coverage,
    /// Files were not read again: [`Unchanged`].
    Unchanged,
    /// An indicator met an observable: a [`Sighting`](vauban_model::Sighting).
    Sighting,
    /// Something could not be read: an [`Unread`](vauban_model::Unread).
    Unread,
    /// A sweep ended: [`SweepFinished`].
    SweepFinished,
    /// Evidence was put aside: [`Kept`].
    Kept,
    /// A message was kept back: [`Quarantined`](crate::Quarantined).
    Quarantined,
    /// Somebody, or time, decided on a message that was kept back: [`Decided`](crate::Decided).
    Decided,
    /// A reader asked for a message that was kept back: [`Asked`](crate::Asked).
    Asked,
    /// Somebody reported a message: [`Reported`](crate::Reported).
    Reported,
    /// Somebody confirmed what a reported message carries: [`Confirmed`](crate::Confirmed).
    Confirmed,
    /// Somebody made or ended an exception of the policy: [`Excepted`](crate::Excepted).
    Excepted,
    /// Something happened to people, keys or sessions: [`Happened`](crate::Happened).
    People,
}

impl Kind {
    const ALL: [Self; 14] = [
        Self::SweepStarted,
        Self::Coverage,
        Self::Unchanged,
        Self::Sighting,
        Self::Unread,
        Self::SweepFinished,
        Self::Kept,
        Self::Quarantined,
        Self::Decided,
        Self::Asked,
        Self::Reported,
        Self::Confirmed,
        Self::Excepted,
        Self::People,
    ];

    /// The word that is stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SweepStarted => "sweep-started",
            Self::Coverage => "coverage",
            Self::Unchanged => "unchanged",
            Self::Sighting => "sighting",
            Self::Unread => "unread",
            Self::SweepFinished => "sweep-finished",
            Self::Kept => "kept",
            Self::Quarantined => "quarantined",
            Self::Decided => "decided",
            Self::Asked => "asked",
            Self::Reported => "reported",
            Self::Confirmed => "confirmed",
            Self::Excepted => "excepted",
            Self::People => "people",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Kind {
    type Err = ();

    fn from_str(word: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word).ok_or(())
    }
}

/// One entry as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its place, from 1, without gaps.
    pub sequence: u64,
    /// When it was appended.
    pub at: Timestamp,
    /// What it is.
    pub kind: Kind,
    /// The sweep it belongs to: the sequence of that sweep's first entry.
    pub sweep: u64,
    /// Its content as JSON.
    pub body: String,
    /// Its hash: over the hash before it and everything above.
    pub hash: [u8; 32],
}

/// A sweep began.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SweepStarted {
    /// The paths as the person gave them.
    pub paths: Vec<String>,
    /// The program's version.
    pub program: String,
    /// The version of the indicator set.
    pub set_version: String,
    /// How many indicators were looked for.
    pub indicators: u64,
    /// How many were set aside.
    pub set_aside: u64,
}

/// One file that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoverageRow {
    /// The file's path.
    pub path: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// Its SHA-256, when it was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// The reader that took it.
    pub format: String,
    /// Items inside it.
    pub items: u64,
    /// Why it, or something in it, was not read; each reason once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unread: Vec<Reason>,
}

/// Files that were not read again, because an earlier sweep read the same content with knowledge that finds the same.
/// The digest says which: SHA-256 over one line for each, its path, a zero byte, its SHA-256 in hexadecimal and a line
/// feed, in the order of the walk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unchanged {
    /// How many.
    pub files: u64,
    /// Their digest in hexadecimal.
    pub digest: String,
}

/// A sweep ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SweepFinished {
    /// The account.
    pub summary: Summary,
    /// Files by format, and how many of each were not wholly read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub formats: Vec<FormatCount>,
}

/// Evidence was put aside: a copy of a file, encrypted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// The sighting that it is evidence of, by its short name.
    pub sighting: String,
    /// Where the file was.
    pub path: String,
    /// Its length.
    pub bytes: u64,
    /// The SHA-256 of the file.
    pub sha256: String,
    /// The SHA-256 of the encrypted copy.
    pub sealed_sha256: String,
    /// The name of the encrypted copy in the state directory.
    pub sealed: String,
}

/// Files of one format.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormatCount {
    /// The reader's name (`mbox`, `zip`, …).
    pub format: String,
    /// How many files it took.
    pub files: u64,
    /// How many of them were not read wholly.
    pub unread: u64,
}
