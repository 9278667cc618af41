//! Why a batch was not answered, and which of these reasons are an attack.

use std::io;

use vauban_blind::{AskError, StateError};
use vauban_release::Words;

use crate::{DoorError, SealError, StreamError};

/// A hub that answers, or pins, what it must not. Nothing was learnt by it, and nothing of it is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AttackError {
    /// The proof does not hold: evaluated with another key, or changed on the way.
    #[error(
        "attack: the answer's proof does not hold, so that another key than the pinned one made it, or somebody changed it"
    )]
    Proof,
    /// The answer itself says that it is of another key than was asked for.
    #[error("attack: the answer is of another key than the one that is pinned")]
    OtherKey,
    /// Two streams of one hub pin two keys for one epoch, or two logs of keys.
    #[error("attack: two streams of the hub pin different keys, or different logs of keys")]
    TwoKeys,
}

impl AttackError {
    /// What a person reads, and what to do next.
    #[must_use]
    pub fn words(self) -> Words {
        match self {
            Self::Proof | Self::OtherKey => Words::new(
                "Attaque : la réponse aux recherches aveugles n'a pas été calculée avec la clé publiée. Elle a été rejetée et n'a rien révélé de vous. Prévenez l'agence à un numéro que vous connaissez, et comparez les mots du journal des clés avec un autre destinataire.",
                "Attack: the answer to the blind look-ups was not made with the published key. It was thrown away, and told nobody anything about you. Tell the agency at a number you know, and compare the words of the log of keys with another recipient.",
            ),
            Self::TwoKeys => Words::new(
                "Attaque : l'agence publie deux clés différentes pour la même période. Aucune recherche n'est plus envoyée. Prévenez l'agence et comparez les mots du journal des clés avec un autre destinataire.",
                "Attack: the agency publishes two different keys for the same time. No more look-ups are sent. Tell the agency, and compare the words of the log of keys with another recipient.",
            ),
        }
    }
}

/// Why the slot has no answer (yet).
#[derive(Debug, thiserror::Error)]
pub enum DayError {
    /// Somebody cheats.
    #[error(transparent)]
    Attack(#[from] AttackError),
    /// The signer is in another epoch: update the streams, then go on.
    #[error("the signer is in another epoch than the newest release that is here")]
    OtherEpoch,
    /// The hub did not answer, or not what it should.
    #[error(transparent)]
    Door(#[from] DoorError),
    /// The release asks for batches or slots that cannot be.
    #[error("the release asks for batches of {batch} and {slots} a day, which this program cannot send")]
    Size {
        /// Look-ups in a batch.
        batch: u32,
        /// Batches a day.
        slots: u16,
    },
    /// What was kept does not open.
    #[error(transparent)]
    Sealed(#[from] SealError),
    /// A batch could not be made.
    #[error(transparent)]
    Ask(#[from] AskError),
    /// A batch that was kept cannot be gone on with.
    #[error(transparent)]
    State(#[from] StateError),
    /// A stream's table.
    #[error(transparent)]
    Stream(#[from] StreamError),
    /// The disk.
    #[error("the state directory: {0}")]
    Io(#[from] io::Error),
}

impl DayError {
    /// What a person reads, and what to do next.
    #[must_use]
    pub fn words(&self) -> Words {
        match self {
            Self::Attack(error) => error.words(),
            Self::Door(error) => error.words(),
            Self::Stream(error) => error.words(),
            Self::OtherEpoch => Words::new(
                "L'agence a changé de clé. Vauban récupère la nouvelle livraison, puis reprend les recherches.",
                "The agency changed its key. Vauban fetches the new release, then goes on with the look-ups.",
            ),
            Self::Size { .. } => Words::new(
                "Les recherches aveugles de cette agence demandent une version plus récente de Vauban.",
                "The blind look-ups of this agency need a later version of Vauban.",
            ),
            Self::Sealed(_) => Words::new(
                "Les recherches en attente ne s'ouvrent pas avec cette clé. Rétablissez la clé, ou oubliez-les et recommencez.",
                "The look-ups that wait do not open with this key. Restore the key, or forget them and begin again.",
            ),
            Self::Ask(_) | Self::State(_) => Words::new(
                "Les recherches du jour sont perdues ; celles de demain partiront normalement.",
                "Today's look-ups are lost; tomorrow's go out as usual.",
            ),
            Self::Io(_) => Words::new(
                "Impossible d'écrire sur le disque : rien n'a été envoyé. Vérifiez la place et les droits.",
                "The disk cannot be written to, and nothing was sent. Check room and rights.",
            ),
        }
    }
}
