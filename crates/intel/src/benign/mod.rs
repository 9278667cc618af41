//! What honest people use: names, addresses and hashes that never tell an attack by themselves.
//!
//! Documentation networks are not among them: examples and tests use those.

mod check;
mod networks;
mod services;

pub use check::{Benign, BenignFileError};
pub(crate) use services::is_publisher;
pub use services::{publishers, services};
