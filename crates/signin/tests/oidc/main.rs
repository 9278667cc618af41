//! The provider over HTTP: an honest tool, a dishonest one, and the modules by which providers are certified.
#![expect(clippy::panic, clippy::unwrap_used, reason = "a test that cannot go on may stop at once")]
#![expect(clippy::print_stdout, reason = "a peer that is missing is named")]

mod basic;
#[path = "../signin/browser.rs"]
#[expect(dead_code, reason = "the tests of signing in need more of it")]
mod browser;
mod elsewhere;
mod flaws;
mod house;
mod logout;
mod peers;
mod proofs;
mod tabs;
mod telling;
mod tokens;
mod tool;
#[path = "../signin/world.rs"]
#[expect(dead_code, reason = "the tests of signing in need more of it")]
mod world;
