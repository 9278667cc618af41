//! Why a step at the desk was not taken.

use std::{io, path::PathBuf};

use uuid::Uuid;
use vauban_blind::{KeyError, LookError, TableError};
use vauban_release::{FormError, LogError};

use crate::{
    desk::{ApproversError, DraftError, FolderError, NotBlind, PublicationError},
    stick::StickError,
    store::{ObjectId, StoreError},
};

/// Why a step at the desk was not taken. What it would have changed is as it was.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    /// A file of the desk cannot be read or written.
    #[error("{0}: {1}")]
    File(PathBuf, io::Error),
    /// A desk is in the folder already; it is left alone.
    #[error("{0}: {1}")]
    There(PathBuf, io::Error),
    /// The file that says which hub this is.
    #[error("hub.json: {0}")]
    About(serde_json::Error),
    /// The key that signs releases.
    #[error("signing.key: {0}")]
    SigningKey(FormError),
    /// The key of the blind tier is no line of hexadecimal digits.
    #[error("blind.key is not what this program wrote")]
    BlindText,
    /// The key of the blind tier.
    #[error("blind.key: {0}")]
    Blind(#[from] KeyError),
    /// The log of the blind tier's keys.
    #[error("keys.txt: {0}")]
    KeyLog(#[from] LogError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The stick.
    #[error(transparent)]
    Stick(#[from] StickError),
    /// The people who stand for releases.
    #[error(transparent)]
    Approvers(#[from] ApproversError),
    /// The draft.
    #[error(transparent)]
    Draft(#[from] DraftError),
    /// The folder of a release.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The form of a release at the front.
    #[error(transparent)]
    Publication(#[from] PublicationError),
    /// The table of a draft's blind tier.
    #[error(transparent)]
    Table(#[from] TableError),
    /// A label of a draft's blind tier.
    #[error(transparent)]
    Label(#[from] LookError),
    /// An object cannot be in the blind tier.
    #[error("{object} cannot be in the blind tier: {why}")]
    NotBlind {
        /// The object.
        object: ObjectId,
        /// Why not.
        why: NotBlind,
    },
    /// No object has this id.
    #[error("there is no object {0}")]
    NoObject(ObjectId),
    /// No party has this id.
    #[error("there is no party {0}")]
    NoParty(Uuid),
}
