//! The values every other crate speaks in: observables, indicators, sightings, locations, markings.
//!
//! Values only. Nothing here reads a file, opens a socket, asks the clock or formats for a terminal, and
//! nothing here decides whether two things match: that is `vauban-matching`'s work.

mod base64;
mod exposure;
mod indicator;
mod location;
mod marking;
mod observable;
mod rule;
mod secret;
mod sighting;
mod summary;
mod technique;
mod text;
mod unread;

pub use base64::base64_at_each_offset;
pub use exposure::{Exposure, Severity};
pub use indicator::{Indicator, IndicatorId, InvalidId, SetAside, Source, Test, Validity};
pub use location::{Location, printable};
pub use marking::{Marking, UnknownMarking};
pub use observable::{HashAlgorithm, Observable, ObservableKind};
pub use rule::{RefusedRule, RuleSource};
pub use secret::Secret;
pub use sighting::{IndicatorRef, Sighting};
pub use summary::Summary;
pub use technique::Technique;
pub use text::{Lang, Text};
pub use unread::{Reason, Unread};
