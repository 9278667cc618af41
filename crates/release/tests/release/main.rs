//! The release from outside: what is refused, what a chain accepts, what receipts prove.
#![expect(clippy::unwrap_used, reason = "tests")]

mod bits;
mod body;
mod chain;
mod counts;
mod enrolment;
mod key_log;
mod manifest;
mod minisign;
mod receipt;
mod support;
mod wandering;
