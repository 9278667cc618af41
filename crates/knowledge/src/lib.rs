//! What we know, ready to be matched: the starter set, the sources in the store, the releases of agencies' hubs and the paths a person names become
//! one indicator set, one set of YARA rules and one of Sigma rules, compiled when something changed and kept in the state
//! directory.
//!
//! The one place where documents of others meet the matcher; whoever sweeps or guards gets a [`Knowledge`] and cares
//! no more where it came from. It matches nothing itself, and knows no clock.

mod gather;
mod hubs;
mod keep;
mod load;
mod starter;

pub use gather::{Gathered, Left, Sources};
pub use load::{EventRules, Files, Knowledge, LoadError, Prepared, Warning, indicators, prepare};
pub use starter::starter;
