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
