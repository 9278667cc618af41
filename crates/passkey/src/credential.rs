//! A key as it is kept: bytes of our own with a version, so that the library can be replaced while keys live for years. No secret is in it.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;
use webauthn_rs_core::proto::{
    AttestationFormat, COSEAlgorithm, COSEEC2Key, COSEKey, COSEKeyType, COSERSAKey, Credential as LibraryCredential,
    ECDSACurve, ParsedAttestation, RegisteredExtensions, UserVerificationPolicy,
};

use crate::{model::Model, refused::Refused};

/// No credential is longer, in bytes: an id of 1,023 and an RSA key of 2,048 bits.
pub const LONGEST_CREDENTIAL: usize = 2_048;

const VERSION: u8 = 1;

/// What is asked for (§5.8.5), in the order of preference: what phones and security keys have, and what Windows Hello keeps in older TPMs.
pub(crate) const ALGORITHMS: [COSEAlgorithm; 3] = [COSEAlgorithm::ES256, COSEAlgorithm::ES384, COSEAlgorithm::RS256];

/// A person's key: id, public key, counter, and what is known of it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credential {
    person: [u8; 16],
    id: Vec<u8>,
    key: PublicKey,
    counter: u32,
    can_be_copied: bool,
    is_backed_up: bool,
    model: Option<Model>,
    anchor: Option<[u8; 32]>,
}

/// One form for each algorithm: none has parameters that could be confused with another's.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
enum PublicKey {
    Es256 { x: [u8; 32], y: [u8; 32] },
    Es384 { x: Vec<u8>, y: Vec<u8> },
    Rs256 { n: Vec<u8>, e: [u8; 3] },
}

/// The bytes are no credential, or of a version that is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("these bytes are no credential")]
pub struct NotACredential;

impl Credential {
    /// The bytes to keep, of at most [`LONGEST_CREDENTIAL`]. They change with each use: replace them by compare and set.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        // Nothing in a credential can fail to be written: no map, no length that is unknown.
        postcard::to_extend(self, vec![VERSION]).unwrap_or_default()
    }

    /// The credential of these bytes.
    ///
    /// # Errors
    ///
    /// [`NotACredential`] for bytes that [`Credential::to_bytes`] did not make.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, NotACredential> {
        match bytes.split_first() {
            Some((&VERSION, rest)) if bytes.len() <= LONGEST_CREDENTIAL => match postcard::take_from_bytes(rest) {
                Ok((credential, [])) => Ok(credential),
                _ => Err(NotACredential),
            },
            _ => Err(NotACredential),
        }
    }

    /// Its id, unique over all.
    #[must_use]
    pub fn id(&self) -> &[u8] {
        &self.id
    }

    /// Whose it is: the user handle that it was made for.
    #[must_use]
    pub fn person(&self) -> Uuid {
        Uuid::from_bytes(self.person)
    }

    /// The model that it says it is of; to be believed where [`Credential::is_attested`].
    #[must_use]
    pub fn model(&self) -> Option<Model> {
        self.model
    }

    /// Whether a trusted root vouched for the model when the key was enrolled.
    #[must_use]
    pub fn is_attested(&self) -> bool {
        self.anchor.is_some()
    }

    /// The SHA-256 of the root that vouched for the model, so that its keys are found when it is no longer trusted.
    #[must_use]
    pub fn anchor(&self) -> Option<[u8; 32]> {
        self.anchor
    }

    /// Whether it may be copied to other devices (BE, §6.1.3). This never changes.
    #[must_use]
    pub fn can_be_copied(&self) -> bool {
        self.can_be_copied
    }

    /// Whether it was in more than one place when it was last used (BS, §6.1.3).
    #[must_use]
    pub fn is_backed_up(&self) -> bool {
        self.is_backed_up
    }

    /// The last signature counter; 0 for keys that do not count.
    #[must_use]
    pub fn counter(&self) -> u32 {
        self.counter
    }

    /// A new key, as the library verified it.
    pub(crate) fn new(
        key: &LibraryCredential,
        person: [u8; 16],
        model: Option<Model>,
        anchor: Option<[u8; 32]>,
    ) -> Result<Self, Refused> {
        Ok(Self {
            person,
            id: key.cred_id.clone(),
            key: PublicKey::new(&key.cred)?,
            counter: key.counter,
            can_be_copied: key.backup_eligible,
            is_backed_up: key.backup_state,
            model,
            anchor,
        })
    }

    /// This key after a use of it.
    pub(crate) fn used(&self, counter: u32, is_backed_up: bool) -> Self {
        Self { counter, is_backed_up, ..self.clone() }
    }

    /// As the library wants it, with this counter as the last one.
    pub(crate) fn for_library(&self, counter: u32) -> LibraryCredential {
        LibraryCredential {
            cred_id: self.id.clone(),
            cred: self.key.for_library(),
            counter,
            transports: None,
            user_verified: true,
            backup_eligible: self.can_be_copied,
            backup_state: self.is_backed_up,
            registration_policy: UserVerificationPolicy::Required,
            extensions: RegisteredExtensions::none(),
            attestation: ParsedAttestation::default(),
            attestation_format: AttestationFormat::None,
        }
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let algorithm = match self.key {
            PublicKey::Es256 { .. } => "ES256",
            PublicKey::Es384 { .. } => "ES384",
            PublicKey::Rs256 { .. } => "RS256",
        };
        formatter
            .debug_struct("Credential")
            .field("person", &self.person())
            .field("algorithm", &algorithm)
            .field("counter", &self.counter)
            .field("model", &self.model)
            .field("is_attested", &self.is_attested())
            .finish_non_exhaustive()
    }
}

impl PublicKey {
    /// The library takes ES256 with any of three curves, and checks with the curve. The standard pairs them (§5.8.5), and so do we.
    fn new(key: &COSEKey) -> Result<Self, Refused> {
        let coordinate = |bytes: &[u8]| <[u8; 32]>::try_from(bytes).map_err(|_| Refused::PublicKey);
        match (key.type_, &key.key) {
            (COSEAlgorithm::ES256, COSEKeyType::EC_EC2(point)) if point.curve == ECDSACurve::SECP256R1 => {
                Ok(Self::Es256 { x: coordinate(&point.x)?, y: coordinate(&point.y)? })
            }
            (COSEAlgorithm::ES384, COSEKeyType::EC_EC2(point)) if point.curve == ECDSACurve::SECP384R1 => {
                Ok(Self::Es384 { x: point.x.clone(), y: point.y.clone() })
            }
            (COSEAlgorithm::RS256, COSEKeyType::RSA(key)) => Ok(Self::Rs256 { n: key.n.clone(), e: key.e }),
            _ => Err(Refused::Algorithm),
        }
    }

    fn for_library(&self) -> COSEKey {
        let point = |curve, x: &[u8], y: &[u8]| COSEKeyType::EC_EC2(COSEEC2Key { curve, x: x.to_vec(), y: y.to_vec() });
        let (type_, key) = match self {
            Self::Es256 { x, y } => (COSEAlgorithm::ES256, point(ECDSACurve::SECP256R1, x, y)),
            Self::Es384 { x, y } => (COSEAlgorithm::ES384, point(ECDSACurve::SECP384R1, x, y)),
            Self::Rs256 { n, e } => (COSEAlgorithm::RS256, COSEKeyType::RSA(COSERSAKey { n: n.clone(), e: *e })),
        };
        COSEKey { type_, key }
    }
}
