//! Everything at once: a gateway with a real guard, devices behind it that try to get past it, and an internet that is listened
//! to. The same is tried against Unbound beside rules of nftables as they are written by hand.

#![expect(clippy::panic, reason = "a test says what did not come")]
#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that is not as it should be")]
#![expect(clippy::print_stdout, reason = "what was skipped or measured is said")]

mod ask;
mod capture;
mod cases;
mod field;
mod filter;
mod internet;
mod plain;
mod raw;
mod restart;
mod round;
mod suite;
mod table;
mod wireguard;
mod yard;
