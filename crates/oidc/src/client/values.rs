//! What is known of a client.

use std::{fmt, str::FromStr};

use jsonwebtoken::jwk::JwkSet;
use rusqlite::{
    ToSql,
    types::{FromSql, FromSqlError, FromSqlResult, ToSqlOutput, ValueRef},
};
use serde::{Deserialize, Serialize};

use super::RedirectUri;

/// A text that is no name of a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a client is named by 1 to 64 of a-z, 0-9, - and _")]
pub struct InvalidClientId;

/// The name of a client: `client_id`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct ClientId(String);

impl ClientId {
    /// As it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ClientId {
    type Err = InvalidClientId;

    fn from_str(text: &str) -> Result<Self, InvalidClientId> {
        let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'_';
        if (1..=64).contains(&text.len()) && text.bytes().all(is_plain) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidClientId)
        }
    }
}

impl TryFrom<String> for ClientId {
    type Error = InvalidClientId;

    fn try_from(text: String) -> Result<Self, InvalidClientId> {
        text.parse()
    }
}

impl From<ClientId> for String {
    fn from(id: ClientId) -> Self {
        id.0
    }
}

impl fmt::Display for ClientId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl ToSql for ClientId {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.0.as_str().into())
    }
}

impl FromSql for ClientId {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_str()?.parse().map_err(|_| FromSqlError::InvalidType)
    }
}

/// How a client shows who it is (OpenID Connect Core, section 9).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Authentication {
    /// A secret, in the header or the body: `client_secret_basic` and `client_secret_post`.
    Secret,
    /// Nothing: it runs where others could read a secret.
    None,
    /// A signature with one of these keys: `private_key_jwt`.
    Keys(JwkSet),
}

/// What signs a client's ID tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Algorithm {
    /// RSA, which every client knows (OpenID Connect Core, section 15.1).
    #[default]
    #[serde(rename = "RS256")]
    Rs256,
    /// P-256: shorter, faster.
    #[serde(rename = "ES256")]
    Es256,
}

impl Algorithm {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Rs256, Self::Es256];

    /// As JOSE calls it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Es256 => "ES256",
        }
    }
}

/// A client to be added.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NewClient {
    /// Its name for programs.
    pub id: ClientId,
    /// What people call it.
    pub name: String,
    /// The host of the tool, which the policy is asked for.
    pub host: String,
    /// How it shows who it is.
    pub authentication: Authentication,
    /// Where answers may go.
    pub redirects: Vec<RedirectUri>,
    /// Where people may go who signed out.
    pub after_logout: Vec<RedirectUri>,
    /// Where it is told that a session ended (OpenID Connect Back-Channel Logout, section 2.2).
    pub told_of_logout: Option<RedirectUri>,
    /// What signs its ID tokens.
    pub algorithm: Algorithm,
    /// Whether it has to push its requests (RFC 9126, section 6).
    pub pushes: bool,
}

/// Addresses of a client in place of those that it has; nothing where those stay.
#[derive(Debug, Clone, Default)]
pub struct Addresses {
    /// Where answers may go.
    pub redirects: Option<Vec<RedirectUri>>,
    /// Where people may go who signed out.
    pub after_logout: Option<Vec<RedirectUri>>,
    /// Where it is told that a session ended, or that it is told no more.
    pub told_of_logout: Option<Option<RedirectUri>>,
}

/// A client.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Client {
    /// As it was added.
    #[serde(flatten)]
    pub known: NewClient,
    /// Whether it may leave out the challenge of PKCE: an old tool, whose codes are worth something to whoever steals them. Shown in red.
    pub is_legacy: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_has_a_plain_name() {
        assert!("next-cloud_2".parse::<ClientId>().is_ok());
        for bad in ["", "A", "a b", "a:b", "a/b", "\u{e9}", &"a".repeat(65)] {
            assert!(bad.parse::<ClientId>().is_err(), "{bad:?}");
        }
    }
}
