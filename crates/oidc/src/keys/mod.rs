//! The keys that sign. They are made, published, used, kept and forgotten by time; their private halves lie sealed in the file, so that
//! whoever steals it signs nothing.

mod make;
mod rotate;
mod seal;
mod sign;

pub use make::MadeKey;
pub(crate) use rotate::forget;
pub use seal::SealingKey;
