//! The provider without sockets, by a clock that is turned.
#![expect(clippy::panic, clippy::unwrap_used, reason = "a test that cannot go on may stop at once")]

mod clients;
mod damage;
mod dump;
mod elsewhere;
mod house;
mod keys;
mod outbox;
mod times;
