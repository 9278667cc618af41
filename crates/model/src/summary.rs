//! What a sweep looked at, in numbers.

use serde::{Deserialize, Serialize};

/// The account of a sweep. By construction `files + items == read + unread`: whatever was met was either read or
/// is listed with its reason.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Summary {
    /// Files on disk.
    pub files: u64,
    /// Everything looked at inside them: messages, members, attachments, streams.
    pub items: u64,
    /// Files and items that were read to their end.
    pub read: u64,
    /// Files and items that could not be read, or not wholly.
    pub unread: u64,
    /// Indicators met, once for each observable and location.
    pub sightings: u64,
    /// Files not read again because nothing about them changed.
    pub unchanged: u64,
    /// Bytes of the files on disk that were read.
    pub bytes: u64,
    /// Seconds it took.
    pub elapsed_s: f64,
    /// Whether the sweep was stopped before its end.
    pub partial: bool,
}
