//! The daily batch: what was seen waits here, is asked about blindly, and what is met becomes a hit.

mod bytes;
mod error;
mod kept;
mod plan;
mod slot;
mod state;

pub use error::{AttackError, DayError};
pub use kept::Hit;
pub use slot::Slotted;
pub use state::{Added, Day};
