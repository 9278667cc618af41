//! What was judged: one row for each message, and, unreadable, what stood in it.
//!
//! In clear stand what a mail server's log has too (when, from whom, to whom, the message's id) and the kinds of facts.
//! What stood in a message is kept as keyed digests of 8 bytes: they answer whether a name that is known to be bad only
//! now was in a message of the past, and cannot be read as a list. A cache that may be deleted; it loses the past, no finding.

mod store;
mod values;

pub use store::Journal;
pub use values::{Judged, JudgedRow, Tally, Way};
