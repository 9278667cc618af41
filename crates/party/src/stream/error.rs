//! Why a stream is not brought up to date. Whatever it is, what was accepted before stays as it was.

use std::io;

use vauban_blind::TableError;
use vauban_release::{
    BodyError, ChainError, ChainTextError, EnrolmentError, GoneError, ManifestError, PartError, ReceiptError,
    WholeError, Words,
};

use crate::DoorError;

/// Why nothing new was taken.
#[derive(Debug, thiserror::Error)]
pub enum StreamError {
    /// The hub did not give it.
    #[error(transparent)]
    Door(#[from] DoorError),
    /// What came is no release, or not the one that was signed.
    #[error(transparent)]
    Body(#[from] BodyError),
    /// It does not continue what was accepted.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// The key that signed is not the one that the code pinned, and none that it named.
    #[error(transparent)]
    Signer(#[from] EnrolmentError),
    /// The hub contradicted itself, then or now: nothing is taken until a person acted.
    #[error("the stream was stopped because the hub contradicted itself")]
    Stopped(Words),
    /// A stick with a stream that this party does not have.
    #[error("the stick has a stream that this party does not have")]
    NotOurs,
    /// A line of `objects.jsonl` that is no object with an id.
    #[error("line {0} of objects.jsonl is no STIX object")]
    Object(usize),
    /// What left the stream is not told as it should be.
    #[error("gone.txt: {0}")]
    Gone(#[from] GoneError),
    /// With what was there before, the objects are more than a party keeps.
    #[error("the objects of the stream together have more than {0} bytes")]
    Much(u64),
    /// The blind table is none, though the agency signed it.
    #[error("blind.table: {0}")]
    Table(#[from] TableError),
    /// The blind table is of another epoch or key than the manifest says.
    #[error("blind.table is of another epoch or key than the manifest says")]
    OtherTable,
    /// The receipt could not be written.
    #[error(transparent)]
    Receipt(#[from] ReceiptError),
    /// What was accepted before cannot be read any more.
    #[error("what was accepted before was changed or cut off on this machine")]
    Damaged,
    /// This machine's disk.
    #[error("the state directory: {0}")]
    Io(#[from] io::Error),
}

impl From<ManifestError> for StreamError {
    fn from(error: ManifestError) -> Self {
        Self::Body(error.into())
    }
}

impl From<PartError> for StreamError {
    fn from(error: PartError) -> Self {
        Self::Body(error.into())
    }
}

impl From<WholeError> for StreamError {
    fn from(error: WholeError) -> Self {
        Self::Body(error.into())
    }
}

impl From<ChainTextError> for StreamError {
    fn from(_: ChainTextError) -> Self {
        Self::Damaged
    }
}

impl StreamError {
    /// What a person reads, and what to do next.
    #[must_use]
    pub fn words(&self) -> Words {
        match self {
            Self::Door(error) => error.words(),
            Self::Body(error) => error.words(),
            Self::Chain(error) => error.words(),
            Self::Signer(error) => error.words(),
            Self::Receipt(error) => error.words(),
            Self::Stopped(words) => Words::new(
                format!(
                    "L'agence s'est contredite et rien n'est plus repris d'elle. {} Quand c'est éclairci, reprenez vous-même.",
                    words.fr
                ),
                format!(
                    "The agency contradicted itself, and nothing more is taken from it. {} When that is cleared up, resume yourself.",
                    words.en
                ),
            ),
            Self::NotOurs => Words::new(
                "Cette clé USB contient un flux que vous ne recevez pas. Demandez à l'agence s'il vous est destiné.",
                "This stick has a stream that you do not receive. Ask the agency whether it is meant for you.",
            ),
            Self::Object(_) | Self::Gone(_) | Self::Table(_) | Self::OtherTable => Words::new(
                "La livraison est bien signée, mais son contenu est illisible : rien n'en a été utilisé. Prévenez l'agence.",
                "The release is signed, but its content cannot be read, and nothing of it was used. Tell the agency.",
            ),
            Self::Much(_) => Words::new(
                "La livraison est trop grande pour cette machine : rien n'en a été utilisé. Prévenez l'agence.",
                "The release is too large for this machine, and nothing of it was used. Tell the agency.",
            ),
            Self::Damaged => Words::new(
                "Les données de l'agence sont abîmées sur cette machine. Vérifiez le disque, puis retirez et réinscrivez l'agence.",
                "The agency's data are damaged on this machine. Check the disk, then remove the agency and enrol again.",
            ),
            Self::Io(_) => Words::new(
                "Impossible d'écrire sur le disque : rien n'a changé. Vérifiez la place et les droits.",
                "The disk cannot be written to, and nothing changed. Check room and rights.",
            ),
        }
    }
}
