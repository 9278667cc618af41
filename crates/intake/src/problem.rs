//! Why reading something stopped.

use vauban_model::Reason;

/// Why an input could not be read, before it is known where the input lies. The pipeline adds the location
/// and makes it an [`Unread`](vauban_model::Unread).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {detail}", .reason.as_str())]
pub struct Problem {
    /// The contract's word for it.
    pub reason: Reason,
    /// What happened, in one English clause without a final stop.
    pub detail: String,
}

impl Problem {
    /// A problem of this reason.
    #[must_use]
    pub fn new(reason: Reason, detail: impl Into<String>) -> Self {
        Self { reason, detail: detail.into() }
    }

    /// The bytes are broken or cut short.
    #[must_use]
    pub fn corrupt(detail: impl Into<String>) -> Self {
        Self::new(Reason::Corrupt, detail)
    }

    /// A password or key is missing.
    #[must_use]
    pub fn encrypted(detail: impl Into<String>) -> Self {
        Self::new(Reason::Encrypted, detail)
    }

    /// We know what it is and cannot open it.
    #[must_use]
    pub fn unsupported(detail: impl Into<String>) -> Self {
        Self::new(Reason::Unsupported, detail)
    }

    /// It is, or unpacks to, more bytes than the budget has left.
    #[must_use]
    pub fn too_large(detail: impl Into<String>) -> Self {
        Self::new(Reason::TooLarge, detail)
    }

    /// It has more entries than the budget has left.
    #[must_use]
    pub fn too_many(detail: impl Into<String>) -> Self {
        Self::new(Reason::TooMany, detail)
    }
}
