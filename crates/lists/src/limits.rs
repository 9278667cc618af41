//! How much one list may ask of us.

/// Bounds on one list. What is above one of them is refused whole: half of a list would look like all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the whole list.
    pub bytes: usize,
    /// Bytes of one line; a longer one is counted as bad.
    pub line: usize,
    /// Entries.
    pub entries: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: 256 << 20, line: 4 << 10, entries: 5_000_000 }
    }
}
