//! The party's side: blinding into batches, what must be kept until the answer, and what the answer gives.

mod ask;
mod pending;
mod state;

pub use ask::{AskError, Asker};
pub use pending::{FinaliseError, Pending};
pub use state::{SEALED_HEADER, StateError, StateKey};
