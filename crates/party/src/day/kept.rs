//! What is kept between slots and over restarts, in one sealed file that is replaced whole.

use std::{
    collections::{HashSet, VecDeque},
    path::Path,
};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use vauban_blind::{CryptoRng, Label, Observable, ObservableError, RngCore};
use vauban_release::StreamId;
use zeroize::{Zeroize, Zeroizing};

use super::{DayError, bytes::Bytes};
use crate::{SealError, StateSecret, files};

const PURPOSE: &str = "vauban party day 1";

/// What was seen: a type and a canonical value. It does not print itself.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Name {
    pub(super) kind: String,
    pub(super) value: String,
}

impl Name {
    pub(super) fn observable(&self) -> Result<Observable, ObservableError> {
        Observable::new(&self.kind, &self.value)
    }

    /// By what two are told to be the same.
    pub(super) fn digest(&self) -> [u8; 32] {
        Sha256::new().chain_update(&self.kind).chain_update([0]).chain_update(&self.value).finalize().into()
    }
}

impl Drop for Name {
    fn drop(&mut self) {
        self.value.zeroize();
    }
}

/// A name that was asked about, and the function's output for it: a later release of the same epoch is looked into without asking again.
#[derive(Serialize, Deserialize)]
pub(super) struct Asked {
    pub(super) name: Name,
    pub(super) output: Bytes,
}

/// A batch that was made, and is sent until it is answered or its slot is over.
#[derive(Serialize, Deserialize)]
pub(super) struct Waiting {
    pub(super) batch: Bytes,
    pub(super) pending: Bytes,
    pub(super) names: Vec<Name>,
}

/// What this party saw and the agency knows.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hit {
    /// The observable's type.
    pub kind: String,
    /// Its canonical value.
    pub value: String,
    /// What the agency says of it.
    pub label: Label,
    /// The stream whose table says it.
    pub stream: StreamId,
}

impl std::fmt::Debug for Hit {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Hit({:?}, ..)", self.label.severity)
    }
}

/// Everything. Of one epoch and key are the outputs; the names outlive them.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Kept {
    /// The last slot for which batches were made.
    pub(super) sent: Option<u32>,
    /// The epoch and the key of the outputs and of the batches that wait.
    pub(super) pin: Option<(u32, [u8; 32])>,
    /// Seen and never asked, oldest first.
    pub(super) fresh: VecDeque<Name>,
    /// Asked in an earlier epoch.
    pub(super) again: VecDeque<Name>,
    /// Asked in this epoch.
    pub(super) asked: VecDeque<Asked>,
    /// Sent and not answered.
    pub(super) waiting: Vec<Waiting>,
    /// What was met.
    pub(super) hits: Vec<Hit>,
}

impl Kept {
    pub(super) fn open(path: &Path, secret: &StateSecret) -> Result<Self, DayError> {
        let Some(sealed) = files::read(path)? else { return Ok(Self::default()) };
        let plain = secret.open(PURPOSE, &sealed)?;
        Ok(postcard::from_bytes(&plain).map_err(|_| SealError)?)
    }

    pub(super) fn save<R: RngCore + CryptoRng>(
        &self,
        path: &Path,
        secret: &StateSecret,
        rng: &mut R,
    ) -> Result<(), DayError> {
        let plain = Zeroizing::new(postcard::to_allocvec(self).map_err(|_| SealError)?);
        Ok(vauban_intel::whole::write(path, &secret.seal(PURPOSE, plain, rng)?)?)
    }

    /// The digests of all names there are.
    pub(super) fn known(&self) -> HashSet<[u8; 32]> {
        let asked = self.asked.iter().map(|asked| &asked.name);
        self.fresh.iter().chain(&self.again).chain(asked).map(Name::digest).collect()
    }

    /// Adds a hit, unless it is there.
    pub(super) fn hit(&mut self, hit: Hit) -> bool {
        let is_new = !self.hits.iter().any(|own| {
            (&own.kind, &own.value, own.stream, own.label.id) == (&hit.kind, &hit.value, hit.stream, hit.label.id)
        });
        if is_new {
            self.hits.push(hit);
        }
        is_new
    }
}
