//! What people reported as suspicious, and what of it was confirmed.

use serde::{Deserialize, Serialize};
use vauban_model::ObservableKind;

/// Something in a reported message that may be an indicator, once a person says so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// What kind of thing it is.
    pub kind: ObservableKind,
    /// Its value.
    pub value: String,
}

/// A message that somebody reported. What it says is not kept, only what could be looked for elsewhere.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reported {
    /// Its short name.
    pub id: String,
    /// Who reported it.
    pub reporter: String,
    /// The author's address, as the message claims.
    pub author: String,
    /// The message's own id.
    pub message_id: String,
    /// The verdict.
    pub verdict: String,
    /// The score.
    pub score: f64,
    /// The kinds of its facts.
    pub codes: Vec<String>,
    /// What could be looked for: hosts, addresses, URLs without their queries, hashes of attachments.
    pub candidates: Vec<Candidate>,
}

/// Somebody confirmed that parts of a reported message are bad: they are the organisation's indicators from then on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirmed {
    /// The short name of the report.
    pub report: String,
    /// Who confirmed it.
    pub who: String,
    /// What.
    pub values: Vec<Candidate>,
}
