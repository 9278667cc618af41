//! Ways into tools that lie behind sign-in under names of their own, where the session's cookie does not come: a ticket that is good
//! once, and the pass that it is changed for.

mod store;
mod values;

pub use values::{Admitted, Doorway, Pass};
