//! What is kept about a source beside its documents.

use std::{collections::BTreeMap, fmt, str::FromStr};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use vauban_model::Marking;

use super::{FetchError, SignatureError};
use crate::ReadPathError;

/// The name of a source in the store: lower-case letters, digits and hyphens. It cannot leave its folder.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SourceId(String);

/// What is known of a source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceMeta {
    /// Its id.
    pub id: SourceId,
    /// Its name for people.
    pub name: String,
    /// Where it comes from: a path or an https address, as the person named it.
    pub from: String,
    /// The marking of what its documents do not mark.
    pub marking: Marking,
    /// When it was added.
    pub added: Timestamp,
    /// When it last changed.
    pub updated: Timestamp,
    /// When it was last found good, changed or not.
    pub checked: Timestamp,
    /// SHA-256 over its documents and their names.
    pub digest: String,
    /// The publisher's minisign key, if known; then every document must be signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The sequence number that each signed document carried.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub sequences: BTreeMap<String, u64>,
    /// How many indicators it holds.
    pub indicators: usize,
    /// The folder below the source's own that holds its documents.
    pub(crate) folder: String,
}

/// Why the store refused or failed. Whatever it says, what was stored before is still there.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A file or folder of the store, or of the source, cannot be read or written.
    #[error("cannot access {path}")]
    Access {
        /// Which.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// What is kept about a source is broken.
    #[error("the record of source {0} is broken; remove the source and add it again")]
    Broken(String),
    /// There is no such source.
    #[error("there is no source {0:?}")]
    Unknown(String),
    /// A source of that name is there already.
    #[error("a source {0:?} is there already; update or remove it, or choose another name")]
    Exists(String),
    /// A name without any letter or digit.
    #[error("{0:?} cannot name a source: it needs a letter or a digit")]
    Name(String),
    /// The documents cannot be read.
    #[error(transparent)]
    Read(#[from] ReadPathError),
    /// The documents cannot be had.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// A signature is missing, wrong or too old.
    #[error(transparent)]
    Signature(#[from] SignatureError),
    /// There is no indicator in what was named.
    #[error("{0} holds no indicator")]
    Empty(String),
    /// An update would take nearly everything away.
    #[error("the update of {id} would leave {after} of {before} indicators; use force if that is meant")]
    Shrunk {
        /// The source.
        id: String,
        /// How many there are.
        before: usize,
        /// How many there would be.
        after: usize,
    },
    /// A source holds more than is kept.
    #[error("{path} holds more than {limit} bytes of documents")]
    TooLarge {
        /// Which.
        path: String,
        /// The limit.
        limit: u64,
    },
}

impl SourceId {
    /// The id for a name of a person's choosing.
    ///
    /// # Errors
    /// When the name has no letter or digit.
    pub fn from_name(name: &str) -> Result<Self, StoreError> {
        let mut id = String::new();
        for c in name.chars().flat_map(char::to_lowercase) {
            if c.is_ascii_alphanumeric() {
                id.push(c);
            } else if !id.is_empty() && !id.ends_with('-') {
                id.push('-');
            }
            if id.len() >= 60 {
                break;
            }
        }
        let id = id.trim_end_matches('-');
        if id.is_empty() { Err(StoreError::Name(name.to_owned())) } else { Ok(Self(id.to_owned())) }
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for SourceId {
    type Err = StoreError;

    fn from_str(id: &str) -> Result<Self, Self::Err> {
        let known = Self::from_name(id)?;
        if known.0 == id { Ok(known) } else { Err(StoreError::Unknown(id.to_owned())) }
    }
}

impl TryFrom<String> for SourceId {
    type Error = StoreError;

    fn try_from(id: String) -> Result<Self, Self::Error> {
        id.parse()
    }
}

impl From<SourceId> for String {
    fn from(id: SourceId) -> Self {
        id.0
    }
}

impl fmt::Display for SourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
