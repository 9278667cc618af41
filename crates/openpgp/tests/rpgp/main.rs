//! The fast lane: rPGP makes the keys and opens what we seal, and no other program is needed.

#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

mod autocrypt;
mod detect;
mod envelope;
mod keys;
mod properties;
mod support;
