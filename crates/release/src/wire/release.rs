//! A release in memory: made at the desk, small ones at the front. Large ones go through [`Verifier`](super::Verifier).

use super::{BodyError, BodyReader, MANIFEST_FILE, Piece, SIGNATURE_FILE, Verifier, Whole, WholeError, body_head};
use crate::{
    manifest::{Manifest, ManifestError, PartMeasure, PartName, SignedManifest},
    signing::SigningKey,
    wire::PartError,
};

/// Why a release cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReleaseError {
    /// A part is given twice.
    #[error("{0} is given twice")]
    Twice(PartName),
    /// The last line of a list of objects has no end.
    #[error("the last line of {0} has no end")]
    OpenLine(PartName),
    /// The manifest.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// A part would be refused by whoever reads it.
    #[error(transparent)]
    Part(#[from] PartError),
    /// The whole would be refused by whoever reads it.
    #[error(transparent)]
    Whole(#[from] WholeError),
}

/// A whole release with its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Release {
    whole: Whole,
    parts: Vec<(PartName, Vec<u8>)>,
}

impl Release {
    /// Makes and signs a release. The draft's parts and counts are filled in from `parts`; empty parts are left out.
    ///
    /// # Errors
    /// See [`ReleaseError`]: whatever a reader would refuse is refused here.
    pub fn sign(
        mut draft: Manifest,
        parts: impl IntoIterator<Item = (PartName, Vec<u8>)>,
        key: &SigningKey,
    ) -> Result<Self, ReleaseError> {
        let mut parts: Vec<_> = parts.into_iter().filter(|(_, bytes)| !bytes.is_empty()).collect();
        parts.sort_by_key(|(name, _)| *name);
        if let Some(pair) = parts.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            return Err(ReleaseError::Twice(pair[0].0));
        }
        (draft.objects, draft.gone) = (0, 0);
        draft.parts.clear();
        for (name, bytes) in &parts {
            let mut measure = PartMeasure::default();
            measure.take(bytes);
            let lines = measure.lines().ok_or(ReleaseError::OpenLine(*name));
            match name {
                PartName::Objects => draft.objects = lines?,
                PartName::Gone => draft.gone = lines?,
                _ => {}
            }
            draft.parts.push(measure.finish(*name));
        }
        let mut verifier = Verifier::new(SignedManifest::sign(draft, key)?);
        for (name, bytes) in &parts {
            let mut check = verifier.begin(*name)?;
            check.take(bytes)?;
            verifier.end(check)?;
        }
        Ok(Self { whole: verifier.finish()?, parts })
    }

    /// What a chain accepts.
    #[must_use]
    pub const fn whole(&self) -> &Whole {
        &self.whole
    }

    /// Its manifest.
    #[must_use]
    pub const fn signed(&self) -> &SignedManifest {
        self.whole.signed()
    }

    /// The bytes of a part.
    #[must_use]
    pub fn part(&self, name: PartName) -> Option<&[u8]> {
        self.parts.iter().find(|(own, _)| *own == name).map(|(_, bytes)| &bytes[..])
    }

    /// The files of a folder, manifest and signature last: a folder that was left half-written has no manifest.
    #[must_use]
    pub fn files(&self) -> Vec<(&'static str, Vec<u8>)> {
        let signature = self.signed().signature().to_string().into_bytes();
        let parts = self.parts.iter().map(|(name, bytes)| (name.as_str(), bytes.clone()));
        parts.chain([(SIGNATURE_FILE, signature), (MANIFEST_FILE, self.signed().bytes().to_vec())]).collect()
    }

    /// The body for the wire.
    #[must_use]
    pub fn to_body(&self) -> Vec<u8> {
        self.parts.iter().fold(body_head(self.signed()), |mut body, (_, bytes)| {
            body.extend_from_slice(bytes);
            body
        })
    }

    /// Reads a body that is in memory already.
    ///
    /// # Errors
    /// See [`BodyError`].
    pub fn from_body(mut body: &[u8]) -> Result<Self, BodyError> {
        let mut reader = BodyReader::new();
        let mut parts: Vec<(PartName, Vec<u8>)> = Vec::new();
        loop {
            match reader.next(&mut body)? {
                Piece::Manifest | Piece::PartEnd(_) => {}
                Piece::Bytes(name, bytes) => match parts.last_mut() {
                    Some((last, kept)) if *last == name => kept.extend_from_slice(bytes),
                    _ => parts.push((name, bytes.to_vec())),
                },
                Piece::More => return Ok(Self { whole: reader.finish()?, parts }),
            }
        }
    }
}
