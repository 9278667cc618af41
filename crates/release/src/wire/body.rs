//! The one body of a release on the wire, read piece by piece with no more in memory than its manifest.

use super::{PartCheck, PartError, Verifier, Whole, WholeError};
use crate::manifest::{LONGEST_MANIFEST, ManifestError, PartName, SignedManifest};

/// The first line.
const FIRST_LINE: &[u8] = b"vauban release/1\n";
/// The first line and both lengths.
const HEAD: usize = FIRST_LINE.len() + 8;
/// The longest signature, in bytes.
const LONGEST_SIGNATURE: usize = 1024;

/// Why a body is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    /// Another first line.
    #[error("not a release")]
    FirstLine,
    /// A length that a manifest or its signature cannot have.
    #[error("a manifest or signature of an impossible length")]
    Length,
    /// The manifest.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// A part.
    #[error(transparent)]
    Part(#[from] PartError),
    /// It ends before its manifest does.
    #[error("the release is half-written: it ends before its manifest does")]
    Short,
    /// Something follows the last part.
    #[error("something follows the end of the release")]
    Trailing,
    /// The whole.
    #[error(transparent)]
    Whole(#[from] WholeError),
    /// An earlier error was passed over.
    #[error("the release was refused before")]
    Refused,
}

/// What a reader found.
#[derive(Debug, PartialEq, Eq)]
pub enum Piece<'b> {
    /// The manifest is read and its signature holds: whoever asks a chain about it now may spare the parts.
    Manifest,
    /// Bytes of a part. They are nothing before [`Piece::PartEnd`]: keep them aside, and throw them away when it does not come.
    Bytes(PartName, &'b [u8]),
    /// The part came whole, and is the one that was signed.
    PartEnd(PartName),
    /// All that was given was taken.
    More,
}

/// Reads a body as it comes. After an error it refuses everything.
#[derive(Debug)]
pub struct BodyReader(State);

#[derive(Debug)]
enum State {
    Head(Vec<u8>),
    Parts { verifier: Box<Verifier>, current: Option<Box<PartCheck>> },
    Refused,
}

impl Default for BodyReader {
    fn default() -> Self {
        Self(State::Head(Vec::new()))
    }
}

impl BodyReader {
    /// A reader before the first byte.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The manifest, once it was read.
    #[must_use]
    pub const fn signed(&self) -> Option<&SignedManifest> {
        match &self.0 {
            State::Parts { verifier, .. } => Some(verifier.signed()),
            State::Head(_) | State::Refused => None,
        }
    }

    /// Takes from the front of `input` and says what it was; to be called until it says [`Piece::More`].
    ///
    /// # Errors
    /// See [`BodyError`].
    pub fn next<'b>(&mut self, input: &mut &'b [u8]) -> Result<Piece<'b>, BodyError> {
        match std::mem::replace(&mut self.0, State::Refused) {
            State::Head(kept) => self.head(kept, input),
            State::Parts { verifier, current } => self.parts(verifier, current, input),
            State::Refused => Err(BodyError::Refused),
        }
    }

    /// Ends the body.
    ///
    /// # Errors
    /// [`BodyError::Short`], [`BodyError::Whole`], [`BodyError::Part`] or [`BodyError::Refused`].
    pub fn finish(self) -> Result<Whole, BodyError> {
        match self.0 {
            State::Head(_) => Err(BodyError::Short),
            State::Refused => Err(BodyError::Refused),
            State::Parts { current: Some(check), .. } => Err(PartError::Short(check.name()).into()),
            State::Parts { verifier, current: None } => Ok(verifier.finish()?),
        }
    }

    fn head<'b>(&mut self, mut kept: Vec<u8>, input: &mut &'b [u8]) -> Result<Piece<'b>, BodyError> {
        loop {
            let wanted = wanted(&kept)?;
            if kept.len() == wanted && wanted > HEAD {
                let (manifest, signature) = kept[HEAD..].split_at(lengths(&kept)?.0);
                let verifier = Box::new(Verifier::new(SignedManifest::read(manifest, signature)?));
                self.0 = State::Parts { verifier, current: None };
                return Ok(Piece::Manifest);
            }
            if input.is_empty() {
                self.0 = State::Head(kept);
                return Ok(Piece::More);
            }
            let (taken, rest) = input.split_at(input.len().min(wanted - kept.len()));
            kept.extend_from_slice(taken);
            *input = rest;
        }
    }

    fn parts<'b>(
        &mut self,
        mut verifier: Box<Verifier>,
        current: Option<Box<PartCheck>>,
        input: &mut &'b [u8],
    ) -> Result<Piece<'b>, BodyError> {
        let mut check = match (current, verifier.missing()) {
            (Some(check), _) => check,
            (None, Some(name)) => Box::new(verifier.begin(name)?),
            (None, None) if input.is_empty() => {
                self.0 = State::Parts { verifier, current: None };
                return Ok(Piece::More);
            }
            (None, None) => return Err(BodyError::Trailing),
        };
        let name = check.name();
        if check.remaining() == 0 {
            verifier.end(*check)?;
            self.0 = State::Parts { verifier, current: None };
            return Ok(Piece::PartEnd(name));
        }
        let most = usize::try_from(check.remaining()).unwrap_or(usize::MAX);
        let (taken, rest) = input.split_at(input.len().min(most));
        *input = rest;
        check.take(taken)?;
        self.0 = State::Parts { verifier, current: Some(check) };
        Ok(if taken.is_empty() { Piece::More } else { Piece::Bytes(name, taken) })
    }
}

/// How many bytes there must be before the next thing can be read. A wrong first line is told at its first wrong byte.
fn wanted(kept: &[u8]) -> Result<usize, BodyError> {
    let seen = kept.len().min(FIRST_LINE.len());
    if kept[..seen] != FIRST_LINE[..seen] {
        return Err(BodyError::FirstLine);
    }
    if kept.len() < HEAD {
        return Ok(HEAD);
    }
    let (manifest, signature) = lengths(kept)?;
    Ok(HEAD + manifest + signature)
}

fn lengths(kept: &[u8]) -> Result<(usize, usize), BodyError> {
    let length = |at: usize| {
        let bytes =
            kept.get(FIRST_LINE.len() + at..).and_then(|rest| rest.first_chunk::<4>()).ok_or(BodyError::Length)?;
        usize::try_from(u32::from_be_bytes(*bytes)).map_err(|_| BodyError::Length)
    };
    let (manifest, signature) = (length(0)?, length(4)?);
    let is_possible = (1..=LONGEST_MANIFEST).contains(&manifest) && (1..=LONGEST_SIGNATURE).contains(&signature);
    if is_possible { Ok((manifest, signature)) } else { Err(BodyError::Length) }
}

/// The beginning of a body, before the parts: they follow as they are, in the manifest's order.
#[must_use]
pub fn body_head(signed: &SignedManifest) -> Vec<u8> {
    let (manifest, signature) = (signed.bytes(), signed.signature().to_string());
    let length = |bytes: &[u8]| u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes();
    [FIRST_LINE, &length(manifest), &length(signature.as_bytes()), manifest, signature.as_bytes()].concat()
}
