//! How much work one evaluation may cost. Counted, not timed, so that the answer is the same on every machine.

use super::EvaluationError;

/// A unit is about ten nanoseconds: one look at an object.
const MOST: u64 = 100_000_000;

/// Following a path to one value more, with the memory it takes.
pub(super) const VALUE: u64 = 20;
/// Looking at one observation more to take into a combination.
pub(super) const CANDIDATE: u64 = 5;
/// Trying one combination of observations more.
pub(super) const COMBINATION: u64 = 50;
/// Keeping a combination to repeat it.
pub(super) const KEPT: u64 = 200;
/// Compiling a regular expression.
pub(super) const EXPRESSION: u64 = 200_000;
/// A regular expression that may go back, over one value.
pub(super) const BACKTRACKING: u64 = 20_000;

/// What an evaluation has cost so far.
#[derive(Debug, Default)]
pub(super) struct Effort(u64);

impl Effort {
    /// Pays for some work, or ends the evaluation: patterns and observations come from others, and a few lines
    /// of either can ask for more combinations than there are atoms.
    pub(super) fn pay(&mut self, units: u64) -> Result<(), EvaluationError> {
        self.0 = self.0.saturating_add(units);
        if self.0 > MOST { Err(EvaluationError::TooComplex) } else { Ok(()) }
    }

    /// Pays for a list of this length.
    pub(super) fn pay_for(&mut self, length: usize) -> Result<(), EvaluationError> {
        self.pay(u64::try_from(length).unwrap_or(u64::MAX))
    }
}
