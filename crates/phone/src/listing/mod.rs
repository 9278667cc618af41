//! The list of what a backup holds: a database since iOS 10, a flat file before.

mod database;
mod entries;
mod records;

pub(crate) use database::Database;
pub use entries::Entries;
pub(crate) use entries::Listing;
pub(crate) use records::Records;
