//! Counts-only statistics: an agreement of its own, and one statement of each stream and week as long as it lasts.

mod agreement;
mod count;
mod error;
mod kept;
mod tell;

pub use agreement::CountsAgreement;
pub use error::CountsError;
pub use kept::{CountsState, KeptCounts};
pub use tell::CountsTold;
pub(crate) use tell::Telling;
