//! Transfers from and to real name servers, and the verdicts of real resolvers. They are Debian packages: bind9, nsd, knot, unbound.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first thing that is not as it should be")]
#![expect(clippy::print_stdout, reason = "what was skipped or measured is said")]

mod incoming;
mod outgoing;
mod process;
mod programs;
mod questions;
mod sample;
mod stub;
mod verdicts;
