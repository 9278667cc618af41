//! The desk's pages over real HTTP: from a document to a release that two people stand for, and what must not pass.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test stops at the first thing that is not as it should be, and says what it skips"
)]

mod browser;
mod chromium;
mod door;
mod hostile;
mod road;
mod world;
mod wrong;
