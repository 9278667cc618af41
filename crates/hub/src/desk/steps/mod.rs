//! The desk of a folder, and its steps one by one: what a command does and what a page does is the same call.

mod checks;
mod collect;
mod counts;
mod error;
mod inside;
mod objects;
mod open;
mod parties;
mod reach;
mod releases;

pub use checks::{NotBlind, Stays, can_be_blind, findings, stays};
pub use collect::{Collected, Seen};
pub use counts::{Spread, Sums, WeekSum};
pub use error::DeskError;
pub use inside::{Difference, Inside, Trial};
pub use objects::{Chosen, Decision, Preview, Taken};
pub use open::Desk;
pub use releases::{Published, Wanted};
