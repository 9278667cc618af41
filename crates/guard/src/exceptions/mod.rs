//! Exceptions of the policy that people make in the pages: each for somebody, to something, with an owner, a reason and an end.
//!
//! They lie in a file of the state directory. Whoever makes a policy of a configuration takes them along with
//! [`with_exceptions`]: those of the configuration first, then these, so that a rule's id means the same everywhere.

mod allowed;
mod make;
mod store;

pub use allowed::{Choices, Refused, asker, choices};
pub use make::{ExceptionError, MOST_DAYS, Wanted, end, make};
pub use store::{Exceptions, Made, with_exceptions};
