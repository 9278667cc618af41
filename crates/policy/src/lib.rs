//! Work and private apart: who may reach what, decided once, for every plane that enforces it.
//!
//! A *compartment* is who, where and what: work, private, guest, or any an organisation names. [`Policy`] is what stands in
//! `vauban.toml`; [`Rules`] is that, ready to be asked; [`Rules::decide`] is the one function that decides. DNS, the
//! network, mail and sign-in compile from it or ask it, so they cannot disagree, and `vauban policy explain` says the same.
//!
//! Pure: no network, no clock, no list of bad names. What indicators say is handed in; the time is an argument.

mod check;
mod decide;
mod kinds;
mod rules;
mod settle;
mod shape;
mod words;

pub use check::Problem;
pub use decide::{Decision, Met, Object, PassedOver, Subject, Verdict, day};
pub use kinds::Kind;
pub use rules::Rules;
pub use settle::{Known, Place, Rule};
pub use shape::{Compartment, Device, Egress, Exception, Expect, List, Logging, Person, Policy, Settings, Tool};
