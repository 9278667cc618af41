//! Counts-only statistics: a line that a party signs for one stream and one week, which says how much of the stream met something, in
//! bands, and nothing of what, where or when.

mod band;
mod error;
mod signed;
mod week;

pub use band::Band;
pub use error::CountsError;
pub use signed::{Counts, MOST_WEEKS, SignedCounts, Tally};
pub use week::Week;
