//! What became of objects that a party sent, as the store keeps it and as TAXII tells it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use vauban_taxii::{ObjectId, Stamp, Status, StatusDetails, StatusId};

/// One object and what there is to say of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct One {
    id: ObjectId,
    version: Stamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    message: Option<String>,
}

/// The status of a submission: the text that [`Submission::status`](crate::store::Submission::status) holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Received {
    #[serde(default)]
    taken: Vec<One>,
    #[serde(default)]
    refused: Vec<One>,
    #[serde(default)]
    pending: Vec<One>,
}

impl Received {
    /// Reads what the store holds; nothing when somebody wrote other words there.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// The text for the store.
    #[must_use]
    pub fn to_text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    pub(super) fn refuse(&mut self, id: ObjectId, version: Stamp, message: String) {
        self.refused.push(One { id, version, message: Some(message) });
    }

    pub(super) fn wait(&mut self, id: ObjectId, version: Stamp) {
        self.pending.push(One { id, version, message: None });
    }

    /// The desk has decided on what waited: for each object, by its id, `Ok` or why not.
    #[must_use]
    pub fn decided(mut self, decide: impl Fn(&str) -> Result<(), String>) -> Self {
        for mut one in std::mem::take(&mut self.pending) {
            match decide(one.id.as_str()) {
                Ok(()) => self.taken.push(one),
                Err(reason) => {
                    one.message = Some(reason);
                    self.refused.push(one);
                }
            }
        }
        self
    }

    /// As TAXII tells it (section 4.3.1).
    pub(super) fn status(self, id: Uuid, requested: Timestamp) -> Option<Status> {
        let list =
            |of: Vec<One>| of.into_iter().map(|One { id, version, message }| StatusDetails { id, version, message });
        Some(Status {
            id: StatusId::try_from(id.to_string()).ok()?,
            requested: Stamp::taxii(requested),
            successes: list(self.taken).collect(),
            failures: list(self.refused).collect(),
            pendings: list(self.pending).collect(),
        })
    }
}
