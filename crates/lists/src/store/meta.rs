//! What is known of a list.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Refusal, Report};

/// What is known of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meta {
    /// The last good copy, if there ever was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub good: Option<Good>,
    /// When it was last tried to have a new one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tried: Option<Timestamp>,
    /// Why the last try was refused; none when it was good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<Refused>,
}

/// A good copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Good {
    /// The SHA-256 of its bytes, in hexadecimal digits.
    pub sha256: String,
    /// When it came.
    pub fetched: Timestamp,
    /// What was read from it when it came.
    pub report: Report,
}

/// A copy that was not taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// When.
    pub at: Timestamp,
    /// Since when no good copy came.
    pub since: Timestamp,
    /// Why.
    pub why: Refusal,
}
