//! Making a table: the desk's side.

use std::collections::BTreeMap;

use rand::{CryptoRng, RngCore};

use super::{
    header::{Header, ROW, TABLE_HEADER},
    padding::padded,
};
use crate::{Label, LabelError, Output, Pin, label::SEALED};

/// Why a table cannot be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BuildError {
    /// An output of another epoch or key.
    #[error("this output is of another epoch or key than the table")]
    Pin,
    /// The label cannot be sealed.
    #[error(transparent)]
    Label(#[from] LabelError),
    /// More rows than a table has.
    #[error("a table has at most {} rows", super::MAX_ROWS)]
    Many,
    /// Two indicators have one tag: the same observable twice, or, once in millions of tables, chance. Build without one of them, or
    /// again with other randomness.
    #[error("two indicators of the table have the same tag")]
    Twice,
}

/// Gathers the rows of one release.
#[derive(Debug)]
pub struct TableBuilder {
    pin: Pin,
    rows: Vec<(Output, Label)>,
}

impl TableBuilder {
    /// A table of this epoch and key.
    #[must_use]
    pub const fn new(pin: Pin) -> Self {
        Self { pin, rows: Vec::new() }
    }

    /// Adds an indicator: what the function gives for its observable, and what a party that saw it may know.
    ///
    /// # Errors
    /// An output of another epoch or key, a label that cannot be sealed, a full table.
    pub fn add(&mut self, output: Output, label: Label) -> Result<(), BuildError> {
        if output.pin() != self.pin {
            return Err(BuildError::Pin);
        }
        label.check()?;
        padded(self.rows.len() + 1).ok_or(BuildError::Many)?;
        self.rows.push((output, label));
        Ok(())
    }

    /// Seals every label, adds rows that open for nobody, and writes the table. All of its bytes but the header's first 40 and the
    /// number of rows look random.
    ///
    /// # Errors
    /// The same observable twice.
    pub fn build<R: RngCore + CryptoRng>(&self, rng: &mut R) -> Result<Vec<u8>, BuildError> {
        let rows = padded(self.rows.len()).ok_or(BuildError::Many)?;
        let mut salt = [0; 32];
        rng.fill_bytes(&mut salt);
        let header = Header { pin: self.pin, salt, rows };
        let mut sealed = self.seal(header)?;
        let wanted = rows as usize;
        while sealed.len() < wanted {
            // A tag that is taken is drawn again.
            sealed.entry(rng.next_u64()).or_insert_with(|| noise(rng));
        }
        let mut bytes = Vec::with_capacity(TABLE_HEADER + wanted * ROW);
        bytes.extend(header.to_bytes());
        for (tag, label) in sealed {
            bytes.extend(tag.to_be_bytes());
            bytes.extend(label);
        }
        Ok(bytes)
    }

    fn seal(&self, header: Header) -> Result<BTreeMap<u64, Vec<u8>>, BuildError> {
        let mut sealed = BTreeMap::new();
        for (output, label) in &self.rows {
            let derived = output.derive(&header.salt);
            let tag = derived.tag.number();
            if sealed.insert(tag, label.seal(&derived.key, &header.bound_to(tag))?).is_some() {
                return Err(BuildError::Twice);
            }
        }
        Ok(sealed)
    }
}

/// What a sealed label looks like to everybody who has not its key.
fn noise<R: RngCore + CryptoRng>(rng: &mut R) -> Vec<u8> {
    let mut bytes = vec![0; SEALED];
    rng.fill_bytes(&mut bytes);
    bytes
}
