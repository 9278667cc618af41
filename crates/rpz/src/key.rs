//! Keys that sign transfers (TSIG, RFC 8945). The cryptography is the crate `domain`'s.

use std::{fmt, str::FromStr};

use data_encoding::BASE64;
use domain::{
    base::Name,
    tsig::{Algorithm, Key, KeyName},
};
use schemars::JsonSchema;
use serde::Deserialize;

/// Why a text is no key. It never repeats the secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Another form.
    #[error("a key is written ALGORITHM:NAME:SECRET, as in hmac-sha256:transfer.example:BASE64")]
    Form,
    /// An algorithm that is not to be used any more, or never was.
    #[error("{0:?} is not one of hmac-sha256, hmac-sha384 and hmac-sha512")]
    Algorithm(String),
    /// The name of the key.
    #[error("{0:?} cannot be the name of a key")]
    Name(String),
    /// The secret is not base64.
    #[error("the secret of a key is written in base64")]
    Secret,
    /// A secret that could be guessed.
    #[error("the secret of a key has at least 16 bytes")]
    Short,
}

/// The fewest bytes of a secret.
const SHORTEST: usize = 16;

/// A key that both ends of a transfer have. It does not print its secret.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(with = "String")]
pub struct TsigKey {
    key: Key,
    /// What it was made of, to tell whether a configuration changed: `key` says it to nobody.
    secret: Box<[u8]>,
}

impl TsigKey {
    pub(crate) fn inner(&self) -> &Key {
        &self.key
    }

    /// Its name, as the other end has to know it.
    #[must_use]
    pub fn name(&self) -> String {
        self.key.name().to_string()
    }
}

impl AsRef<Key> for TsigKey {
    fn as_ref(&self) -> &Key {
        &self.key
    }
}

impl PartialEq for TsigKey {
    fn eq(&self, other: &Self) -> bool {
        let one = (self.key.name(), self.key.algorithm(), &self.secret);
        one == (other.key.name(), other.key.algorithm(), &other.secret)
    }
}

impl FromStr for TsigKey {
    type Err = KeyError;

    /// Reads `hmac-sha256:NAME:BASE64`, the form that `dig -y` takes.
    fn from_str(text: &str) -> Result<Self, KeyError> {
        let mut parts = text.trim().splitn(3, ':');
        let (Some(algorithm), Some(name), Some(secret)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(KeyError::Form);
        };
        let algorithm = match algorithm.to_ascii_lowercase().as_str() {
            "hmac-sha256" => Algorithm::Sha256,
            "hmac-sha384" => Algorithm::Sha384,
            "hmac-sha512" => Algorithm::Sha512,
            _ => return Err(KeyError::Algorithm(algorithm.to_owned())),
        };
        let bad_name = || KeyError::Name(name.to_owned());
        let parsed = Name::<Vec<u8>>::from_str(name).ok().filter(|name| !name.is_root()).ok_or_else(bad_name)?;
        let key_name = KeyName::from_str(&parsed.to_string()).map_err(|_| bad_name())?;
        let bytes = BASE64.decode(secret.as_bytes()).map_err(|_| KeyError::Secret)?;
        if bytes.len() < SHORTEST {
            return Err(KeyError::Short);
        }
        let key = Key::new(algorithm, &bytes, key_name, None, None).map_err(|_| KeyError::Secret)?;
        Ok(Self { key, secret: bytes.into() })
    }
}

impl TryFrom<String> for TsigKey {
    type Error = KeyError;

    fn try_from(text: String) -> Result<Self, KeyError> {
        text.parse()
    }
}

impl fmt::Debug for TsigKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "TsigKey({}, ..)", self.key.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "pmK3MjlI0k9kQ0lWJ0Vv5ntbbZVZ1u0tUJq4wqzF0Zs=";

    #[test]
    fn a_key_is_read_and_keeps_its_secret() {
        let key: TsigKey = format!("hmac-sha256:Transfer.Example:{SECRET}").parse().unwrap();
        let shown = format!("{key:?}");
        assert_eq!(key.name().to_lowercase(), "transfer.example");
        assert!(!shown.contains("pmK3") && shown.contains("TsigKey("), "{shown}");
    }

    #[test]
    fn what_is_no_key_is_refused_without_its_secret() {
        for (text, error) in [
            ("transfer", KeyError::Form),
            ("hmac-md5:transfer:c2VjcmV0c2VjcmV0c2VjcmV0", KeyError::Algorithm("hmac-md5".to_owned())),
            ("hmac-sha256::c2VjcmV0c2VjcmV0c2VjcmV0", KeyError::Name(String::new())),
            ("hmac-sha256:transfer:not base64", KeyError::Secret),
            ("hmac-sha512:transfer:c2hvcnQ=", KeyError::Short),
        ] {
            assert_eq!(text.parse::<TsigKey>().unwrap_err(), error, "{text}");
        }
    }
}
