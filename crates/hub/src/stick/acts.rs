//! What an order tells a front to do, as it is written. It names no party: credentials by their hashes, streams by their ids.

use serde::{Deserialize, Serialize};
use uuid::Uuid;
use vauban_release::{Digest, StreamId, Week};

use super::bytes::Bytes;
use crate::store::{
    self, Audience, CountsKey, Credential, CredentialHash, Epoch, KeyEntry, PublicKey, Reading, ReleaseNumber,
    Sequence, StreamInfo,
};

/// The most bytes that the acts of one order have.
pub(super) const LARGEST: u64 = 64 << 20;

/// One thing to do. The front's own clock says when it was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Act {
    /// The log of the blind tier's keys goes on.
    Key { sequence: u64, epoch: u64, entry: Bytes },
    /// Who may read what, as a whole.
    Audience { streams: Vec<Stream>, credentials: Vec<Reader> },
    /// A release.
    Publish { stream: StreamId, number: u64, files: Vec<Named> },
    /// What the hub signed in return for a receipt.
    Countersign { stream: StreamId, number: u64, key: Bytes, seen: Bytes },
    /// The desk has what a party sent; its sender is told this.
    Taken { id: String, status: String },
    /// The desk has what a party told of a week.
    CountsTaken { credential: Bytes, stream: StreamId, week: Week },
}

/// A stream as its readers are told of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Stream {
    id: StreamId,
    title: String,
    description: String,
    is_for_one: bool,
}

/// A credential, and each stream that it opens with whether it may write there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Reader {
    hash: Bytes,
    receipt_key: Option<Bytes>,
    budget: u64,
    streams: Vec<(StreamId, bool)>,
}

/// A file that comes with the order, by what is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Named {
    pub(super) name: String,
    pub(super) digest: Digest,
    pub(super) length: u64,
}

/// The acts of an order, as they are digested.
pub(super) fn write(acts: &[Act]) -> Result<Vec<u8>, serde_json::Error> {
    serde_json::to_vec(acts)
}

/// Reads them; nothing when they are none.
pub(super) fn read(bytes: &[u8]) -> Option<Vec<Act>> {
    serde_json::from_slice(bytes).ok()
}

impl Act {
    pub(super) fn key(new: &KeyEntry) -> Self {
        Self::Key { sequence: new.sequence.0, epoch: new.epoch.0, entry: Bytes(new.entry.clone()) }
    }

    pub(super) fn audience(audience: &Audience) -> Self {
        let stream = |stream: &StreamInfo| Stream {
            id: StreamId::new(stream.id.0),
            title: stream.title.clone(),
            description: stream.description.clone(),
            is_for_one: stream.is_for_one,
        };
        let reader = |credential: &Credential| Reader {
            hash: credential.hash.0.into(),
            receipt_key: credential.receipt_key.map(|key| key.0.into()),
            budget: credential.budget,
            streams: credential.streams.iter().map(|read| (StreamId::new(read.stream.0), read.may_write)).collect(),
        };
        Self::Audience {
            streams: audience.streams.iter().map(stream).collect(),
            credentials: audience.credentials.iter().map(reader).collect(),
        }
    }

    pub(super) fn countersign(receipt: &store::Receipt, seen: &[u8]) -> Self {
        Self::Countersign {
            stream: StreamId::new(receipt.stream.0),
            number: receipt.number.0,
            key: receipt.key.0.into(),
            seen: Bytes(seen.to_vec()),
        }
    }

    pub(super) fn counts_taken(told: &store::ToldCounts) -> Self {
        Self::CountsTaken {
            credential: told.credential.0.into(),
            stream: StreamId::new(told.stream.0),
            week: told.week,
        }
    }

    /// The files that it needs.
    pub(super) fn files(&self) -> &[Named] {
        if let Self::Publish { files, .. } = self { files } else { &[] }
    }

    /// The id of what was sent, if it is about that.
    pub(super) fn taken(&self) -> Option<Uuid> {
        if let Self::Taken { id, .. } = self { id.parse().ok() } else { None }
    }

    /// Whose counts of which week it is about, if it is about some.
    pub(super) fn counts(&self) -> Option<CountsKey> {
        let Self::CountsTaken { credential, stream, week } = self else { return None };
        Some((CredentialHash(credential.array()?), store::StreamId(stream.uuid()), *week))
    }

    /// Which receipt it is about, if it is about one.
    pub(super) fn receipt(&self) -> Option<(store::StreamId, ReleaseNumber, PublicKey)> {
        let Self::Countersign { stream, number, key, .. } = self else { return None };
        Some((store::StreamId(stream.uuid()), ReleaseNumber(*number), PublicKey(key.array()?)))
    }
}

/// The audience that is written; nothing where a hash is none.
pub(super) fn audience(streams: &[Stream], credentials: &[Reader]) -> Option<Audience> {
    let stream = |stream: &Stream| StreamInfo {
        id: store::StreamId(stream.id.uuid()),
        title: stream.title.clone(),
        description: stream.description.clone(),
        is_for_one: stream.is_for_one,
    };
    let reader = |reader: &Reader| {
        let read = |(stream, may_write): &(StreamId, bool)| Reading {
            stream: store::StreamId(stream.uuid()),
            may_write: *may_write,
        };
        let receipt_key = match &reader.receipt_key {
            Some(key) => Some(PublicKey(key.array()?)),
            None => None,
        };
        Some(Credential {
            hash: CredentialHash(reader.hash.array()?),
            receipt_key,
            budget: reader.budget,
            streams: reader.streams.iter().map(read).collect(),
        })
    };
    let credentials = credentials.iter().map(reader).collect::<Option<_>>()?;
    Some(Audience { streams: streams.iter().map(stream).collect(), credentials })
}

/// An entry of the log of keys, which counts as come now.
pub(super) fn key_entry(sequence: u64, epoch: u64, entry: &Bytes, now: jiff::Timestamp) -> KeyEntry {
    KeyEntry { sequence: Sequence(sequence), epoch: Epoch(epoch), entry: entry.0.clone(), at: now }
}
