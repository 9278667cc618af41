//! The seam between what is recorded and where.

use std::path::Path;

use jiff::Timestamp;
use serde::Serialize;

use crate::{Entry, Head, Kind, SqliteRecord, Verification};

/// Why the record could not be used.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// Written by a newer program.
    #[error("the record was written by a newer version of the program (schema {found})")]
    Newer {
        /// Its schema version.
        found: i64,
    },
    /// Another process holds it.
    #[error("the record is in use by another process")]
    Locked,
    /// No room left.
    #[error("no room left on the disk of the record")]
    Full,
    /// It may not be written.
    #[error("the record may not be written")]
    ReadOnly,
    /// Its file can be neither opened nor made.
    #[error("the record's file cannot be opened: {0}")]
    NoFile(String),
    /// Not a record, or damaged.
    #[error("the record is damaged: {0}")]
    Damaged(String),
    /// Anything else the store says.
    #[error("the record cannot be used: {0}")]
    Store(String),
}

/// Writes one entry down in the record of this file, durably.
///
/// # Errors
/// When the record cannot be opened or refuses.
pub fn write_down(path: &Path, at: Timestamp, kind: Kind, body: &impl Serialize) -> Result<(), RecordError> {
    let body = serde_json::to_string(body).map_err(|error| RecordError::Store(error.to_string()))?;
    let mut record = SqliteRecord::open(path)?;
    record.append(at, kind, 0, &body)?;
    record.commit()
}

/// An append-only store. Appends wait for [`commit`](Self::commit): what was not committed is not there after a
/// crash, what was is.
pub trait Record {
    /// Appends an entry and gives its place. `sweep` is the place of the sweep's first entry, or 0 for that entry
    /// itself.
    ///
    /// # Errors
    /// When the store refuses; nothing since the last commit is kept then.
    fn append(&mut self, at: Timestamp, kind: Kind, sweep: u64, body: &str) -> Result<u64, RecordError>;

    /// Makes everything appended durable.
    ///
    /// # Errors
    /// When the store refuses; nothing since the last commit is kept then.
    fn commit(&mut self) -> Result<(), RecordError>;

    /// Calls back with entries in order: of one sweep or of all, of one kind or of all.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn entries(&self, sweep: Option<u64>, kind: Option<Kind>, each: &mut dyn FnMut(Entry)) -> Result<(), RecordError>;

    /// The end of the chain.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn head(&self) -> Result<Head, RecordError>;

    /// Checks every entry. With `expected`, also that the chain still holds the entry that was its head then.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn verify(&self, expected: Option<Head>) -> Result<Verification, RecordError>;
}
