//! What a list may not do, whoever keeps it.

mod check;
mod protected;
mod why;

pub use check::Gate;
pub use why::Why;
