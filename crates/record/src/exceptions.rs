//! Exceptions of the policy that people made in the pages, and ended.

use serde::{Deserialize, Serialize};

/// What became of an exception.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ExceptedState {
    /// It was made.
    Made,
    /// It was ended before its time.
    Ended,
}

/// Somebody made or ended an exception of the policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Excepted {
    /// Its short name.
    pub id: String,
    /// What became of it.
    pub what: ExceptedState,
    /// Who did that.
    pub who: String,
    /// For whom it is: `device:laptop-alice`.
    pub subject: String,
    /// To what.
    pub to: String,
    /// Who answers for it.
    pub owner: String,
    /// Why.
    pub reason: String,
    /// The last day on which it holds.
    pub until: String,
}
