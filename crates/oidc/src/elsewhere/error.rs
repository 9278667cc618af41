//! Why nobody came in from a provider elsewhere.

/// Why nobody came in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ElsewhereError {
    /// What was configured is no provider's.
    #[error("the provider cannot be used: {0}")]
    Settings(&'static str),
    /// The provider does not answer.
    #[error("the provider does not answer: {0}")]
    Unreachable(String),
    /// What the provider says of itself is not what it should be.
    #[error("what the provider says of itself cannot be used: {0}")]
    Metadata(&'static str),
    /// The provider sent somebody back without a sign-in, with this error (RFC 6749, section 4.1.2.1).
    #[error("the provider let nobody in: {0}")]
    Declined(String),
    /// The provider does not know the code, or it was used (`invalid_grant`; section 5.2).
    #[error("the provider does not know the code")]
    Code,
    /// The provider did not change the code: the secret is wrong or over (section 5.2).
    #[error("the provider refused the code: {0}")]
    NotChanged(String),
    /// What came back is no answer to what was asked.
    #[error("an answer that cannot be read: {0}")]
    Answer(&'static str),
    /// The ID token does not hold.
    #[error("the provider's ID token does not hold: {0}")]
    Token(&'static str),
}

impl ElsewhereError {
    /// The word that logs and events know it by.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Settings(_) => "elsewhere-settings",
            Self::Unreachable(_) => "elsewhere-unreachable",
            Self::Metadata(_) => "elsewhere-metadata",
            Self::Declined(_) => "elsewhere-declined",
            Self::Code => "elsewhere-code",
            Self::NotChanged(_) => "elsewhere-not-changed",
            Self::Answer(_) => "elsewhere-answer",
            Self::Token(_) => "elsewhere-token",
        }
    }
}
