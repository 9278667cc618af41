//! What is wrong with a code, so that a person finds it. No error repeats what was typed.

use crate::Words;

/// Why a code is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EnrolmentError {
    /// Too few signs, or too many.
    #[error("a code has 60 signs in 12 groups, and {typed} were typed")]
    Length {
        /// How many were typed.
        typed: usize,
    },
    /// A sign that no code has.
    #[error("group {group} has a sign that no code has")]
    Sign {
        /// Which group, from 1.
        group: usize,
    },
    /// A group with a typing error.
    #[error("group {group} is mistyped")]
    Group {
        /// Which group, from 1.
        group: usize,
    },
    /// Every group is one, but together they are no code.
    #[error("the code is mistyped")]
    Checksum,
    /// A code of a later version.
    #[error("a code of version {0}, which this program does not know")]
    Version(u8),
    /// The hub that was met signs with another key than the code says.
    #[error("the hub signs with another key than the code says")]
    OtherKey,
}

impl EnrolmentError {
    /// What a person reads, and what to do next.
    #[must_use]
    pub fn words(&self) -> Words {
        match self {
            Self::Length { typed } => Words::new(
                format!("Le code compte 60 signes en 12 groupes ; vous en avez saisi {typed}."),
                format!("The code has 60 signs in 12 groups; you typed {typed}."),
            ),
            Self::Sign { group } => Words::new(
                format!("Relisez le groupe {group} : il contient un signe qui n'existe dans aucun code."),
                format!("Look at group {group} again: it has a sign that no code has."),
            ),
            Self::Group { group } => Words::new(
                format!("Relisez le groupe {group} : il contient une faute de frappe."),
                format!("Look at group {group} again: it is mistyped."),
            ),
            Self::Checksum => Words::new(
                "Relisez le code : il contient une faute de frappe.",
                "Look at the code again: it is mistyped.",
            ),
            Self::Version(_) => Words::new(
                "Ce code demande une version plus récente de Vauban. Mettez-le à jour.",
                "This code needs a later version of Vauban. Update it.",
            ),
            Self::OtherKey => Words::new(
                "Ce serveur n'est pas celui pour lequel le code a été fait. N'allez pas plus loin et appelez l'agence.",
                "This server is not the one that the code was made for. Go no further, and call the agency.",
            ),
        }
    }
}
