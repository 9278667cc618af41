//! The record in an SQLite file.

mod store;

pub use store::SqliteRecord;
pub(crate) use store::error;
