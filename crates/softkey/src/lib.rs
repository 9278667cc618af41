//! A passkey in software, with the browser before it: for tests and load generators, in no program that is shipped. It is deterministic,
//! makes some thousand signatures a second, and can lie: whatever it says may be changed before it signs.
//!
//! It reads the options and writes the responses of Web Authentication Level 3 as JSON (§5.1), and shares no code with what verifies
//! them, so that the two can disagree. Like a browser, it signs for the host of the page and for no other.

mod assertion;
mod client_data;
mod enrolment;
mod key;
mod options;

pub use assertion::Assertion;
pub use client_data::ClientData;
pub use enrolment::{Enrolment, Statement, cose_p256, no_statement, packed};
pub use key::{NoKey, Signer, SoftKey, flag, honest};
