//! The resolver with real servers: zones that BIND's tools sign and NSD serves, Unbound as upstream server over every
//! protocol and as the judge that ours is compared with; and servers that die, lie and dawdle.
#![expect(clippy::unwrap_used, reason = "a test may fail in the shortest way")]
#![expect(clippy::print_stdout, reason = "a test that is skipped says so")]

mod client;
mod faults;
mod liars;
mod programs;
mod transports;
mod verdicts;
mod world;
mod zones;
