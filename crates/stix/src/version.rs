//! Versions of an object (section 3.6): one id, several times of modification.

use crate::{
    form::{ObjectId, Timestamp},
    object::Object,
};

/// Which version of which object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// The object.
    pub id: ObjectId,
    /// The time of modification; the time of creation of objects that have no versions; none for observables.
    pub modified: Option<Timestamp>,
}

/// How one object stands to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Succession {
    /// Another object.
    Unrelated,
    /// The same version with the same content.
    Same,
    /// A later version: it replaces the other.
    Later,
    /// An earlier version.
    Earlier,
    /// The same version with other content: one of the two is wrong.
    Conflict,
    /// A later version of a revoked object, which section 3.6 forbids.
    AfterRevocation,
}

impl Version {
    /// The version of an object; `None` when it has no id or its time is none.
    #[must_use]
    pub fn of(object: &Object) -> Option<Self> {
        let id = object.id()?;
        let modified = match object.get("modified").or_else(|| object.get("created")) {
            Some(time) => Some(time.as_str()?.parse().ok()?),
            None => None,
        };
        Some(Self { id, modified })
    }
}

/// How `new` stands to `old`.
#[must_use]
pub fn succession(new: &Object, old: &Object) -> Succession {
    let (Some(newer), Some(older)) = (Version::of(new), Version::of(old)) else { return Succession::Unrelated };
    if newer.id != older.id {
        return Succession::Unrelated;
    }
    match newer.modified.cmp(&older.modified) {
        std::cmp::Ordering::Less => Succession::Earlier,
        std::cmp::Ordering::Equal if new == old => Succession::Same,
        std::cmp::Ordering::Equal => Succession::Conflict,
        std::cmp::Ordering::Greater if is_revoked(old) => Succession::AfterRevocation,
        std::cmp::Ordering::Greater => Succession::Later,
    }
}

/// Whether `new` replaces `old`.
#[must_use]
pub fn supersedes(new: &Object, old: &Object) -> bool {
    succession(new, old) == Succession::Later
}

/// Whether its creator has taken an object back.
#[must_use]
pub fn is_revoked(object: &Object) -> bool {
    object.get("revoked").and_then(serde_json::Value::as_bool) == Some(true)
}
