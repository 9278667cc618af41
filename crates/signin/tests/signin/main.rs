//! Signing in over HTTP, with keys in software that can lie.
#![expect(clippy::panic, clippy::unwrap_used, reason = "a test that cannot go on may stop at once")]

mod approvals;
mod browser;
mod certificates;
mod device;
mod devices;
mod enrolments;
mod forward;
mod lies;
mod proxies;
mod road;
mod world;
