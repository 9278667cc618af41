//! The blind table of a release: tags and sealed labels among rows that are nothing.
//!
//! ```text
//! "VBT1"  epoch u32  public key [32]  salt [32]  rows u32  then rows x ( tag u64  sealed label [504] )        big endian
//! ```
//!
//! Rows are 512 bytes and stand in the order of their tags, each tag once. The salt is random for each table: tags and keys of two tables
//! of the same indicators have nothing in common, so nobody can see from one release to the next which rows stayed.

mod build;
mod header;
mod padding;
mod read;

pub use build::{BuildError, TableBuilder};
pub use header::{ROW, TABLE_HEADER};
pub use padding::{MAX_ROWS, MIN_ROWS, padded};
pub use read::{LookError, Table, TableError};
