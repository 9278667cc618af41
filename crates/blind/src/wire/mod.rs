//! What goes over the wire: a batch and its evaluation, each of one size for a size of batch.

mod batch;
mod evaluated;
mod frame;

pub use batch::{BATCH_HEADER, Batch};
pub use evaluated::{EVALUATED_HEADER, Evaluated};
pub use frame::{BatchSize, ELEMENT, WireError};
