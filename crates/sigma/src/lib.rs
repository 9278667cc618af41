//! Sigma rules over single events: the engine `rsigma-eval` behind a small seam.
//!
//! Rules are grouped by their log source, and an event meets only the groups that it can belong to. Correlations and
//! filters, which need more than one event or rule, are refused. Knows no indicator and reads no file.

mod compile;
mod matching;
mod mend;
mod source;

pub use compile::SigmaSet;
pub use matching::Matched;
pub use source::LogSource;
pub use vauban_model::{RefusedRule, RuleSource};

/// The engine and its version, for the record.
pub const ENGINE: &str = "rsigma-eval 0.23.0";
