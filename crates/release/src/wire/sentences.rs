//! What a person reads when a release is refused before its chain is looked at.

use super::{BodyError, PartError, WholeError};
use crate::{Words, manifest::ManifestError};

impl ManifestError {
    /// What a person reads, and what to do next.
    #[must_use]
    pub fn words(&self) -> Words {
        match self {
            Self::Version(_) => Words::new(
                "Cette livraison demande une version plus récente de Vauban. Mettez-le à jour.",
                "This release needs a later version of Vauban. Update it.",
            ),
            Self::Other | Self::TooLong | Self::Shape(_) => not_a_release(),
            Self::NotSigned(_) | Self::Form(_) | Self::Change(_) | Self::Spelling => changed(),
            Self::Flawed(_) | Self::OtherKey => contradicts_itself(),
        }
    }
}

impl PartError {
    /// What a person reads, and what to do next.
    #[must_use]
    pub fn words(&self) -> Words {
        match self {
            Self::Short(_) => half_written(),
            Self::Long(_) | Self::Changed(_) | Self::None(_) | Self::Twice(_) => changed(),
            Self::Count(_) => contradicts_itself(),
        }
    }
}

impl WholeError {
    /// What a person reads, and what to do next.
    #[must_use]
    pub fn words(&self) -> Words {
        match self {
            Self::Missing(_) => half_written(),
            Self::Past { .. } | Self::Broken(_) | Self::Log(_) | Self::OtherLog => contradicts_itself(),
        }
    }
}

impl BodyError {
    /// What a person reads, and what to do next.
    #[must_use]
    pub fn words(&self) -> Words {
        match self {
            Self::FirstLine | Self::Length => not_a_release(),
            Self::Short => half_written(),
            Self::Trailing | Self::Refused => changed(),
            Self::Manifest(error) => error.words(),
            Self::Part(error) => error.words(),
            Self::Whole(error) => error.words(),
        }
    }
}

fn not_a_release() -> Words {
    Words::new(
        "Ce n'est pas une livraison de Vauban. Vérifiez l'adresse ou la clé USB.",
        "This is not a release of Vauban. Check the address or the stick.",
    )
}

fn half_written() -> Words {
    Words::new(
        "La livraison est incomplète : rien n'en a été utilisé. Récupérez-la de nouveau.",
        "The release is incomplete, and nothing of it was used. Fetch it again.",
    )
}

fn changed() -> Words {
    Words::new(
        "La livraison a été modifiée après sa signature : rien n'en a été utilisé. Récupérez-la de nouveau ; si cela se répète, prévenez l'agence.",
        "The release was changed after it was signed, and nothing of it was used. Fetch it again; if that repeats, tell the agency.",
    )
}

fn contradicts_itself() -> Words {
    Words::new(
        "La livraison se contredit : rien n'en a été utilisé. Prévenez l'agence.",
        "The release contradicts itself, and nothing of it was used. Tell the agency.",
    )
}
