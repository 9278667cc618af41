//! How far a walk goes. A server may be wrong, or worse.

/// What a walk may cost. Reaching a bound ends it with an error that says which.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// The longest response, in bytes.
    pub reply: usize,
    /// All responses together, in bytes.
    pub bytes: u64,
    /// Responses altogether.
    pub replies: u32,
    /// API roots and collections that are visited, each.
    pub places: usize,
}

impl Default for Bounds {
    /// 64 MiB for a response, 8 GiB and 100,000 responses for a walk, 1,000 API roots and as many collections.
    fn default() -> Self {
        Self { reply: 64 << 20, bytes: 8 << 30, replies: 100_000, places: 1_000 }
    }
}
