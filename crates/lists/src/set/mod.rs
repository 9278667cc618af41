//! The compiled set: all lists of an organisation in one file.
//!
//! A binary fuse filter answers nearly all look-ups of names that stand nowhere. Behind it, names are sorted into buckets
//! by their keyed hashes and compared whole, so that nothing is found that is not there. A name that several lists hold
//! stands there once, with masks that say which lists it stands in and what for.

mod build;
mod classes;
mod explain;
mod layout;
mod look_up;
mod open;
mod terms;
mod walk;
mod write;

pub use build::{BuildError, Builder, Built};
pub(crate) use layout::FORMAT_VERSION;
pub use open::{NameSet, OpenError};
pub use terms::{Action, Entry, Found, MOST_LISTS, Scope};
