//! STIX 2.1 bundles, and the indicators of 2.0 bundles. Patterns that are a plain choice between values become those
//! values; all others are kept as they are.

mod marking;
mod pattern;
mod read;

pub(crate) use pattern::plain_alternatives;
pub(super) use read::Stix;
