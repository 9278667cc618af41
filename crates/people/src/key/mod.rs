//! Keys: opaque credentials with an id, whose they are, and how they are brought up to date.

mod store;
mod values;

pub use values::{Key, KeyOwner, NewKey, Used};
