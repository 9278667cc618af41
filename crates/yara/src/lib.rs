//! YARA rules over the raw bytes of an item: the engine yara-x behind a small seam.
//!
//! Rules that cannot match an item are not evaluated on it: rules are grouped by the first bytes that their condition
//! demands, and within a group by literals of which one must occur. What is skipped is proven, never guessed: a rule
//! whose condition says nothing usable is always evaluated. A crate of its own because the engine takes minutes to
//! build. Knows no indicator and reads no file.

mod cache;
mod compile;
mod demands;
mod filter;
mod literals;
mod probe;
mod scan;

pub use cache::CacheError;
pub use compile::{RuleSet, Shape, reach};
pub use demands::Bounds;
pub use scan::{Excerpt, Hints, RuleMatch, ScanStopped, Scanner};
pub use vauban_model::{RefusedRule, RuleSource};

/// The engine and its version, for the record and for the key of compiled rules.
pub const ENGINE: &str = "yara-x 1.22.1";
