//! Why a release is not accepted, for programs and for people.

use crate::{Number, PublicKey, Time, Words};

/// Why a release does not continue what is remembered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChainError {
    /// Another hub's.
    #[error("the release is another hub's")]
    OtherHub,
    /// Another stream's.
    #[error("the release is of another stream")]
    OtherStream,
    /// Signed by a key that nothing leads to from the known one.
    #[error("the release is signed by {theirs}, and the known key {ours} did not name it")]
    Signer {
        /// The known key.
        ours: Box<PublicKey>,
        /// The key that signed.
        theirs: Box<PublicKey>,
    },
    /// The first release that somebody gets is not full.
    #[error("the first release must be a full one")]
    NotFull,
    /// An older one than the newest known.
    #[error("release {offered} is older than {ours}, which was accepted before")]
    RolledBack {
        /// The newest known.
        ours: Number,
        /// What was offered.
        offered: Number,
    },
    /// There are two releases of one number: keep both manifests, together they are the proof.
    #[error("there are two releases with the number {0}")]
    Fork(Number),
    /// It follows another release than the one that was accepted: keep both manifests, together they are the proof.
    #[error("the release follows another release {0} than the one that was accepted")]
    OtherPast(Number),
    /// Releases are missing: fetch these first, or a full one whose history reaches back to the newest known.
    #[error("releases {first} to {last} are missing")]
    Gap {
        /// The first that is missing.
        first: Number,
        /// The last that is missing.
        last: Number,
        /// How far back the history of this one reaches, if it has one.
        reaches: Option<Number>,
    },
    /// Made in the future.
    #[error("the release was made at {made}, and here it is {now}")]
    Future {
        /// When it says that it was made.
        made: Time,
        /// Our clock.
        now: Time,
    },
    /// Made before the one that it follows.
    #[error("the release was made before the one it follows")]
    TimeBack,
    /// Of an epoch before that of the one it follows.
    #[error("the release is of an earlier epoch than the one it follows")]
    EpochBack,
    /// Past its time.
    #[error("the release expired at {0}")]
    Expired(Time),
    /// The log of keys is not the one that was shown before, continued.
    #[error("the log of the blind tier's keys was changed")]
    Log,
}

impl ChainError {
    /// Whether the hub contradicts itself, so that somebody must be told: not an accident of the network or of a clock.
    #[must_use]
    pub const fn is_contradiction(&self) -> bool {
        matches!(self, Self::Fork(_) | Self::OtherPast(_) | Self::EpochBack | Self::Log)
    }

    /// What a person reads, and what to do next.
    #[must_use]
    pub fn words(&self) -> Words {
        match self {
            Self::OtherHub => Words::new(
                "Cette livraison vient d'une autre agence. Vérifiez la clé USB ou l'adresse.",
                "This release is another agency's. Check the stick or the address.",
            ),
            Self::OtherStream => Words::new(
                "Cette livraison est destinée à un autre groupe. Ne l'utilisez pas et prévenez l'agence.",
                "This release is meant for another group. Do not use it, and tell the agency.",
            ),
            Self::Signer { .. } => Words::new(
                "Cette livraison est signée par une clé inconnue. Appelez l'agence à un numéro que vous connaissez déjà.",
                "This release is signed by an unknown key. Call the agency at a number you already know.",
            ),
            Self::NotFull => Words::new(
                "La première livraison doit être complète. Demandez la dernière livraison complète.",
                "The first release must be full. Ask for the last full release.",
            ),
            Self::RolledBack { ours, offered } => Words::new(
                format!("La livraison {offered} est plus ancienne que la {ours}, déjà reçue. Elle est ignorée."),
                format!("Release {offered} is older than {ours}, which is here already. It is ignored."),
            ),
            Self::Fork(number) => Words::new(
                format!(
                    "Il existe deux livraisons {number} différentes. Gardez les deux et prévenez l'agence et un autre destinataire."
                ),
                format!("There are two different releases {number}. Keep both; tell the agency and another recipient."),
            ),
            Self::OtherPast(number) => Words::new(
                format!(
                    "Cette livraison suit une autre livraison {number} que la vôtre. Gardez-la et prévenez l'agence et un autre destinataire."
                ),
                format!(
                    "This release follows another release {number} than yours. Keep it; tell the agency and another recipient."
                ),
            ),
            Self::Gap { first, last, .. } => Words::new(
                format!("Il manque les livraisons {first} à {last}. Récupérez-les, ou la dernière livraison complète."),
                format!("Releases {first} to {last} are missing. Fetch them, or the last full release."),
            ),
            Self::Future { made, now } => Words::new(
                format!(
                    "Cette livraison est datée du {made}, mais il est {now} ici. Vérifiez l'horloge de cette machine."
                ),
                format!("This release is dated {made}, but here it is {now}. Check this machine's clock."),
            ),
            Self::TimeBack => Words::new(
                "Cette livraison est datée d'avant celle qu'elle suit. Prévenez l'agence.",
                "This release is dated before the one it follows. Tell the agency.",
            ),
            Self::EpochBack => Words::new(
                "Cette livraison revient à une ancienne clé des recherches aveugles. Prévenez l'agence.",
                "This release goes back to an old key of the blind look-ups. Tell the agency.",
            ),
            Self::Expired(time) => Words::new(
                format!(
                    "Cette livraison n'est plus valable depuis le {time}. Récupérez la plus récente et vérifiez l'horloge."
                ),
                format!("This release expired at {time}. Fetch the newest one, and check the clock."),
            ),
            Self::Log => Words::new(
                "Le journal des clés des recherches aveugles a été modifié. N'envoyez plus de recherches et comparez les mots avec un autre destinataire.",
                "The log of the blind look-ups' keys was changed. Send no more look-ups, and compare the words with another recipient.",
            ),
        }
    }
}
