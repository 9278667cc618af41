//! What can be wrong with a stick, one variant for each cause.

use std::{io, path::PathBuf};

use vauban_release::OrderError;

use crate::store::StoreError;

/// Why a stick was refused. Of the order that it is about, nothing was done.
#[derive(Debug, thiserror::Error)]
pub enum StickError {
    /// There is no such folder.
    #[error("{0}: there is no stick")]
    NoStick(PathBuf),
    /// A file cannot be read or written.
    #[error("{0}: {1}")]
    File(PathBuf, io::Error),
    /// A link, a pipe or a device where a file should be.
    #[error("{0} is no plain file")]
    NotPlain(PathBuf),
    /// More than such a file or folder has.
    #[error("{0} is too large")]
    TooLarge(PathBuf),
    /// A file that an order names is not there.
    #[error("{0} is missing: the stick is half-copied")]
    Missing(PathBuf),
    /// A file is not the one that was signed.
    #[error("{0} was changed")]
    Changed(PathBuf),
    /// An order that may not be done.
    #[error(transparent)]
    Order(#[from] OrderError),
    /// An order says what this program does not know.
    #[error("order {0} tells what this program does not know")]
    Unknown(u64),
    /// All orders on the stick are older than what was done.
    #[error("the stick ends with order {newest}, and order {done} was done")]
    Old {
        /// The last order on the stick.
        newest: u64,
        /// The last order that was done.
        done: u64,
    },
    /// Another order of the same number was done, or given.
    #[error("another order {0} is known")]
    Fork(u64),
    /// The stick knows of orders that this desk did not give.
    #[error("the stick knows order {0}, and this desk does not")]
    OldDesk(u64),
    /// Nothing of a front is on the stick.
    #[error("nothing of a front is on the stick")]
    NoAnswer,
    /// What comes from the front is not this hub's, or was changed.
    #[error("what comes from the front is not this hub's, or was changed")]
    Answer,
    /// The desk's keys for sticks cannot be read.
    #[error("{0} is not what this program wrote")]
    Keys(PathBuf),
    /// Something cannot be sealed or written down.
    #[error("it cannot be sealed: {0}")]
    Seal(String),
    /// The front's database.
    #[error(transparent)]
    Store(#[from] StoreError),
}
