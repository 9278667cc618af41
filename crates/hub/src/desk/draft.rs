//! A release is drafted: what may leave in a stream now, as objects for all to read and as rows that only match.

use std::collections::BTreeSet;

use hmac::{Hmac, Mac as _};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};
use sha2::Sha256;
use vauban_blind::{
    BatchSize, BuildError, CryptoRng, Epoch as BlindEpoch, KeyError, Label, LabelId, ObservableError, Pin, RngCore,
    SecretKey, Severity, Slots, TableBuilder,
};
use vauban_release::{
    Blind, Epoch, HubId, KeyLog, Manifest, PartName, Release, ReleaseError, SignedManifest, SigningKey, StreamId, Time,
    Words, write_history,
};
use vauban_stix::{Object, extension_definition, marking_definition};

use super::{observables::observables, released};
use crate::store::{self, DeskObject, DeskStore, StoreError, Tier};

/// Objects that are asked of the store in one go.
const AT_ONCE: u64 = 1_000;
/// Why a release cannot be drafted.
#[derive(Debug, thiserror::Error)]
pub enum DraftError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The release.
    #[error(transparent)]
    Release(#[from] ReleaseError),
    /// An object of the blind tier is not a plain choice of values, so that nothing could match it.
    #[error("{0} is in the blind tier, and is no plain choice of values")]
    NotBlind(String),
    /// An object of the blind tier names something that could be enumerated.
    #[error("{object} is in the blind tier: {error}")]
    Enumerable {
        /// The object.
        object: String,
        /// What it names.
        error: ObservableError,
    },
    /// Objects are in the blind tier, and there is no key for them.
    #[error("objects of this stream are in the blind tier, and the desk has no key of the signer")]
    NoKey,
    /// The key of the blind tier.
    #[error("the key of the blind tier: {0}")]
    Key(#[from] KeyError),
    /// The table of the blind tier.
    #[error(transparent)]
    Table(#[from] BuildError),
    /// The last number there can be, or a value that has no place in a manifest.
    #[error("this stream cannot go on: {0}")]
    Number(String),
}

/// The key of the blind tier, and what its labels say.
pub struct Blinding {
    /// The signer's key: it should be on the desk while a release is drafted, and nowhere else but with the signer.
    pub secret: SecretKey,
    /// All keys so far; the last one is `secret`'s.
    pub log: KeyLog,
    /// Whom to call.
    pub call: String,
}

/// What a draft is made with.
pub struct Drafting<'d> {
    /// The desk's store.
    pub store: &'d DeskStore,
    /// Who signs.
    pub key: &'d SigningKey,
    /// The hub.
    pub hub: HubId,
    /// The blind tier; none to do without.
    pub blinding: Option<&'d Blinding>,
    /// The releases before, the oldest first.
    pub before: &'d [SignedManifest],
    /// What whoever gets it should know first.
    pub advice: Words,
    /// For how long it counts as the newest.
    pub lifetime: SignedDuration,
    /// The time.
    pub now: Timestamp,
}

/// A release that nobody approved yet.
#[derive(Debug)]
pub struct Drafted {
    /// The release.
    pub release: Release,
    /// Objects that everybody of the stream can read.
    pub open: usize,
    /// Objects that only match.
    pub blind: usize,
}

impl Drafting<'_> {
    /// Drafts the next release of a stream: all that may leave in it now.
    ///
    /// # Errors
    /// See [`DraftError`]; nothing is kept.
    pub async fn draft<R: RngCore + CryptoRng>(
        &self,
        stream: store::StreamId,
        rng: &mut R,
    ) -> Result<Drafted, DraftError> {
        let objects = self.releasable(stream).await?;
        let (open, blind): (Vec<_>, Vec<_>) = objects.iter().partition(|object| object.tier == Tier::Open);
        let mut draft = self.manifest(stream)?;
        draft.advice = self.advice.clone();
        let mut parts = vec![(PartName::Objects, lines(&open).into_bytes())];
        if let Some(blinding) = self.blinding {
            let (epoch, key) = blinding.log.last();
            draft.epoch = epoch;
            draft.blind = Some(Blind {
                key,
                table: PartName::BlindTable,
                batch: BatchSize::USUAL.elements() as u32,
                slots: Slots::DAILY.batches(),
                log: blinding.log.head().digest,
            });
            parts.push((PartName::KeyLog, blinding.log.to_string().into_bytes()));
            parts.push((PartName::BlindTable, blinding.table(&LabelIds::of(self.key), epoch, &blind, rng)?));
        } else if !blind.is_empty() {
            return Err(DraftError::NoKey);
        }
        if !self.before.is_empty() {
            parts.push((PartName::History, write_history(self.before.iter())));
        }
        let release = Release::sign(draft, parts, self.key)?;
        Ok(Drafted { release, open: open.len(), blind: blind.len() })
    }

    async fn releasable(&self, stream: store::StreamId) -> Result<Vec<DeskObject>, StoreError> {
        let mut objects: Vec<DeskObject> = Vec::new();
        loop {
            let after = objects.last().map(|object| object.id.clone());
            let some = self.store.releasable(stream, self.now, after.as_ref(), AT_ONCE).await?;
            if some.is_empty() {
                return Ok(objects);
            }
            objects.extend(some.into_iter().map(|releasable| releasable.object));
        }
    }

    /// The manifest after the last one.
    fn manifest(&self, stream: store::StreamId) -> Result<Manifest, DraftError> {
        let (time, expires) = (Time::from(self.now), Time::from(self.now + self.lifetime));
        match self.before.last() {
            None => Ok(Manifest::new(self.hub, StreamId::new(stream.0), self.key.public(), time, expires)),
            Some(last) => {
                last.following(time, expires).ok_or_else(|| DraftError::Number("no number is left".to_owned()))
            }
        }
    }
}

