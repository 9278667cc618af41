//! The only door for hostile bytes: budgets, capped decompression, signatures, walking archives.
//!
//! Everything that multiplies bytes lives here, so that one budget sees all of it; `clippy.toml` bans the raw
//! decompressors everywhere else. Nothing here looks for anything in the bytes.

mod budget;
mod problem;

pub use budget::{Budget, Limits, StopFlag};
pub use problem::Problem;
