//! What a walk finds on its way.

use serde_json::value::RawValue;

use crate::{
    answer::{ApiRoot, Collections, Discovery},
    ids::CollectionId,
    stamp::Stamp,
};

/// What a response was.
#[derive(Debug)]
pub enum Found<'r> {
    /// What the server says of itself.
    Discovery(Discovery),
    /// An API root, and its URL.
    ApiRoot(String, ApiRoot),
    /// The collections of an API root, and its URL.
    Collections(String, Collections),
    /// A page of objects.
    Objects {
        /// The URL of the API root.
        root: String,
        /// The collection.
        collection: CollectionId,
        /// The objects, byte by byte as they came; not judged.
        objects: Vec<&'r RawValue>,
        /// When the last of them was added there. What came until then need not be asked for again ([`Wanted::after`](crate::Wanted::after)).
        added_last: Option<Stamp>,
    },
    /// Nothing: it is in [`Walk::overlooked`](crate::Walk::overlooked), and the walk goes on.
    Nothing,
}

/// What a walk did not look at, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Overlooked {
    /// An API root at another origin, or no URL at all. Nobody named it, so nobody is asked there.
    Elsewhere(String),
    /// An API root that does not speak TAXII 2.1.
    OtherVersion(String),
    /// The server refused this URL with 403 or 404.
    Refused(String, u16),
    /// A collection that may not be read.
    NotReadable(String),
}
