//! The first bytes of a table.

use super::padding::padded;
use crate::{Pin, label::SEALED};

const MAGIC: &[u8; 4] = b"VBT1";

/// Bytes of a row: a tag and a sealed label.
pub const ROW: usize = 8 + SEALED;
/// Bytes before the rows.
pub const TABLE_HEADER: usize = MAGIC.len() + Pin::BYTES + 32 + 4;

/// What stands before the rows, and what each label is bound to beside its tag.
#[derive(Clone, Copy)]
pub(super) struct Header {
    pub(super) pin: Pin,
    pub(super) salt: [u8; 32],
    pub(super) rows: u32,
}

/// Why a header is none.
pub(super) enum BadHeader {
    Short,
    Magic,
    Key,
    Rows(u32),
}

impl Header {
    pub(super) fn to_bytes(self) -> [u8; TABLE_HEADER] {
        let mut bytes = [0; TABLE_HEADER];
        let parts = [MAGIC.as_slice(), &self.pin.to_bytes(), &self.salt, &self.rows.to_be_bytes()];
        for (to, from) in bytes.iter_mut().zip(parts.into_iter().flatten()) {
            *to = *from;
        }
        bytes
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Result<Self, BadHeader> {
        let (magic, rest) = bytes.split_first_chunk::<4>().ok_or(BadHeader::Short)?;
        if magic != MAGIC {
            return Err(BadHeader::Magic);
        }
        let (pin, rest) = rest.split_first_chunk::<{ Pin::BYTES }>().ok_or(BadHeader::Short)?;
        let (salt, rest) = rest.split_first_chunk::<32>().ok_or(BadHeader::Short)?;
        let rows = u32::from_be_bytes(*rest.first_chunk::<4>().ok_or(BadHeader::Short)?);
        if padded(rows as usize) != Some(rows) {
            return Err(BadHeader::Rows(rows));
        }
        let pin = Pin::from_bytes(pin).ok_or(BadHeader::Key)?;
        Ok(Self { pin, salt: *salt, rows })
    }

    /// What a label is sealed with beside its key, so that it opens in its own row of its own table alone.
    pub(super) fn bound_to(self, tag: u64) -> [u8; TABLE_HEADER + 8] {
        let mut bytes = [0; TABLE_HEADER + 8];
        for (to, from) in bytes.iter_mut().zip(self.to_bytes().into_iter().chain(tag.to_be_bytes())) {
            *to = from;
        }
        bytes
    }
}
