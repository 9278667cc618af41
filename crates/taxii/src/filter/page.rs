//! Which page of what a filter selects (section 3.5).

use std::num::NonZeroU32;

use super::Entry;
use crate::cursor::{Cursor, CursorKey, QueryDigest, Sequence};

/// A page: entries behind a place of the stream, at most so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// The most entries, after what the client asked and what the server allows.
    pub limit: NonZeroU32,
    /// Only entries with a greater sequence.
    pub after: Option<Sequence>,
    pub(crate) query: QueryDigest,
}

impl Page {
    /// The cursor for the page behind this one, whose last entry is `last`. Give it only when there is more.
    #[must_use]
    pub fn cursor(&self, key: &CursorKey, last: Sequence) -> Cursor {
        key.seal(self.query, last)
    }

    /// Cuts this page out of all that the filter selects, in order; and whether there is more behind it.
    #[must_use]
    pub fn cut<'s, 'e>(&self, selected: &'s [&'e Entry]) -> (&'s [&'e Entry], bool) {
        let start = self.after.map_or(0, |after| selected.partition_point(|entry| entry.sequence <= after));
        let behind = selected.get(start..).unwrap_or_default();
        let limit = usize::try_from(self.limit.get()).unwrap_or(usize::MAX);
        match behind.get(..limit) {
            Some(page) => (page, behind.len() > limit),
            None => (behind, false),
        }
    }
}
