//! What happened to people, keys and sessions, as it came out of the file of people.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use vauban_model::Text;

/// One event of the file of people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Happened {
    /// Its number there, from 1, without gaps: each is in the record once.
    pub number: u64,
    /// What, by its word: `signed-in`, `key-removed`, `recovery-asked`.
    pub what: String,
    /// The person's id, where it is about somebody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// From which address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<IpAddr>,
    /// The sentence that people read. It holds no secret.
    pub text: Text,
}
