//! What was asked is remembered: bounded in bytes, found by several threads at once, given out past its time when
//! nobody has anything newer (RFC 8767). It has no clock: every call says what time it is, on a clock that only goes
//! forward.

mod entry;
mod hash;
mod shard;
mod store;

pub use entry::Hit;
pub use store::{Cache, Counts, Limits};

#[cfg(test)]
mod tests;
