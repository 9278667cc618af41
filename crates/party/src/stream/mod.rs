//! One stream of releases, as this party has it: fetched or taken from a stick, judged by its chain, replaced whole.

mod current;
mod error;
mod evidence;
mod listing;
mod merge;
mod receipts;
mod settle;
mod stage;
mod state;
mod stick;
mod update;

pub use current::Current;
pub use error::StreamError;
pub(crate) use listing::read_streams;
pub use listing::{Listed, parse_manifests, parse_streams};
pub use state::Stream;
pub(crate) use stick::manifest as folder_manifest;
pub(crate) use update::Context;
pub use update::{Outcome, StreamUpdate};
