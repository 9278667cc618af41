//! Names of things that no person chose.

use std::{fmt, str::FromStr};

use data_encoding::BASE64URL_NOPAD;
use rand::{CryptoRng, RngCore};
use rusqlite::{
    ToSql,
    types::{FromSql, FromSqlError, FromSqlResult, ToSqlOutput, ValueRef},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A text or bytes that are no id. It repeats nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an id")]
pub struct InvalidId;

macro_rules! uuid_id {
    ($(#[$about:meta])* $name:ident) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(into = "String", try_from = "String")]
        pub struct $name(Uuid);

        impl $name {
            /// A new one.
            pub fn random<R: RngCore + CryptoRng>(rng: &mut R) -> Self {
                let mut bytes = [0; 16];
                rng.fill_bytes(&mut bytes);
                Self(uuid::Builder::from_random_bytes(bytes).into_uuid())
            }

            /// Its 16 bytes.
            #[must_use]
            pub fn bytes(self) -> [u8; 16] {
                self.0.into_bytes()
            }

            /// The one with these bytes.
            #[must_use]
            pub fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(Uuid::from_bytes(bytes))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(formatter)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                let id = Uuid::try_parse(text).map(Self).map_err(|_| InvalidId)?;
                // Of the spellings that a reader of UUIDs takes, one is ours.
                if id.to_string() == text { Ok(id) } else { Err(InvalidId) }
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.to_string()
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;

            fn try_from(text: String) -> Result<Self, InvalidId> {
                text.parse()
            }
        }

        impl ToSql for $name {
            fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                Ok(ToSqlOutput::Borrowed(ValueRef::Blob(self.0.as_bytes())))
            }
        }

        impl FromSql for $name {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                let bytes = value.as_blob()?.try_into().map_err(|_| FromSqlError::InvalidType)?;
                Ok(Self::from_bytes(bytes))
            }
        }
    };
}

uuid_id!(
    /// A person; also the user handle of the person's keys.
    PersonId
);
uuid_id!(
    /// A request that people approve.
    RequestId
);
uuid_id!(
    /// A session as lists show it. It opens nothing: the cookie does.
    SessionId
);
uuid_id!(
    /// An account at a provider that the organisation keeps.
    AccountId
);

/// A credential's id, as its authenticator chose it: 1 to 1,023 bytes (WebAuthn, section 4, "credential ID").
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct CredentialId(Vec<u8>);

impl CredentialId {
    const MOST: usize = 1_023;

    /// The id with these bytes.
    ///
    /// # Errors
    /// When there are none or too many.
    pub fn new(bytes: &[u8]) -> Result<Self, InvalidId> {
        if bytes.is_empty() || bytes.len() > Self::MOST { Err(InvalidId) } else { Ok(Self(bytes.to_vec())) }
    }

    /// Its bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for CredentialId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&BASE64URL_NOPAD.encode(&self.0))
    }
}

impl From<CredentialId> for String {
    fn from(id: CredentialId) -> Self {
        id.to_string()
    }
}

impl TryFrom<String> for CredentialId {
    type Error = InvalidId;

    fn try_from(text: String) -> Result<Self, InvalidId> {
        BASE64URL_NOPAD.decode(text.as_bytes()).map_err(|_| InvalidId).and_then(|bytes| Self::new(&bytes))
    }
}

impl ToSql for CredentialId {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(ValueRef::Blob(&self.0)))
    }
}

impl FromSql for CredentialId {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Self::new(value.as_blob()?).map_err(|_| FromSqlError::InvalidType)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_has_one_spelling() {
        let id = PersonId::from_bytes([0xab; 16]);
        assert_eq!(id.to_string().parse(), Ok(id));
        for text in ["", &id.to_string().to_uppercase(), &format!("{{{id}}}"), &id.to_string().replace('-', "")] {
            assert_eq!(text.parse::<PersonId>(), Err(InvalidId), "{text:?}");
        }
        assert!(CredentialId::new(&[]).is_err() && CredentialId::new(&[0; 1_024]).is_err());
        assert!(CredentialId::new(&[0; 1_023]).is_ok());
    }
}
