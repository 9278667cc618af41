//! What is asked of an object, and what happens when it does not comply.

mod check;
mod choice;

pub use check::Check;
pub use choice::{Rules, SpecVersion};
