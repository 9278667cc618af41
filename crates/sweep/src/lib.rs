//! Have we been hit? Reads evidence from files, item by item, and accounts for every one.
//!
//! Offline and read-only: nothing is executed, nothing found is dialled, nothing is written. What to look for comes
//! in as [`Rules`]; what was found goes out as [`Event`]s in the order of the walk, whatever the number of threads.

mod account;
mod examine;
mod file;
mod hashes;
mod judge;
mod rules;
mod run;
mod scanner;
mod walk;
mod whole;

pub use account::Account;
pub use examine::{FileResult, examine};
pub use hashes::Hashes;
pub use rules::{BytesScanner, RuleHit, Rules, Scanners};
pub use run::{Event, Options, Progress, run};
