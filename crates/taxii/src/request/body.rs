//! An envelope of objects that somebody wants added (sections 3.7 and 5.5). The objects stay raw; only what tells one version
//! of one object from another is looked at.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{
    filter::SpecVersion,
    ids::{ObjectId, ObjectType},
    stamp::{Stamp, StampError},
};

/// Why a body is no envelope.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    /// It is not JSON in UTF-8, or names something twice.
    #[error("it is not JSON")]
    NotJson,
    /// It has no list `objects`, or an empty one (section 2, `list`).
    #[error("it has no objects")]
    NoObjects,
    /// This object, counted from one, has no `id` that is one, no `type`, or a `spec_version` that is none.
    #[error("object {at} cannot be told from others")]
    Object {
        /// Which one.
        at: usize,
    },
    /// More objects than the server takes at a time.
    #[error("it has more than {most} objects")]
    TooMany {
        /// How many it takes.
        most: usize,
    },
}

/// What was sent, in its order.
#[derive(Debug)]
pub struct Envelope<'r> {
    /// At least one object.
    pub objects: Vec<Submitted<'r>>,
}

/// One object. It is not judged: it may lack everything but what is here.
#[derive(Debug)]
pub struct Submitted<'r> {
    /// The object, byte by byte as it was sent.
    pub json: &'r RawValue,
    /// Its `id`.
    pub id: ObjectId,
    /// Its `type`.
    pub object_type: ObjectType,
    /// Its `spec_version`. Without it, an object with `created` or `modified` is STIX 2.0, and another is an observable of 2.1.
    pub spec_version: SpecVersion,
    /// Its `modified`, else its `created`; `None` when it has neither, and then its version is when it is added.
    pub version: Result<Option<Stamp>, StampError>,
}

#[derive(Deserialize)]
struct Outer<'r> {
    #[serde(borrow)]
    objects: Option<Vec<&'r RawValue>>,
}

#[derive(Deserialize)]
struct Head<'r> {
    #[serde(borrow)]
    id: std::borrow::Cow<'r, str>,
    #[serde(borrow, rename = "type")]
    object_type: std::borrow::Cow<'r, str>,
    #[serde(borrow)]
    spec_version: Option<std::borrow::Cow<'r, str>>,
    #[serde(borrow)]
    created: Option<std::borrow::Cow<'r, str>>,
    #[serde(borrow)]
    modified: Option<std::borrow::Cow<'r, str>>,
}

impl<'r> Envelope<'r> {
    /// Reads a body with at most so many objects.
    pub(crate) fn read(body: &'r [u8], most: usize) -> Result<Self, BodyError> {
        let outer: Outer<'r> = serde_json::from_slice(body).map_err(|error| match error.classify() {
            serde_json::error::Category::Data => BodyError::NoObjects,
            _ => BodyError::NotJson,
        })?;
        let objects = outer.objects.filter(|objects| !objects.is_empty()).ok_or(BodyError::NoObjects)?;
        if objects.len() > most {
            return Err(BodyError::TooMany { most });
        }
        let read = |(at, json)| Submitted::read(json).ok_or(BodyError::Object { at: at + 1 });
        Ok(Self { objects: objects.into_iter().enumerate().map(read).collect::<Result<_, _>>()? })
    }
}

impl<'r> Submitted<'r> {
    fn read(json: &'r RawValue) -> Option<Self> {
        let head: Head<'r> = serde_json::from_str(json.get()).ok()?;
        let spec_version = match (&head.spec_version, &head.created, &head.modified) {
            (Some(text), ..) => text.parse().ok()?,
            (None, None, None) => SpecVersion::V21,
            (None, ..) => SpecVersion::V20,
        };
        Some(Self {
            json,
            id: ObjectId::try_from(&*head.id).ok()?,
            object_type: ObjectType::try_from(&*head.object_type).ok()?,
            spec_version,
            version: head.modified.or(head.created).map(|text| text.parse()).transpose(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_alone_is_no_envelope() {
        let body = br#"{"type":"indicator","id":"indicator--68794cd5-28db-429d-ab1e-1256704ef906"}"#;
        assert_eq!(Envelope::read(body, 9).unwrap_err(), BodyError::NoObjects);
        for (body, why) in [
            (&b"{\"objects\":[]}"[..], BodyError::NoObjects),
            (b"[]", BodyError::NoObjects),
            (b"{\"objects\":{}}", BodyError::NoObjects),
            (b"", BodyError::NotJson),
            (b"{\"objects\":[1]", BodyError::NotJson),
            (b"\xff", BodyError::NotJson),
            (b"{\"objects\":[1]}", BodyError::Object { at: 1 }),
        ] {
            assert_eq!(Envelope::read(body, 9).unwrap_err(), why, "{}", String::from_utf8_lossy(body));
        }
    }

    #[test]
    fn a_deep_object_is_as_good_as_another() {
        let deep = format!(
            r#"{{"objects":[{{"type":"a","id":"a--68794cd5-28db-429d-ab1e-1256704ef906","x":{}{}}}]}}"#,
            "[".repeat(100_000),
            "]".repeat(100_000)
        );
        assert_eq!(Envelope::read(deep.as_bytes(), 1).unwrap().objects[0].spec_version, SpecVersion::V21);
        assert_eq!(Envelope::read(deep.as_bytes(), 0).unwrap_err(), BodyError::TooMany { most: 0 });
    }
}
