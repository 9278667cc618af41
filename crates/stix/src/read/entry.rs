//! What comes out of a document, and what is said of what does not.

use serde_json::{Map, Value};

use crate::object::Object;

/// What comes out of a document, in its order.
#[derive(Debug, Clone, PartialEq)]
pub enum Entry {
    /// An object.
    Object(Object),
    /// Something that is not read as one.
    Refused(Refused),
}

/// Something in a document that is not read as an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Which of the objects, counted from 0.
    pub index: usize,
    /// Why.
    pub refusal: Refusal,
}

/// Why something is not read as an object.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A string, a number, a list.
    #[error("is not an object")]
    NotAnObject,
    /// Nested beyond [`Limits::depth`](crate::Limits::depth).
    #[error("is nested too deeply")]
    TooDeep,
    /// Beyond [`Limits::object_bytes`](crate::Limits::object_bytes) or [`Limits::object_values`](crate::Limits::object_values).
    #[error("is too large")]
    TooLarge,
    /// One name twice: readers differ on which of the two they take, so that one object would be two.
    #[error("has the property '{0}' twice")]
    Duplicate(String),
}

impl Refusal {
    /// The reason in French.
    #[must_use]
    pub fn french(&self) -> String {
        match self {
            Self::NotAnObject => "n’est pas un objet".into(),
            Self::TooDeep => "est imbriqué trop profondément".into(),
            Self::TooLarge => "est trop volumineux".into(),
            Self::Duplicate(name) => format!("comporte deux fois la propriété « {name} »"),
        }
    }
}

/// What is around the objects: the properties of the bundle or envelope but for `objects`; nothing around a list or one object.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Envelope {
    /// Those properties.
    pub properties: Map<String, Value>,
    /// How many objects there were, with those that were refused.
    pub objects: usize,
}

/// Why a document cannot be read on.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It is not JSON, or could not be read to its end.
    #[error("not JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// More than [`Limits::objects`](crate::Limits::objects).
    #[error("holds more than {0} objects")]
    TooMany(usize),
    /// What is around the objects is itself refused.
    #[error("the envelope {0}")]
    Envelope(Refusal),
    /// The document is neither an object nor a list.
    #[error("is neither an object nor a list of objects")]
    NoDocument,
}
