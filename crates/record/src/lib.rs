//! The append-only store of what was seen, what was looked at and what was decided, with a hash chain over it.
//!
//! Besides the hub's stores the only place that knows SQL. Entries are added, never changed; each is bound to all before it, so that a changed
//! or removed one shows. A cut at the end shows against a head that was written down elsewhere. What entries mean is
//! their writers' business.

mod chain;
mod correspondents;
mod entry;
mod exceptions;
mod happened;
mod journal;
mod known;
mod memory;
mod names;
mod quarantine;
mod reports;
mod sqlite;
mod store;
#[cfg(test)]
mod suite;
mod sweeps;

pub use chain::{Head, Verification};
pub use correspondents::{Correspondents, Met};
pub use entry::{CoverageRow, Entry, FormatCount, Kept, Kind, SweepFinished, SweepStarted, Unchanged};
pub use exceptions::{Excepted, ExceptedState};
pub use happened::Happened;
pub use journal::{Journal, Judged, JudgedRow, Tally, Way};
pub use known::{Content, Former, KnownFile, KnownStore, NewContent, Observation, Place, Retention, Stat};
pub use memory::MemoryRecord;
pub use names::{AskedName, AskedNames, Looked, Names};
pub use quarantine::{Asked, Decided, Held, HeldState, Quarantine, Quarantined};
pub use reports::{Candidate, Confirmed, Reported};
pub use sqlite::SqliteRecord;
pub use store::{Record, RecordError, write_down};
pub use sweeps::{SweepLog, Swept, confirmed, coverage, excepted, kept, named, reported, sightings, sweeps, unread};
