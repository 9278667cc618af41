//! The indicator set: one file that answers "is this known to be bad?" in a few hundred nanoseconds.
//!
//! Compiled from indicators by [`build`], kept as one versioned, checksummed file, mapped into memory and replaced
//! as a whole: readers of the old file keep it until they drop it. A filter in front answers most look-ups of
//! harmless things; an exact table behind it answers the rest. Domains match with their sub-domains, addresses with
//! their networks; everything else matches whole. Nothing here reads a clock: who cares about expiry looks at the
//! indicator's validity.

mod build;
mod layout;
mod look_up;
mod map;
mod open;
mod walk;

pub use build::{Built, Refused, build};
pub use look_up::{Hit, PatternEntry, RuleEntry};
pub use map::SetBytes;
pub use open::{IndicatorSet, OpenError};
