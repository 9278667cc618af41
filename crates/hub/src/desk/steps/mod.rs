//! The desk of a folder, and its steps one by one: what a command does and what a page does is the same call.

mod collect;
mod error;
mod objects;
mod open;
mod parties;
mod releases;

pub use collect::{Collected, Seen};
pub use error::DeskError;
pub use objects::{Chosen, Decision, Preview, Taken};
pub use open::Desk;
pub use releases::{Published, Wanted};
