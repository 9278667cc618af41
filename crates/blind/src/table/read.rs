//! Looking into a table: the party's side. It reads where the bytes are and copies nothing but a label.

use super::header::{BadHeader, Header, ROW, TABLE_HEADER};
use crate::{Label, LabelError, Output, Pin, Tag};

/// Why bytes are no table. A table that fails is not used at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    /// Other bytes, or of another version.
    #[error("this is no blind table of a version that is known here")]
    Magic,
    /// Cut short, or longer than it says.
    #[error("this table must have {expected} bytes, it has {found}")]
    Length {
        /// The length that its header asks for.
        expected: usize,
        /// The length of what came.
        found: usize,
    },
    /// A number of rows that no table has: its maker did not pad it.
    #[error("no table has {0} rows")]
    Rows(u32),
    /// The key is no element of the group, or its identity.
    #[error("the key of this table is no key")]
    Key,
    /// A row that does not come after the one before it.
    #[error("row {0} is out of order, or has the tag of the one before it")]
    Order(usize),
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LookError {
    /// The output is of another epoch or key, so that a miss would mean nothing: ask again.
    #[error("this output is of another epoch or key than the table")]
    Pin,
    /// It is a hit, and the label opened, but it cannot be shown.
    #[error(transparent)]
    Label(#[from] LabelError),
}

/// A table whose form was checked. That it is the agency's is the release's signature's matter.
#[derive(Clone)]
pub struct Table<B> {
    header: Header,
    bytes: B,
}

impl<B: AsRef<[u8]>> Table<B> {
    /// Takes the bytes of a table, in memory or mapped, and checks length, key and order.
    ///
    /// # Errors
    /// Every way in which the bytes are no table.
    pub fn open(bytes: B) -> Result<Self, TableError> {
        let all = bytes.as_ref();
        let header = Header::from_bytes(all).map_err(|bad| match bad {
            BadHeader::Short => TableError::Length { expected: TABLE_HEADER, found: all.len() },
            BadHeader::Magic => TableError::Magic,
            BadHeader::Key => TableError::Key,
            BadHeader::Rows(rows) => TableError::Rows(rows),
        })?;
        let expected = TABLE_HEADER + header.rows as usize * ROW;
        if all.len() != expected {
            return Err(TableError::Length { expected, found: all.len() });
        }
        let rows = rows(all);
        match rows.windows(2).position(|pair| matches!(pair, [one, next] if tag(one) >= tag(next))) {
            Some(at) => Err(TableError::Order(at + 1)),
            None => Ok(Self { header, bytes }),
        }
    }

    /// The epoch and the key whose outputs can be looked for.
    #[must_use]
    pub const fn pin(&self) -> Pin {
        self.header.pin
    }

    /// How many rows it has, most or few of which mean something.
    #[must_use]
    pub const fn rows(&self) -> u32 {
        self.header.rows
    }

    /// The tags, rising.
    pub fn tags(&self) -> impl Iterator<Item = Tag> {
        rows(self.bytes.as_ref()).iter().map(|row| Tag::new(tag(row)))
    }

    /// What the agency says of what was seen, or nothing. A tag that is met by chance is nothing: its label does not open.
    ///
    /// # Errors
    /// An output that cannot be in this table, and a label that opened but cannot be shown.
    pub fn look(&self, output: &Output) -> Result<Option<Label>, LookError> {
        if output.pin() != self.header.pin {
            return Err(LookError::Pin);
        }
        let derived = output.derive(&self.header.salt);
        let wanted = derived.tag.number();
        let rows = rows(self.bytes.as_ref());
        let Some(row) = rows.binary_search_by_key(&wanted, tag).ok().and_then(|at| rows.get(at)) else {
            return Ok(None);
        };
        let opened = Label::open(&row[8..], &derived.key, &self.header.bound_to(wanted));
        Ok(opened.transpose()?)
    }
}

impl<B> std::fmt::Debug for Table<B> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Table(epoch {}, {} rows)", self.header.pin.epoch, self.header.rows)
    }
}

fn rows(bytes: &[u8]) -> &[[u8; ROW]] {
    bytes.get(TABLE_HEADER..).unwrap_or_default().as_chunks().0
}

fn tag(row: &[u8; ROW]) -> u64 {
    row.first_chunk().map_or(0, |tag| u64::from_be_bytes(*tag))
}
