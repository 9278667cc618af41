//! A zone from a server: asked for, taken in, checked, and only then believed.

mod client;
mod error;
mod session;
mod take;

pub use client::Transfer;
pub use error::TransferError;
pub use session::{Limits, Outcome};
