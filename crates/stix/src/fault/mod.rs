//! What is wrong with an object: where, what, and which section says so.

mod place;
mod problem;
mod sentence;

pub use place::{Fault, Path, Requirement};
pub use problem::{Expected, Problem};