/// The objects, after the definitions of the markings that they bear.
fn lines(objects: &[&DeskObject]) -> String {
    let markings: BTreeSet<_> = objects.iter().map(|object| object.marking).collect();
    let mut lines = String::new();
    if !markings.is_empty() {
        lines.push_str(&released::definition(extension_definition()));
    }
    lines.extend(markings.into_iter().map(|marking| released::definition(marking_definition(marking))));
    lines.extend(objects.iter().filter_map(|object| released::line(object)));
    lines
}

impl Blinding {
    /// The table: one row for each value of each object, and rows that open for nobody.
    fn table<R: RngCore + CryptoRng>(
        &self,
        ids: &LabelIds,
        epoch: Epoch,
        objects: &[&DeskObject],
        rng: &mut R,
    ) -> Result<Vec<u8>, DraftError> {
        let epoch = u32::try_from(epoch.get()).map_err(|_| DraftError::Number("no epoch is left".to_owned()))?;
        let epoch = BlindEpoch::new(epoch);
        let mut table = TableBuilder::new(Pin { epoch, key: self.secret.public() });
        let mut seen = BTreeSet::new();
        for object in objects {
            let name = object.id.to_string();
            let json: Map<String, Value> =
                serde_json::from_str(&object.json).map_err(|_| DraftError::NotBlind(name.clone()))?;
            let json = Object::from(json);
            for observable in observables(&json).ok_or_else(|| DraftError::NotBlind(name.clone()))? {
                // Two objects may name one value: the first one's label is the one that opens.
                if !seen.insert((observable.kind.as_str(), observable.value.clone())) {
                    continue;
                }
                let observable = vauban_blind::Observable::new(observable.kind.as_str(), &observable.value)
                    .map_err(|error| DraftError::Enumerable { object: name.clone(), error })?;
                table.add(self.secret.output(epoch, &observable)?, self.label(&json, ids.id(&name)))?;
            }
        }
        Ok(table.build(rng)?)
    }

    /// What a party learns that saw it: what to do, and whom to call.
    fn label(&self, object: &Object, id: LabelId) -> Label {
        let severity = match object.get("confidence").and_then(Value::as_u64) {
            Some(0..=29) => Severity::Low,
            Some(30..=69) => Severity::Medium,
            _ => Severity::High,
        };
        Label {
            id,
            severity,
            advice_fr: "Ne touchez à rien et appelez-nous : l’agence connaît ce que vous avez vu.".to_owned(),
            advice_en: "Touch nothing and call us: the agency knows what you saw.".to_owned(),
            call: self.call.clone(),
        }
    }
}

/// The numbers that stand for objects in labels: they follow from the desk's key, so that nobody else can tell of which object one is.
pub(super) struct LabelIds(Hmac<Sha256>);

impl LabelIds {
    pub(super) fn of(key: &SigningKey) -> Self {
        let secret = key.derived(b"vauban label ids 1");
        Self(<Hmac<Sha256> as hmac::Mac>::new_from_slice(&*secret).expect("HMAC takes a key of any length"))
    }

    pub(super) fn id(&self, object: &str) -> LabelId {
        let mut id = [0; 16];
        id.copy_from_slice(&self.0.clone().chain_update(object).finalize().into_bytes()[..16]);
        LabelId(id)
    }
}
