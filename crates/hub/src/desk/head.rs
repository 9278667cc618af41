//! What tells one version of one object from another, in the store's words.

use jiff::Timestamp;
use vauban_stix::Object;

use crate::store::{ObjectId, ObjectType, SpecVersion, Version};

/// The head of an object.
pub(super) struct Head {
    pub(super) id: ObjectId,
    pub(super) kind: ObjectType,
    pub(super) spec_version: SpecVersion,
    /// None for what has neither been modified nor created: an observable.
    pub(super) version: Option<Version>,
    /// When it ends, if its author said so.
    pub(super) ends: Option<Timestamp>,
}

impl Head {
    /// None for what cannot be told from others.
    pub(super) fn of(object: &Object) -> Option<Self> {
        let time = |name: &str| object.text(name)?.parse::<Timestamp>().ok();
        Some(Self {
            id: ObjectId::new(object.id_text()?)?,
            kind: ObjectType::new(object.object_type()?)?,
            spec_version: SpecVersion::new(object.text("spec_version").unwrap_or("2.1"))?,
            version: time("modified").or_else(|| time("created")).map(Version::new),
            ends: time("valid_until"),
        })
    }
}
