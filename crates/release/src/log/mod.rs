//! The log of the blind tier's keys: which key in which epoch, appended to and never changed.
//!
//! A signer who gives one party a key of its own can tell that party's look-ups from all others. The log binds every key to all
//! before it in one digest, its *head*. Two parties who read each other the words of their heads know that they have the same keys;
//! a party alone knows that its hub never changed what it said before.

mod keys;
mod words;

pub use keys::{BlindKey, KeyLog, LogError, LogHead};
pub use words::HeadWords;
