//! The front and the signer, over real connections.
#![expect(clippy::unwrap_used, reason = "a test says what it expects in the shortest way")]

mod apart;
mod blind;
mod client;
mod described;
mod exchanges;
mod leak;
mod made;
mod never;
mod own;
#[path = "../store/postgres.rs"]
mod postgres;
mod rough;
mod two;
mod walked;
