//! One suite for both stores on both engines.
#![expect(clippy::unwrap_used, reason = "a test says what it expects in the shortest way")]

mod apart;
mod cases;
mod desk;
mod engines;
mod kill;
mod made;
mod model;
mod postgres;
mod random;
