//! The sources of indicators that a person added, in the state directory: their documents as they were published, where
//! they came from, and how they are kept up to date.
//!
//! Nothing is fetched but what the person named. An update that is tampered with, older, empty or absurdly small is
//! refused, and what was there stays.

mod fetch;
mod folder;
mod meta;
mod signature;
mod update;

pub use fetch::{Fetch, FetchError, Https};
pub use folder::{Removed, Shown, Store};
pub use meta::{SourceId, SourceMeta, StoreError};
pub use signature::SignatureError;
pub use update::{AddOptions, Updated};
