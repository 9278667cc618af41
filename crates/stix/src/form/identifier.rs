//! Identifiers (section 2.9): `type--UUID`.

use std::{fmt, str::FromStr};

use uuid::{Uuid, Variant};

use super::is_type_name;

/// The id of an object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId {
    text: String,
    split: usize,
}

/// Text that is no identifier.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an identifier of the form type--UUID")]
pub struct IdentifierError;

impl ObjectId {
    /// An id of this type and UUID.
    ///
    /// # Errors
    /// When no type has that name.
    pub fn new(object_type: &str, uuid: Uuid) -> Result<Self, IdentifierError> {
        if is_type_name(object_type) {
            Ok(Self { text: format!("{object_type}--{uuid}"), split: object_type.len() })
        } else {
            Err(IdentifierError)
        }
    }

    /// The whole text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The type, as in `indicator`.
    #[must_use]
    pub fn object_type(&self) -> &str {
        self.text.get(..self.split).unwrap_or_default()
    }

    /// The version of its UUID, from 1 to 5.
    #[must_use]
    pub fn uuid_version(&self) -> u8 {
        self.text.as_bytes().get(self.split + 16).map_or(0, |digit| digit.wrapping_sub(b'0'))
    }
}

impl FromStr for ObjectId {
    type Err = IdentifierError;

    /// Reads an identifier with a UUID of RFC 4122: versions 1 to 5, in groups of 8, 4, 4, 4 and 12 digits.
    fn from_str(text: &str) -> Result<Self, IdentifierError> {
        let object_type = type_in(text).ok_or(IdentifierError)?;
        let digits = text.get(object_type.len() + 2..).unwrap_or_default();
        // `Uuid` reads several ways of writing one; an identifier is written in one way.
        if digits.len() != 36 || !is_type_name(object_type) {
            return Err(IdentifierError);
        }
        let uuid = Uuid::try_parse(digits).map_err(|_| IdentifierError)?;
        if uuid.get_variant() != Variant::RFC4122 || !(1..=5).contains(&uuid.get_version_num()) {
            return Err(IdentifierError);
        }
        Ok(Self { text: text.to_owned(), split: object_type.len() })
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// What stands before the last `--` of something that looks like an identifier.
pub(crate) fn type_in(id: &str) -> Option<&str> {
    id.rsplit_once("--").map(|(object_type, _)| object_type)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_has_one_form() {
        let id: ObjectId = "indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f".parse().expect("an id");
        assert_eq!((id.object_type(), id.uuid_version()), ("indicator", 4));
        for wrong in [
            "",
            "--",
            "indicator",
            "indicator--",
            "indicator--8e2e2d2b17d44cbf938f98ee46b3cd3f",
            "indicator--{8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3}",
            "indicator--8e2e2d2b-17d4-7cbf-938f-98ee46b3cd3f",
            "indicator--8e2e2d2b-17d4-4cbf-138f-98ee46b3cd3f",
            "indicator--00000000-0000-0000-0000-000000000000",
            "Indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f",
            "in\u{e9}dicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f",
        ] {
            assert_eq!(wrong.parse::<ObjectId>(), Err(IdentifierError), "{wrong}");
        }
    }
}
