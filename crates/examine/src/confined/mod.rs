//! Examining files in worker processes: the flow is the same, the ledger is at the other end of a wire.

mod host;
mod wire;
mod worker;

pub use host::{Confined, Terms};
pub use worker::serve;
