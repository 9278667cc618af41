//! The parts of a release. Their names are a closed set: nothing that a manifest says becomes a path.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::Digest;

/// The most bytes that all parts of a release have together.
pub const LARGEST_RELEASE: u64 = 1 << 30;

/// Which part, and so which file: the order here is their order in a manifest and on the wire. What a reader needs to judge the
/// others comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum PartName {
    /// The manifests before this one, oldest first, one a line: how somebody who missed some comes back (full releases only).
    History,
    /// The log of the keys of the blind tier.
    KeyLog,
    /// What left since the release before.
    Gone,
    /// STIX 2.1 objects, one a line.
    Objects,
    /// Tags and sealed labels of the blind tier.
    BlindTable,
    /// What to do, in French, as text.
    AdviceFr,
    /// What to do, in English, as text.
    AdviceEn,
    /// YARA rules.
    Yara,
    /// Sigma rules.
    Sigma,
}

impl PartName {
    /// Every name, in order.
    pub const ALL: [Self; 9] = [
        Self::History,
        Self::KeyLog,
        Self::Gone,
        Self::Objects,
        Self::BlindTable,
        Self::AdviceFr,
        Self::AdviceEn,
        Self::Yara,
        Self::Sigma,
    ];

    /// The name, which is that of the file in a folder, too.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::History => "history.jsonl",
            Self::KeyLog => "keys.txt",
            Self::Gone => "gone.txt",
            Self::Objects => "objects.jsonl",
            Self::BlindTable => "blind.table",
            Self::AdviceFr => "advice.fr.txt",
            Self::AdviceEn => "advice.en.txt",
            Self::Yara => "rules.yar",
            Self::Sigma => "rules.sigma.yml",
        }
    }

    /// The one media type that goes with it.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::History | Self::Objects => "application/x-ndjson",
            Self::KeyLog | Self::Gone | Self::AdviceFr | Self::AdviceEn => "text/plain;charset=utf-8",
            Self::BlindTable => "application/octet-stream",
            Self::Yara => "text/x-yara",
            Self::Sigma => "application/yaml",
        }
    }

    /// The most bytes that such a part has. What is kept in memory while it is read has less.
    #[must_use]
    pub const fn largest(self) -> u64 {
        match self {
            Self::KeyLog => 256 << 10,
            Self::History => 8 << 20,
            Self::AdviceFr | Self::AdviceEn => 1 << 20,
            Self::Gone | Self::Yara | Self::Sigma => 64 << 20,
            Self::Objects | Self::BlindTable => 512 << 20,
        }
    }
}

impl fmt::Display for PartName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// Not the name of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the name of a part of a release")]
pub struct UnknownPart;

impl FromStr for PartName {
    type Err = UnknownPart;

    fn from_str(text: &str) -> Result<Self, UnknownPart> {
        Self::ALL.into_iter().find(|name| name.as_str() == text).ok_or(UnknownPart)
    }
}

impl TryFrom<String> for PartName {
    type Error = UnknownPart;

    fn try_from(text: String) -> Result<Self, UnknownPart> {
        text.parse()
    }
}

impl From<PartName> for String {
    fn from(name: PartName) -> Self {
        name.as_str().to_owned()
    }
}

/// What the manifest says of a part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// Which one.
    pub name: PartName,
    /// Its media type, which its name decides.
    #[serde(rename = "type")]
    pub media_type: String,
    /// Its length in bytes.
    pub length: u64,
    /// The digest of its bytes.
    pub sha256: Digest,
}

/// Measures a part as it is written or as it comes: nothing of it is kept.
#[derive(Clone, Default)]
pub struct PartMeasure {
    hash: Sha256,
    length: u64,
    lines: u64,
    last: Option<u8>,
}

impl PartMeasure {
    /// Takes the next bytes.
    pub fn take(&mut self, bytes: &[u8]) {
        self.hash.update(bytes);
        self.length += bytes.len() as u64;
        self.lines += memchr::memchr_iter(b'\n', bytes).count() as u64;
        self.last = bytes.last().copied().or(self.last);
    }

    /// The bytes so far.
    #[must_use]
    pub const fn length(&self) -> u64 {
        self.length
    }

    /// The lines so far; none when the last one has no end, because then one may be missing.
    #[must_use]
    pub fn lines(&self) -> Option<u64> {
        (self.last == Some(b'\n')).then_some(self.lines)
    }

    /// What a manifest says of a part with these bytes.
    #[must_use]
    pub fn finish(self, name: PartName) -> Part {
        let sha256 = Digest::from_bytes(self.hash.finalize().into());
        Part { name, media_type: name.media_type().to_owned(), length: self.length, sha256 }
    }
}

impl fmt::Debug for PartMeasure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "PartMeasure({} bytes)", self.length)
    }
}
