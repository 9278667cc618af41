//! The file with its header, and the doubts that reading it raised.

use std::cell::Cell;

use vauban_intake::{Budget, Problem};

use super::header::{Header, Layout};

/// An opened mailbox.
pub(super) struct Store<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) header: Header,
    pub(super) budget: &'a Budget,
    /// Blocks read so far whose checksum is not that of their bytes.
    pub(super) doubtful_blocks: Cell<u64>,
    /// Pages of that kind.
    pub(super) doubtful_pages: Cell<u64>,
}

impl<'a> Store<'a> {
    pub(super) fn open(bytes: &'a [u8], budget: &'a Budget) -> Result<Self, Problem> {
        let header = Header::of(bytes)?;
        Ok(Self { bytes, header, budget, doubtful_blocks: Cell::new(0), doubtful_pages: Cell::new(0) })
    }

    pub(super) const fn layout(&self) -> Layout {
        self.header.layout
    }
}

pub(super) fn count(cell: &Cell<u64>) {
    cell.set(cell.get().saturating_add(1));
}
