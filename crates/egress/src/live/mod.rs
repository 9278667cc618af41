//! What is opened, cut and blocked while the guard runs.

mod blocked;
mod mirror;
mod opener;
mod siblings;
mod worker;

pub use blocked::Blocked;
pub use opener::{OpenError, Opener};
pub use siblings::siblings;
