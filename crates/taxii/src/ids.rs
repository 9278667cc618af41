//! The names in a request: of an API root, a collection, a status, an object and its type.
//!
//! A name is checked once, where it comes in. What is no name of that kind is nothing that could be found.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The longest name that is looked at, in bytes.
const LONGEST: usize = 255;

/// Why a text is no name of its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is no {0}")]
pub struct NameError(&'static str);

macro_rules! name {
    ($(#[$doc:meta])* $name:ident, $kind:literal, $is:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(into = "String", try_from = "String")]
        pub struct $name(Box<str>);

        impl $name {
            /// The name as it is written.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<&str> for $name {
            type Error = NameError;

            fn try_from(text: &str) -> Result<Self, NameError> {
                let is: fn(&str) -> bool = $is;
                if is(text) { Ok(Self(text.into())) } else { Err(NameError($kind)) }
            }
        }

        impl TryFrom<String> for $name {
            type Error = NameError;

            fn try_from(text: String) -> Result<Self, NameError> {
                Self::try_from(text.as_str())
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0.into()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
                to.write_str(&self.0)
            }
        }
    };
}

name! {
    /// An API root: the first part of the path (section 1.6.2). `taxii2` is the discovery and no API root.
    RootName, "name of an API root", |text| is_segment(text) && text != "taxii2"
}
name! {
    /// A collection: its UUID or its alias (section 5.2.1).
    CollectionId, "id of a collection", is_segment
}
name! {
    /// A status: the UUID of a request to add objects (section 4.3).
    StatusId, "id of a status", is_segment
}
name! {
    /// An object of STIX: its type, two hyphens and a UUID (STIX 2.1, section 2.9).
    ObjectId, "id of a STIX object", is_object_id
}
name! {
    /// The type of an object of STIX (STIX 2.1, section 3.1), known or not: a type that nobody has finds nothing.
    ObjectType, "type of a STIX object", is_object_type
}

impl ObjectId {
    /// The type, which is written before the two hyphens.
    #[must_use]
    pub fn object_type(&self) -> &str {
        self.0.split_once("--").map_or("", |(kind, _)| kind)
    }
}

/// What a path names without being encoded (RFC 3986, section 2.3), but not `.` and `..`, which mean other paths.
fn is_segment(text: &str) -> bool {
    (1..=LONGEST).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
        && !text.bytes().all(|byte| byte == b'.')
}

fn is_object_type(text: &str) -> bool {
    (1..=LONGEST).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
        && !text.contains("--")
}

fn is_object_id(text: &str) -> bool {
    text.split_once("--").is_some_and(|(kind, uuid)| is_object_type(kind) && is_uuid(uuid.as_bytes()))
}

fn is_uuid(text: &[u8]) -> bool {
    let form = b"00000000-0000-0000-0000-000000000000";
    text.len() == form.len()
        && text.iter().zip(form).all(|(byte, form)| match form {
            b'0' => byte.is_ascii_hexdigit(),
            _ => byte == form,
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_has_a_type_and_a_uuid() {
        let id = ObjectId::try_from("x-mitre-matrix--eafc1b4c-5e56-4965-bd4e-66a6a89c88cc").unwrap();
        assert_eq!(id.object_type(), "x-mitre-matrix");
        for text in [
            "",
            "indicator",
            "--eafc1b4c-5e56-4965-bd4e-66a6a89c88cc",
            "indicator--1",
            "a b--eafc1b4c-5e56-4965-bd4e-66a6a89c88cc",
            "indicator--eafc1b4c-5e56-4965-bd4e-66a6a89c88cg",
        ] {
            assert!(ObjectId::try_from(text).is_err(), "{text}");
        }
    }

    #[test]
    fn dots_are_no_name() {
        assert!(RootName::try_from("..").is_err());
        assert!(RootName::try_from("taxii2").is_err());
        assert!(RootName::try_from("group.one").is_ok());
    }
}
