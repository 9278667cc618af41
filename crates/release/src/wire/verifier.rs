//! Checks the parts of a release, in any order, each as it comes: length, digest, number of lines.

use super::{Whole, WholeError};
use crate::manifest::{Part, PartMeasure, PartName, SignedManifest};

/// Why a part is not the one that the manifest names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PartError {
    /// The release has no such part.
    #[error("the release has no part {0}")]
    None(PartName),
    /// It was checked already.
    #[error("{0} is there twice")]
    Twice(PartName),
    /// It has more bytes than the manifest says.
    #[error("{0} is longer than the manifest says")]
    Long(PartName),
    /// It has fewer: half-written, or cut off.
    #[error("{0} is shorter than the manifest says")]
    Short(PartName),
    /// Its bytes are others.
    #[error("{0} was changed after it was signed")]
    Changed(PartName),
    /// It has another number of lines than the manifest says objects.
    #[error("{0} has another number of objects than the manifest says")]
    Count(PartName),
}

/// A release that is being checked.
#[derive(Debug)]
pub struct Verifier {
    signed: SignedManifest,
    done: Vec<PartName>,
    history: Vec<u8>,
    key_log: Vec<u8>,
}

impl Verifier {
    /// Begins with the manifest.
    #[must_use]
    pub const fn new(signed: SignedManifest) -> Self {
        Self { signed, done: Vec::new(), history: Vec::new(), key_log: Vec::new() }
    }

    /// The manifest.
    #[must_use]
    pub const fn signed(&self) -> &SignedManifest {
        &self.signed
    }

    /// Begins a part.
    ///
    /// # Errors
    /// [`PartError::None`] or [`PartError::Twice`].
    pub fn begin(&self, name: PartName) -> Result<PartCheck, PartError> {
        let manifest = self.signed.manifest();
        let part = manifest.part(name).ok_or(PartError::None(name))?.clone();
        if self.done.contains(&name) {
            return Err(PartError::Twice(name));
        }
        let lines = match name {
            PartName::Objects => Some(manifest.objects),
            PartName::Gone => Some(manifest.gone),
            _ => None,
        };
        let is_kept = matches!(name, PartName::History | PartName::KeyLog);
        Ok(PartCheck { part, lines, measure: PartMeasure::default(), kept: is_kept.then(Vec::new) })
    }

    /// Ends a part that came whole.
    ///
    /// # Errors
    /// See [`PartError`].
    pub fn end(&mut self, check: PartCheck) -> Result<(), PartError> {
        let (name, kept) = check.finish()?;
        if self.signed.manifest().part(name).is_none() {
            return Err(PartError::None(name));
        }
        if self.done.contains(&name) {
            return Err(PartError::Twice(name));
        }
        match (name, kept) {
            (PartName::History, Some(bytes)) => self.history = bytes,
            (PartName::KeyLog, Some(bytes)) => self.key_log = bytes,
            _ => {}
        }
        self.done.push(name);
        Ok(())
    }

    /// The first part that was not checked yet.
    #[must_use]
    pub fn missing(&self) -> Option<PartName> {
        self.signed.manifest().parts.iter().map(|part| part.name).find(|name| !self.done.contains(name))
    }

    /// Ends the release.
    ///
    /// # Errors
    /// See [`WholeError`]; a release that lacks a part is half-written.
    pub fn finish(self) -> Result<Whole, WholeError> {
        if let Some(name) = self.missing() {
            return Err(WholeError::Missing(name));
        }
        Whole::new(self.signed, &self.history, &self.key_log)
    }
}

/// One part that is being checked.
#[derive(Debug)]
pub struct PartCheck {
    part: Part,
    lines: Option<u64>,
    measure: PartMeasure,
    kept: Option<Vec<u8>>,
}

impl PartCheck {
    /// Takes the next bytes.
    ///
    /// # Errors
    /// [`PartError::Long`], before anything beyond the end is kept.
    pub fn take(&mut self, bytes: &[u8]) -> Result<(), PartError> {
        if bytes.len() as u64 > self.remaining() {
            return Err(PartError::Long(self.part.name));
        }
        self.measure.take(bytes);
        if let Some(kept) = &mut self.kept {
            kept.extend_from_slice(bytes);
        }
        Ok(())
    }

    /// Which part it is.
    #[must_use]
    pub const fn name(&self) -> PartName {
        self.part.name
    }

    /// The bytes that are still to come.
    #[must_use]
    pub const fn remaining(&self) -> u64 {
        self.part.length.saturating_sub(self.measure.length())
    }

    fn finish(self) -> Result<(PartName, Option<Vec<u8>>), PartError> {
        let name = self.part.name;
        if self.remaining() > 0 {
            return Err(PartError::Short(name));
        }
        let lines = self.measure.lines();
        if self.measure.finish(name) != self.part {
            return Err(PartError::Changed(name));
        }
        if self.lines.is_some() && self.lines != lines {
            return Err(PartError::Count(name));
        }
        Ok((name, self.kept))
    }
}
