//! Collections (sections 5.1.1 and 5.2.1).

use serde::{Deserialize, Serialize};

use crate::ids::CollectionId;

/// A collection as the asker sees it (section 5.2.1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Collection {
    /// Its UUID.
    pub id: CollectionId,
    /// Its name for people.
    pub title: String,
    /// What is in it, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// A name that serves in a path instead of the id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alias: Option<String>,
    /// Whether the asker may read it.
    pub can_read: bool,
    /// Whether the asker may add to it.
    pub can_write: bool,
    /// The media types of its objects.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub media_types: Vec<String>,
}

/// All of an API root (section 5.1.1). Their order is the same every time (section 3.3).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Collections {
    /// The collections.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub collections: Vec<Collection>,
}
