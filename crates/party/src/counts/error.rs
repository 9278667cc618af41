//! Why counts cannot be shown, agreed to or told.

use vauban_record::RecordError;
use vauban_release::Words;

use crate::StreamError;

/// Why counts cannot be shown, agreed to or told. Nothing that was agreed or kept is changed by it.
#[derive(Debug, thiserror::Error)]
pub enum CountsError {
    /// Nobody agrees, or the name is none.
    #[error("an agreement needs the name of a person, of at most 200 bytes and without control characters")]
    Nobody,
    /// A statement could not be made.
    #[error(transparent)]
    Said(#[from] vauban_release::CountsError),
    /// What a stream holds.
    #[error(transparent)]
    Stream(#[from] StreamError),
    /// What the record says was met.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The disk.
    #[error("the state directory: {0}")]
    Io(#[from] std::io::Error),
}

impl CountsError {
    /// What a person reads, and what to do next.
    #[must_use]
    pub fn words(&self) -> Words {
        match self {
            Self::Nobody => Words::new(
                "Indiquez le nom de la personne qui donne son accord, sur une ligne.",
                "Give the name of the person who agrees, on one line.",
            ),
            Self::Said(error) => error.words(),
            Self::Stream(error) => error.words(),
            Self::Record(_) => Words::new(
                "Le journal de Vauban est illisible : aucun décompte n'est fait. `vauban record verify` dit pourquoi.",
                "Vauban's record cannot be read, and nothing is counted. `vauban record verify` says why.",
            ),
            Self::Io(_) => Words::new(
                "Impossible d'utiliser le dossier d'état. Vérifiez la place et les droits.",
                "The state directory cannot be used. Check room and rights.",
            ),
        }
    }
}
