//! `vauban guard` as it runs: a process, its ports, its signals, and those who talk to it.

#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that is not as it should be")]
#![expect(clippy::panic, reason = "a test says what did not come")]
#![expect(clippy::print_stdout, reason = "what was skipped or measured is said")]

#[expect(dead_code, reason = "what signs in is shared with the tests of sign-in, which ask for more")]
#[path = "../../../signin/tests/signin/browser.rs"]
mod browser;
mod compliance;
mod door;
mod encryption;
mod errands;
mod limits;
#[path = "../../../signin/tests/signin/maker.rs"]
mod maker;
mod milter;
mod models;
mod names;
mod outgoing;
mod portal;
mod postfix;
mod process;
mod proofs;
mod quarantine;
mod servers;
mod signin;
