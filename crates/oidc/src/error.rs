//! Why something was not done: a rule refused it, or something of ours failed.

use rusqlite::ErrorCode;

use crate::Refusal;

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub enum OidcError {
    /// A rule.
    #[error("refused: {0}")]
    Refused(#[from] Refusal),
    /// The file of the provider cannot be used.
    #[error("the file of the provider cannot be used: {0}")]
    Store(String),
    /// The file is another program's, damaged, or of a newer version.
    #[error("the file of the provider is not ours: {0}")]
    Damaged(&'static str),
    /// Another process holds the file.
    #[error("the file of the provider is in use by another process")]
    Locked,
    /// A key that signs is missing, or was sealed with another key than the one that was brought.
    #[error("no key to sign with, or sealed with another one")]
    NoKey,
    /// Nothing could be signed.
    #[error("nothing could be signed: {0}")]
    Unsigned(String),
    /// There is no randomness.
    #[error("no randomness")]
    NoRandomness,
    /// The work was lost: it panicked, or the process is ending.
    #[error("the work was lost")]
    Lost,
    /// Who is signed in could not be asked.
    #[error("who is signed in cannot be told")]
    Subjects,
}

impl OidcError {
    /// The rule that refused, if one did.
    #[must_use]
    pub const fn refusal(&self) -> Option<Refusal> {
        match self {
            Self::Refused(refusal) => Some(*refusal),
            _ => None,
        }
    }
}

impl From<rusqlite::Error> for OidcError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Locked,
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Damaged("not a database"),
            _ => Self::Store(error.to_string()),
        }
    }
}

impl From<serde_json::Error> for OidcError {
    fn from(_: serde_json::Error) -> Self {
        Self::Damaged("a row that cannot be read")
    }
}
