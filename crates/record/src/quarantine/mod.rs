//! Messages that were kept back: encrypted, until somebody or time decides on them.
//!
//! Nothing in this file can be read without a key that is not here: subject, reasons with their evidence and the message
//! itself are sealed. In clear stand what a list needs: when, from whom, to whom, which kinds of facts. What was decided
//! stands in the record, whose chain shows a change; what is sealed is bound to it by its hash.

mod store;
mod told;
mod values;

pub use store::Quarantine;
pub use values::{Asked, Decided, Held, HeldState, Quarantined};
