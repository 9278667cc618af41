//! The client's side: which request comes next, and what its response was. Nothing is sent here.

mod ask;
mod bounds;
mod found;
mod origin;
mod problem;
mod query;
mod walk;

pub use ask::{Ask, Reply};
pub use bounds::Bounds;
pub use found::{Found, Overlooked};
pub use problem::WalkError;
pub use query::Wanted;
pub use walk::Walk;
