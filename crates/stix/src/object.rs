//! An object of STIX as it was read: named values, nothing promised.

use serde_json::{Map, Value};

use crate::form::{ObjectId, Timestamp};

/// An object as it was read. Whether it is one of STIX is what [`judge`](crate::judge) answers.
#[derive(Debug, Clone, PartialEq)]
pub struct Object(Map<String, Value>);

impl Object {
    /// The object in a value; `None` when the value is something else.
    #[must_use]
    pub fn new(value: Value) -> Option<Self> {
        match value {
            Value::Object(map) => Some(Self(map)),
            _ => None,
        }
    }

    /// Its properties.
    #[must_use]
    pub const fn properties(&self) -> &Map<String, Value> {
        &self.0
    }

    /// Its properties, to keep.
    #[must_use]
    pub fn into_properties(self) -> Map<String, Value> {
        self.0
    }

    /// A property.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// A property, when it is a string.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_str()
    }

    /// Its type, as in `indicator`.
    #[must_use]
    pub fn object_type(&self) -> Option<&str> {
        self.text("type")
    }

    /// Its id as it is written.
    #[must_use]
    pub fn id_text(&self) -> Option<&str> {
        self.text("id")
    }

    /// Its id, when it is an identifier.
    #[must_use]
    pub fn id(&self) -> Option<ObjectId> {
        self.id_text()?.parse().ok()
    }

    /// A property, when it is a time.
    #[must_use]
    pub fn time(&self, name: &str) -> Option<Timestamp> {
        self.text(name)?.parse().ok()
    }
}

impl From<Map<String, Value>> for Object {
    fn from(map: Map<String, Value>) -> Self {
        Self(map)
    }
}
