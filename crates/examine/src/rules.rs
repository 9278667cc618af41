//! What a sweep looks for.

use jiff::Timestamp;
use vauban_intake::{Problem, StopFlag};
use vauban_matching::set::IndicatorSet;
use vauban_model::{Exposure, Indicator, ObservableKind, Severity, Text};
use vauban_observe::LogEvent;

/// What a sweep looks for, shared by all its threads.
#[derive(Clone, Copy)]
pub struct Rules<'r> {
    /// The compiled indicators.
    pub set: &'r IndicatorSet,
    /// Makes the scanners: YARA rules and Sigma rules.
    pub scanners: &'r dyn Scanners,
    /// What to do about a sighting of this kind and exposure.
    pub advice: fn(ObservableKind, Exposure, Severity) -> Text,
    /// The time of the sweep: indicators that expired before it do not match.
    pub now: Timestamp,
    /// Whether expired indicators match all the same.
    pub with_expired: bool,
    /// Whether to write all observables down, not only those that met an indicator.
    pub remember: bool,
}

/// Makes scanners, one for each thread.
pub trait Scanners: Sync {
    /// A new scanner.
    fn scanner(&self) -> Box<dyn RuleScanner + '_>;
}

/// Evaluates rules over the raw bytes of an item, and over the events of a log. One per thread.
pub trait RuleScanner {
    /// Every rule that matches.
    ///
    /// # Errors
    /// Why the scan is not complete; hits found until then are in `hits`.
    fn scan(&mut self, name: &str, bytes: &[u8], stop: &StopFlag, hits: &mut Vec<RuleHit>) -> Result<(), Problem>;

    /// Every rule that the event meets.
    fn event(&mut self, event: &LogEvent<'_>, hits: &mut Vec<EventHit>);
}

/// A rule that matched.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleHit {
    /// The indicator behind the rule.
    pub indicator: Indicator,
    /// The rule's identifier.
    pub rule: String,
    /// Where its first string matched.
    pub offset: Option<u64>,
    /// How serious the rule's author takes it.
    pub severity: Severity,
}

/// A rule that an event met.
#[derive(Debug, Clone, PartialEq)]
pub struct EventHit {
    /// The indicator behind the rule.
    pub indicator: Indicator,
    /// The rule's identifier.
    pub rule: String,
    /// How serious the rule's author takes it.
    pub severity: Severity,
    /// The names of the fields that made it match.
    pub fields: Vec<String>,
}
