//! A manifest with its signature: the only form in which one is believed, and the only way to sign one.

use super::{Flaw, Manifest, shape::FORMAT};
use crate::{
    Digest,
    change::{ChangeError, check_changes},
    signing::{FormError, NotSigned, Signature, SigningKey},
};

/// The longest manifest, in bytes.
pub const LONGEST_MANIFEST: usize = 64 << 10;

/// Why bytes are no signed manifest.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// Longer than a manifest may be.
    #[error("a manifest has at most {LONGEST_MANIFEST} bytes")]
    TooLong,
    /// Not the beginning of a manifest.
    #[error("not the manifest of a release")]
    Other,
    /// A manifest of another version.
    #[error("a manifest of the format {0:?}, and this program reads {FORMAT}")]
    Version(String),
    /// Not what a manifest holds: where, and what is wrong.
    #[error("not a manifest: {0}")]
    Shape(String),
    /// The same said in other bytes.
    #[error("a manifest has one spelling, and this is another")]
    Spelling,
    /// It contradicts itself.
    #[error("the manifest contradicts itself: {0}")]
    Flawed(#[from] Flaw),
    /// A change of key that is none.
    #[error("the manifest tells of a change of key that is none: {0}")]
    Change(#[from] ChangeError),
    /// The signature is none.
    #[error("the signature of the manifest: {0}")]
    Form(#[from] FormError),
    /// The key that the manifest names did not sign it, or it was changed since.
    #[error("the manifest: {0}")]
    NotSigned(#[from] NotSigned),
    /// The key that is to sign is not the one that the manifest names.
    #[error("the manifest names another key than the one that is to sign it")]
    OtherKey,
}

/// A manifest that the key it names has signed. Whether that key is the right one, only a [`Chain`](crate::Chain) tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedManifest {
    manifest: Manifest,
    bytes: Vec<u8>,
    signature: Signature,
    digest: Digest,
}

impl SignedManifest {
    /// Signs a manifest. The same manifest and key give the same bytes.
    ///
    /// # Errors
    /// What would be refused when it is read.
    pub fn sign(manifest: Manifest, key: &SigningKey) -> Result<Self, ManifestError> {
        if manifest.signer != key.public() {
            return Err(ManifestError::OtherKey);
        }
        let bytes = write(&manifest)?;
        // The words `file:` and `version:` are those by which other signed documents are told apart and ordered.
        let comment =
            format!("stream:{} version:{} file:{}", manifest.stream, manifest.number, crate::wire::MANIFEST_FILE);
        let signature = key.sign(&bytes, comment.parse()?);
        Self::read(&bytes, signature.to_string().as_bytes())
    }

    /// Reads a manifest and its signature, as they lie in the files or come over the wire.
    ///
    /// # Errors
    /// See [`ManifestError`]; after any of them nothing of the manifest is known.
    pub fn read(bytes: &[u8], signature: &[u8]) -> Result<Self, ManifestError> {
        let manifest = read(bytes)?;
        let signature = Signature::from_bytes(signature)?;
        manifest.signer.verify(bytes, &signature)?;
        check_changes(&manifest)?;
        Ok(Self { manifest, bytes: bytes.to_vec(), signature, digest: Digest::of(bytes) })
    }

    /// What it says.
    #[must_use]
    pub const fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The digest of its bytes, by which the next manifest and receipts name it.
    #[must_use]
    pub const fn digest(&self) -> Digest {
        self.digest
    }

    /// The bytes that were signed: the file `manifest.json`.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The signature: the file `manifest.json.minisig`.
    #[must_use]
    pub const fn signature(&self) -> &Signature {
        &self.signature
    }

    /// Whether these two manifests prove that their signer told two stories: two releases of one number, or one that follows another
    /// release than this. Either may be shown to anybody who knows the key.
    #[must_use]
    pub fn contradicts(&self, other: &Self) -> bool {
        let (one, two) = (&self.manifest, &other.manifest);
        let follows_another = |before: &Self, after: &Self| {
            before.manifest.number.next() == Some(after.manifest.number) && after.manifest.before != Some(before.digest)
        };
        let is_fork = one.number == two.number && self.digest != other.digest;
        (one.hub, one.stream, one.signer) == (two.hub, two.stream, two.signer)
            && (is_fork || follows_another(self, other) || follows_another(other, self))
    }

    /// The draft of the release after this one: what goes on is taken over, parts and advice are empty.
    /// None after the last number there can be.
    #[must_use]
    pub fn following(&self, time: crate::Time, expires: crate::Time) -> Option<Manifest> {
        let Manifest { hub, stream, epoch, number, time: before, signer, ref changes, .. } = self.manifest;
        // A clock that was set back must not stop the stream.
        let mut next = Manifest::new(hub, stream, signer, time.max(before), expires);
        next.epoch = epoch;
        next.number = number.next()?;
        next.before = Some(self.digest);
        next.changes.clone_from(changes);
        Some(next)
    }
}

fn write(manifest: &Manifest) -> Result<Vec<u8>, ManifestError> {
    manifest.check()?;
    let mut bytes = serde_json::to_vec(manifest).map_err(|error| ManifestError::Shape(error.to_string()))?;
    bytes.push(b'\n');
    if bytes.len() > LONGEST_MANIFEST { Err(ManifestError::TooLong) } else { Ok(bytes) }
}

/// Reads the bytes of a manifest, signed or not.
pub(crate) fn read(bytes: &[u8]) -> Result<Manifest, ManifestError> {
    if bytes.len() > LONGEST_MANIFEST {
        return Err(ManifestError::TooLong);
    }
    check_format(bytes)?;
    let manifest: Manifest = serde_json::from_slice(bytes).map_err(|error| ManifestError::Shape(error.to_string()))?;
    if write(&manifest)? == bytes { Ok(manifest) } else { Err(ManifestError::Spelling) }
}

/// Tells another version from what is no manifest at all, before a field of it is looked at.
fn check_format(bytes: &[u8]) -> Result<(), ManifestError> {
    let rest = bytes.strip_prefix(br#"{"vauban":""#).ok_or(ManifestError::Other)?;
    let end = memchr::memchr(b'"', rest).filter(|end| *end <= 32).ok_or(ManifestError::Other)?;
    let format = std::str::from_utf8(&rest[..end]).map_err(|_| ManifestError::Other)?;
    match format {
        FORMAT => Ok(()),
        _ if format.starts_with("release/") => Err(ManifestError::Version(format.to_owned())),
        _ => Err(ManifestError::Other),
    }
}
