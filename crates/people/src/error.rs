//! Why something was not done: a rule refused it, or the file could not be used.

use rusqlite::ErrorCode;
use vauban_model::Text;

use crate::{Refusal, RulesError};

/// Why something was not done. Nothing of it was done then.
#[derive(Debug, thiserror::Error)]
pub enum PeopleError {
    /// A rule.
    #[error("refused: {0}")]
    Refused(Refusal),
    /// The rules themselves.
    #[error(transparent)]
    Rules(#[from] RulesError),
    /// The file was written by a newer program.
    #[error("the file of people was written by a newer version of the program (schema {found})")]
    Newer {
        /// Its schema version.
        found: i64,
    },
    /// Another process holds it.
    #[error("the file of people is in use by another process")]
    Locked,
    /// No room left.
    #[error("no room left on the disk of the file of people")]
    Full,
    /// It may not be written.
    #[error("the file of people may not be written")]
    ReadOnly,
    /// It can be neither opened nor made.
    #[error("the file of people cannot be opened: {0}")]
    NoFile(String),
    /// Not ours, or damaged.
    #[error("the file of people is damaged: {0}")]
    Damaged(String),
    /// Anything else that the store says.
    #[error("the file of people cannot be used: {0}")]
    Store(String),
}

impl PeopleError {
    /// The rule that refused, if one did.
    #[must_use]
    pub const fn refusal(&self) -> Option<Refusal> {
        match self {
            Self::Refused(refusal) => Some(*refusal),
            _ => None,
        }
    }

    /// What a person reads, and what to do next.
    #[must_use]
    pub fn text(&self) -> Text {
        match self {
            Self::Refused(refusal) => refusal.text(),
            Self::Rules(error) => Text::new(
                format!("Dans la configuration, {} doit aller de {} à {}.", error.what, error.least, error.most),
                format!("In the configuration, {} must be from {} to {}.", error.what, error.least, error.most),
            ),
            Self::Newer { .. } => Text::new(
                "Le fichier des personnes vient d'une version plus récente de Vauban. Mettez le programme à jour.",
                "The file of people is of a newer version of Vauban. Bring the program up to date.",
            ),
            Self::Locked => Text::new(
                "Le fichier des personnes est occupé. Réessayez dans un instant.",
                "The file of people is busy. Try again in a moment.",
            ),
            Self::Full => Text::new(
                "Le disque est plein : rien n'a été changé. Faites de la place, puis réessayez.",
                "The disk is full: nothing was changed. Make room, then try again.",
            ),
            Self::ReadOnly | Self::NoFile(_) | Self::Store(_) => Text::new(
                "Le fichier des personnes ne peut pas être utilisé : rien n'a été changé. Vérifiez la place et les droits.",
                "The file of people cannot be used: nothing was changed. Check room and rights.",
            ),
            Self::Damaged(_) => Text::new(
                "Le fichier des personnes est endommagé. Rétablissez une copie.",
                "The file of people is damaged. Restore a copy.",
            ),
        }
    }
}

impl From<Refusal> for PeopleError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<rusqlite::Error> for PeopleError {
    fn from(error: rusqlite::Error) -> Self {
        if let rusqlite::Error::FromSqlConversionFailure(..) | rusqlite::Error::InvalidColumnType(..) = error {
            return Self::Damaged("a value that is none of ours".to_owned());
        }
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Locked,
            Some(ErrorCode::CannotOpen) => Self::NoFile(error.to_string()),
            Some(ErrorCode::DiskFull) => Self::Full,
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => Self::ReadOnly,
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Damaged(error.to_string()),
            _ => Self::Store(error.to_string()),
        }
    }
}
