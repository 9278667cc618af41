//! Documents that somebody made to hurt.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod anything;
mod documents;
mod long;
