//! Signing in over HTTP, with keys in software that can lie.
#![expect(
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test that cannot go on may stop at once"
)]

mod administrators;
mod approvals;
mod browser;
mod carried;
mod certificates;
mod chromium;
mod crowds;
mod device;
mod devices;
mod enrolments;
mod flaws;
mod forward;
mod front;
mod glass;
mod lies;
mod maker;
mod models;
mod offered;
mod proxies;
mod recovery;
mod road;
mod strangers;
mod world;
