//! What is said of objects: of every type, whole and broken.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod demands;
mod parts;
mod recommendations;
mod samples;
mod sentences;
mod together;
mod types;
