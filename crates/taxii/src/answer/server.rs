//! What the server says of itself (section 4): discovery, API roots, the status of what was added.

use serde::{Deserialize, Serialize};

use crate::{
    ids::{ObjectId, StatusId},
    media::TAXII,
    stamp::Stamp,
};

/// The server (section 4.1.1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Discovery {
    /// Its name for people.
    pub title: String,
    /// What it is, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Whom to write to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<String>,
    /// The API root for whoever has no other wish; one of the list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    /// The API roots that the asker may know of: URLs with https, or paths from the root of this server.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub api_roots: Vec<String>,
}

/// An API root (section 4.2.1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiRoot {
    /// Its name for people.
    pub title: String,
    /// What it is, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The media types it speaks.
    pub versions: Vec<String>,
    /// The longest body that it takes, in bytes.
    pub max_content_length: u64,
}

impl ApiRoot {
    /// An API root that speaks TAXII 2.1 and takes bodies of so many bytes.
    #[must_use]
    pub fn new(title: impl Into<String>, max_content_length: u64) -> Self {
        Self { title: title.into(), description: None, versions: vec![TAXII.to_owned()], max_content_length }
    }
}

/// What became of a request to add objects (section 4.3.1). The counts are those of the lists, and it is complete when nothing
/// is pending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// Its id: a random UUID.
    pub id: StatusId,
    /// When the request came.
    pub requested: Stamp,
    /// What was added, or was there already.
    pub successes: Vec<StatusDetails>,
    /// What was not, and why.
    pub failures: Vec<StatusDetails>,
    /// What is still looked at.
    pub pendings: Vec<StatusDetails>,
}

/// What became of one object (section 4.3.1, `status-details`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StatusDetails {
    /// The object.
    pub id: ObjectId,
    /// Its version.
    pub version: Stamp,
    /// What there is to say, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

#[derive(Serialize)]
struct Written<'s> {
    id: &'s StatusId,
    status: &'static str,
    request_timestamp: &'s Stamp,
    total_count: usize,
    success_count: usize,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    successes: &'s [StatusDetails],
    failure_count: usize,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    failures: &'s [StatusDetails],
    pending_count: usize,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pendings: &'s [StatusDetails],
}

impl Serialize for Status {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Written {
            id: &self.id,
            status: if self.pendings.is_empty() { "complete" } else { "pending" },
            request_timestamp: &self.requested,
            total_count: self.successes.len() + self.failures.len() + self.pendings.len(),
            success_count: self.successes.len(),
            successes: &self.successes,
            failure_count: self.failures.len(),
            failures: &self.failures,
            pending_count: self.pendings.len(),
            pendings: &self.pendings,
        }
        .serialize(serializer)
    }
}
