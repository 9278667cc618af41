//! Which models of keys are vouched for: roots that an administrator gives, each for the models (AAGUIDs) it may speak for.

use std::{collections::BTreeSet, fmt, str::FromStr, time::SystemTime};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use webauthn_rs_core::{
    attestation::verify_attestation_ca_chain,
    proto::{AttestationCaList, AttestationCaListBuilder, AttestationMetadata, Credential as LibraryCredential},
};

use crate::refused::Refused;

const LONGEST_ROOT: usize = 16 * 1_024;
const MOST_ROOTS: usize = 256;

/// What is asked of a new key's maker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Attestation {
    /// Nothing. A model that is vouched for all the same is noted.
    Any,
    /// A model that one of the door's roots vouches for, in a device that the key cannot leave: for administrators.
    Required,
}

/// A model of authenticator: its AAGUID (Web Authentication Level 3, §6.5.1).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Model([u8; 16]);

/// The text is no AAGUID.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an AAGUID is written as a UUID, and is not zero")]
pub struct NotAModel;

impl Model {
    /// The model of these bytes; none for zeros, which is what keys say that do not tell.
    pub(crate) fn new(bytes: [u8; 16]) -> Option<Self> {
        (bytes != [0; 16]).then_some(Self(bytes))
    }
}

impl FromStr for Model {
    type Err = NotAModel;

    fn from_str(text: &str) -> Result<Self, NotAModel> {
        let uuid = Uuid::try_parse(text).map_err(|_| NotAModel)?;
        Self::new(uuid.into_bytes()).ok_or(NotAModel)
    }
}

impl fmt::Debug for Model {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl fmt::Display for Model {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        Uuid::from_bytes(self.0).fmt(formatter)
    }
}

/// The models that are vouched for, and by which roots.
#[derive(Clone, Debug, Default)]
pub struct Models(Vec<Anchor>);

#[derive(Clone, Debug)]
struct Anchor {
    root: AttestationCaList,
    fingerprint: [u8; 32],
    models: BTreeSet<Model>,
}

/// The bytes are no certificate, or too many were given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotARoot {
    /// Neither PEM nor DER of one certificate.
    #[error("this is not a certificate in PEM or DER")]
    NotACertificate,
    /// No model is named that it may vouch for.
    #[error("a root vouches for models that are named")]
    NoModel,
    /// More than 256 roots.
    #[error("too many roots")]
    TooMany,
}

impl Models {
    /// Lets a root (one certificate in PEM or DER) vouch for these models, and no others.
    ///
    /// # Errors
    ///
    /// [`NotARoot`] for what is no certificate, for no models, and from the 257th root on.
    pub fn trust(&mut self, root: &[u8], models: impl IntoIterator<Item = Model>) -> Result<(), NotARoot> {
        let models: BTreeSet<Model> = models.into_iter().collect();
        let Some(first) = models.first() else { return Err(NotARoot::NoModel) };
        if self.0.len() >= MOST_ROOTS {
            return Err(NotARoot::TooMany);
        }
        if root.len() > LONGEST_ROOT {
            return Err(NotARoot::NotACertificate);
        }
        // The library's list has to name a model; which ones count is decided here, root by root.
        let mut list = AttestationCaListBuilder::new();
        let (aaguid, nothing) = (Uuid::from_bytes(first.0), Default::default());
        if root.trim_ascii_start().starts_with(b"-----BEGIN") {
            list.insert_device_pem(root, aaguid, String::new(), nothing)
        } else {
            list.insert_device_der(root, aaguid, String::new(), nothing)
        }
        .map_err(|_| NotARoot::NotACertificate)?;
        let root = list.build();
        let fingerprint = root.cas().keys().next().map(|digest| (*digest).into()).ok_or(NotARoot::NotACertificate)?;
        self.0.push(Anchor { root, fingerprint, models });
        Ok(())
    }

    /// Whether no model is vouched for.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The SHA-256 of the root that vouches for a new key, at this time. Its maker signed the AAGUID: a statement of the format `packed`,
    /// with certificates.
    pub(crate) fn vouching(&self, key: &LibraryCredential, model: Option<Model>, now: Timestamp) -> Option<[u8; 32]> {
        let AttestationMetadata::Packed { aaguid } = &key.attestation.metadata else { return None };
        let now = SystemTime::try_from(now).ok()?;
        let model = model.filter(|model| model.0 == aaguid.into_bytes())?;
        let holds = |anchor: &&Anchor| {
            let chain = verify_attestation_ca_chain(&key.attestation.data, &anchor.root, now);
            matches!(chain, Ok(Some(_)))
        };
        let mut anchors = self.0.iter().filter(|anchor| anchor.models.contains(&model));
        anchors.find(holds).map(|anchor| anchor.fingerprint)
    }

    /// What a new key's maker must have said, where that is required.
    pub(crate) fn require(anchor: Option<[u8; 32]>, can_be_copied: bool) -> Result<(), Refused> {
        match anchor {
            None => Err(Refused::Model),
            Some(_) if can_be_copied => Err(Refused::MayBeCopied),
            Some(_) => Ok(()),
        }
    }
}
