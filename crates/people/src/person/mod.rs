//! Persons: who they are, and what administrators change about them.

mod change;
mod leave;
mod read;
mod roll;
mod values;

pub(crate) use change::GROUPS;
pub(crate) use read::{administrators, person};
pub use roll::Enlisted;
pub use values::{Person, Role, Standing, Tie, Warning};
