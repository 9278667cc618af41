//! Servers that lie, cut, drip and never end; clients that stall, flood and send noise. No other programs are needed.
#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that is not as it should be")]
#![expect(clippy::print_stdout, reason = "what was skipped or measured is said")]

mod between_ours;
mod clients;
mod lies;
mod mutations;
mod script;
mod text;
