//! A release of which every byte was there: what a chain may accept and a receipt may name.

use crate::{
    Content, Digest, Number, Time,
    log::{KeyLog, LogError},
    manifest::{ManifestError, PartName, SignedManifest, read_manifest},
};

/// Why a release is not whole though each part is the one that was signed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WholeError {
    /// A part is not there.
    #[error("the release is half-written: {0} is missing")]
    Missing(PartName),
    /// The history is not manifests.
    #[error("line {line} of the history: {error}")]
    Past {
        /// Which line, from 1.
        line: usize,
        /// What is wrong.
        error: ManifestError,
    },
    /// The history does not lead to this release.
    #[error("line {0} of the history does not lead to the next")]
    Broken(usize),
    /// The log of keys is none.
    #[error("keys.txt: {0}")]
    Log(#[from] LogError),
    /// The log of keys is not the one that the manifest names, or does not end with its key.
    #[error("{} does not fit the manifest", PartName::KeyLog)]
    OtherLog,
}

/// A manifest of the history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Past {
    pub(crate) number: Number,
    pub(crate) digest: Digest,
    pub(crate) time: Time,
}

/// A release whose manifest was signed and whose parts are all there, unchanged. It holds no part but what the chain needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Whole {
    signed: SignedManifest,
    history: Vec<Past>,
    key_log: Option<KeyLog>,
}

impl Whole {
    pub(super) fn new(signed: SignedManifest, history: &[u8], key_log: &[u8]) -> Result<Self, WholeError> {
        let history = read_history(&signed, history)?;
        let key_log = read_log(&signed, key_log)?;
        Ok(Self { signed, history, key_log })
    }

    /// The manifest.
    #[must_use]
    pub const fn signed(&self) -> &SignedManifest {
        &self.signed
    }

    /// The log of the blind tier's keys, where there is such a tier.
    #[must_use]
    pub const fn key_log(&self) -> Option<&KeyLog> {
        self.key_log.as_ref()
    }

    /// The oldest release that the history tells of.
    #[must_use]
    pub fn reaches_back_to(&self) -> Option<Number> {
        self.history.first().map(|past| past.number)
    }

    pub(crate) fn past(&self, number: Number) -> Option<&Past> {
        self.history.iter().find(|past| past.number == number)
    }
}

/// Each line names the digest of the one before, and the signed manifest that of the last: its signature covers them all.
fn read_history(signed: &SignedManifest, bytes: &[u8]) -> Result<Vec<Past>, WholeError> {
    let mut past: Vec<Past> = Vec::new();
    let own = signed.manifest();
    for (at, line) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
        let at = at + 1;
        let manifest = read_manifest(line).map_err(|error| WholeError::Past { line: at, error })?;
        let follows = past.last().is_none_or(|last| {
            last.number.next() == Some(manifest.number)
                && manifest.before == Some(last.digest)
                && last.time <= manifest.time
        });
        if !follows || (manifest.hub, manifest.stream) != (own.hub, own.stream) {
            return Err(WholeError::Broken(at));
        }
        past.push(Past { number: manifest.number, digest: Digest::of(line), time: manifest.time });
    }
    let leads = past.last().is_none_or(|last| {
        last.number.next() == Some(own.number) && own.before == Some(last.digest) && last.time <= own.time
    });
    let is_there = own.part(PartName::History).is_some() != past.is_empty();
    if leads && is_there { Ok(past) } else { Err(WholeError::Broken(past.len())) }
}

fn read_log(signed: &SignedManifest, bytes: &[u8]) -> Result<Option<KeyLog>, WholeError> {
    let manifest = signed.manifest();
    let Some(blind) = &manifest.blind else { return Ok(None) };
    let text = std::str::from_utf8(bytes).map_err(|_| LogError::Format)?;
    let log: KeyLog = text.parse()?;
    let fits = log.hub() == manifest.hub
        && log.last() == (manifest.epoch, blind.key)
        && log.head().digest == blind.log
        && log.to_string() == text;
    if fits { Ok(Some(log)) } else { Err(WholeError::OtherLog) }
}

impl Whole {
    /// Whether it stands alone.
    #[must_use]
    pub const fn is_full(&self) -> bool {
        matches!(self.signed.manifest().content, Content::Full)
    }
}
