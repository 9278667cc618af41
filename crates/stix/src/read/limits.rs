//! How much of a document is read.

/// The bounds of a document. What is beyond one of them is refused; the objects around it are read all the same, but for the
/// bound on their number, at which reading ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The deepest nesting of values within an object.
    pub depth: usize,
    /// The most bytes of names and strings in one object.
    pub object_bytes: usize,
    /// The most values in one object.
    pub object_values: usize,
    /// The most objects in a document.
    pub objects: usize,
}

impl Default for Limits {
    /// Depth 32, 8 MiB and 200,000 values an object, 1,000,000 objects.
    fn default() -> Self {
        Self { depth: 32, object_bytes: 8 << 20, object_values: 200_000, objects: 1_000_000 }
    }
}
