//! The desk from a document to what a party reads at the front.

#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that is not as it should be")]

mod counts;
mod documents;
mod road;
mod steps;
