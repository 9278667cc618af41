//! The enrolment code: what a person types or scans once, so that the first contact is with the right hub and by the right party.
//!
//! It holds a secret from which the party's credential follows, and the fingerprint of the key that signs the hub's releases. Where the hub is, is said
//! apart. Twelve groups of five signs; the last sign of each group tells a mistyped group from the others, three bytes at the end
//! the whole. Whoever has the code can stand in its holder's place: it is given by hand, and a party whose code was seen is enrolled anew.

mod code;
mod error;
mod groups;

pub use code::{Enrolment, SignerPin};
pub use error::EnrolmentError;
