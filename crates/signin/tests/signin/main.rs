//! Signing in over HTTP, with keys in software that can lie.
#![expect(clippy::panic, clippy::unwrap_used, reason = "a test that cannot go on may stop at once")]

mod administrators;
mod approvals;
mod browser;
mod enrolments;
mod lies;
mod models;
mod road;
mod strangers;
mod walk;
mod world;
