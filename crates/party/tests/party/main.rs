//! A party against a hub in memory: honest, lying, silent.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot be set up is a failure")]

mod costs;
mod counts;
mod day;
mod https;
mod hub;
mod kill;
mod leaks;
mod lies;
mod made;
mod round;
mod sighting;
mod stick;
mod stopped;
mod wandering;
