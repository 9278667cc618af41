//! The front and the signer, over real connections.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test says what it expects in the shortest way, and what it leaves out"
)]

mod apart;
mod blind;
mod client;
mod counts;
mod described;
mod exchanges;
mod joining;
mod leak;
mod leaves;
mod made;
mod misp;
mod never;
mod own;
mod planted;
#[path = "../store/postgres.rs"]
mod postgres;
mod rough;
mod two;
mod views;
mod walked;
