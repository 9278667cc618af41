//! What is kept of a message that was judged.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Which way a message went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Way {
    /// To people here.
    In,
    /// From people here.
    Out,
}

/// A message that was judged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Judged {
    /// Which way it went.
    pub way: Way,
    /// The mail server's name for it.
    pub queue_id: String,
    /// Its own id, without angle brackets.
    pub message_id: String,
    /// The envelope's sender.
    pub sender: String,
    /// The envelope's recipients; the first hundred.
    pub recipients: Vec<String>,
    /// What became of it: `deliver`, `flag`, `quarantine`, `refused`, `outgoing`, `warn`, `hold`.
    pub verdict: String,
    /// Its score.
    pub score: f64,
    /// The kinds of its facts.
    pub codes: Vec<String>,
    /// The short name under which it is kept back; empty when it is not.
    pub held: String,
}

/// A message that was judged, with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct JudgedRow {
    /// Its number, from 1.
    pub number: i64,
    /// When.
    pub at: Timestamp,
    /// What is kept of it.
    pub message: Judged,
}

/// How many messages had one verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    /// The verdict.
    pub verdict: String,
    /// How many.
    pub messages: u64,
}
