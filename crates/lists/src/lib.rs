//! Lists of names that others keep: hosts files, plain lists, response policy zones, in one compiled set of a million names.
//!
//! [`Store`] keeps, for each list, the last copy that was good, and compiles all lists into one file. [`NameSet`] is that
//! file, mapped: which lists block a name or an address, and which let it pass. [`Gate`] is what no list may do: block a
//! public suffix, what everybody uses, or what is the organisation's own.
//!
//! Nothing here fetches, reads a clock, or decides what becomes of a query: bytes and time are arguments, and who obeys
//! which list is the policy's business.

mod formats;
mod gate;
mod limits;
mod name;
mod reading;
mod set;
mod store;

pub use gate::{Gate, Why};
pub use limits::Limits;
pub use reading::{Refusal, Report, Shown, Told, inspect};
pub use set::{Action, BuildError, Builder, Built, Entry, Found, MOST_LISTS, NameSet, OpenError, Scope};
pub use store::{Compiled, Good, Judging, Meta, Missing, Refused, Store, StoreError, Updated};
