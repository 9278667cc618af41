//! What stands in a manifest, in the order in which it stands there.

use serde::{Deserialize, Serialize};

use super::{Part, PartName};
use crate::{
    Digest, Epoch, HubId, Number, StreamId, Time, Words, change::KeyChange, log::BlindKey, signing::PublicKey,
};

/// The value of the field `vauban`: what this is, and which version of it.
pub(super) const FORMAT: &str = "release/1";

/// Whether a release stands alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Content {
    /// Everything the stream holds: whatever is not in it has left.
    Full,
    /// What came, changed and left since the release before.
    Delta,
}

/// Everything about a release but the bytes of its parts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    pub(super) vauban: String,
    /// Whose it is.
    pub hub: HubId,
    /// For whom.
    pub stream: StreamId,
    /// The epoch of the blind tier; it never goes back.
    pub epoch: Epoch,
    /// Its place in the stream.
    pub number: Number,
    /// When it was made; never before the one it follows.
    pub time: Time,
    /// From when on nobody should rely on it as the newest.
    pub expires: Time,
    /// The digest of the manifest before it: none for the first.
    pub before: Option<Digest>,
    /// Everything, or what changed.
    pub content: Content,
    /// The objects in `objects.jsonl`.
    pub objects: u64,
    /// The objects in `gone.txt`.
    pub gone: u64,
    /// The parts, in the order of their names.
    pub parts: Vec<Part>,
    /// The blind tier, where there is one.
    pub blind: Option<Blind>,
    /// What whoever gets it should know first.
    pub advice: Words,
    /// Who signs it.
    pub signer: PublicKey,
    /// How the stream's key came to be this one, oldest first: each change signed by the key before.
    pub changes: Vec<KeyChange>,
}

/// How to ask the hub's signer about what one saw, without telling.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Blind {
    /// The signer's public key in this epoch.
    pub key: BlindKey,
    /// The part with tags and sealed labels.
    pub table: PartName,
    /// How many look-ups are in each batch, real or not.
    pub batch: u32,
    /// How many batches are sent each day, real or not.
    pub slots: u16,
    /// The head of the log of keys, which parties compare.
    pub log: Digest,
}

impl Manifest {
    /// The first manifest of a stream, full and without parts; fields are then set as needed.
    #[must_use]
    pub fn new(hub: HubId, stream: StreamId, signer: PublicKey, time: Time, expires: Time) -> Self {
        Self {
            vauban: FORMAT.to_owned(),
            hub,
            stream,
            epoch: Epoch::FIRST,
            number: Number::FIRST,
            time,
            expires,
            before: None,
            content: Content::Full,
            objects: 0,
            gone: 0,
            parts: Vec::new(),
            blind: None,
            advice: Words::default(),
            signer,
            changes: Vec::new(),
        }
    }

    /// What it says of one part.
    #[must_use]
    pub fn part(&self, name: PartName) -> Option<&Part> {
        self.parts.iter().find(|part| part.name == name)
    }

    /// The bytes of all parts together.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.parts.iter().fold(0, |total, part| total.saturating_add(part.length))
    }
}
