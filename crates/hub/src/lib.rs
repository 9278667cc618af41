//! The agency's hub: indicators shared under TLP with parties that are rivals.
//!
//! What is here so far is [`store`]: what the desk and the front keep, in SQLite or PostgreSQL. It decides on nothing but what a party may
//! see, and that it does in the questions themselves.

pub mod store;

#[cfg(test)]
extern crate self as vauban_hub;
#[cfg(test)]
#[expect(dead_code, clippy::unwrap_used, reason = "the tests of the whole store use all of it")]
#[path = "../tests/store/postgres.rs"]
mod server;
