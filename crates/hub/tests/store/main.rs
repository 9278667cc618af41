//! One suite for both stores on both engines.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test says what it expects in the shortest way, and what it skips"
)]

mod apart;
mod around;
mod cases;
mod desk;
mod engines;
mod kill;
mod made;
mod model;
mod postgres;
mod random;
