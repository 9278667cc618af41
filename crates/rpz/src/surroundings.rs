//! What a library must be told: the time and randomness.

use std::{fmt, sync::Arc};

/// The time and randomness, as whoever calls has them.
#[derive(Clone)]
pub struct Surroundings {
    /// Seconds since 1970, in UTC: TSIG refuses what was signed too long ago.
    pub now: Arc<dyn Fn() -> u64 + Send + Sync>,
    /// Numbers that nobody guesses, for the ids of messages.
    pub random: Arc<dyn Fn() -> u16 + Send + Sync>,
}

impl fmt::Debug for Surroundings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Surroundings(..)")
    }
}
