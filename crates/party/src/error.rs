//! Why something cannot be done with a hub at all.

use std::io;

use vauban_release::Words;

use crate::{DoorError, MembershipError, StreamError};

/// Why a party cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum PartyError {
    /// The membership.
    #[error(transparent)]
    Membership(#[from] MembershipError),
    /// The hub.
    #[error(transparent)]
    Door(#[from] DoorError),
    /// A stream.
    #[error(transparent)]
    Stream(#[from] StreamError),
    /// The code opens nothing any more, and this party did not use it.
    #[error("the code was used by somebody else, or called back")]
    Used,
    /// Another process has this hub open.
    #[error("another process works with this hub")]
    Busy,
    /// The disk.
    #[error("the state directory: {0}")]
    Io(#[from] io::Error),
}

impl PartyError {
    /// What a person reads, and what to do next.
    #[must_use]
    pub fn words(&self) -> Words {
        match self {
            Self::Membership(error) => error.words(),
            Self::Door(error) => error.words(),
            Self::Stream(error) => error.words(),
            Self::Used => Words::new(
                "Ce code a déjà servi, et pas ici, ou l'agence l'a annulé. Appelez l'agence tout de suite : quelqu'un a peut-être pris votre place.",
                "This code was used already, and not here, or the agency called it back. Call the agency at once: somebody may stand in your place.",
            ),
            Self::Busy => Words::new(
                "Un autre processus Vauban échange déjà avec cette agence. Réessayez dans un instant.",
                "Another process of Vauban is talking to this agency. Try again in a moment.",
            ),
            Self::Io(_) => Words::new(
                "Impossible d'utiliser le dossier d'état. Vérifiez la place et les droits.",
                "The state directory cannot be used. Check room and rights.",
            ),
        }
    }
}
