//! A desk and its front with a stick between them, and the same with the database at hand.

#![expect(
    clippy::unwrap_used,
    reason = "a test says what it expects in the shortest way, and stops at the first thing that is not so"
)]

mod again;
mod changed;
mod cut;
mod road;
mod world;
