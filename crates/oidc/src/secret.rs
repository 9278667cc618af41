//! What opens something: 32 random bytes that its holder keeps, and the SHA-256 that we keep.

use std::{fmt, str::FromStr};

use data_encoding::BASE64URL_NOPAD;
use rand::{CryptoRng, RngCore};
use rusqlite::{
    ToSql,
    types::{ToSqlOutput, ValueRef},
};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

/// 32 bytes in base64url without padding (RFC 4648, section 5).
const TEXT: usize = 43;

/// A text that is no secret of ours. It repeats nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a secret")]
pub struct NotASecret;

/// A code, a token, a client's secret, the name of a request. It never prints itself and is wiped when dropped.
pub struct Secret(Zeroizing<[u8; 32]>);

impl Secret {
    /// A new one.
    pub fn random<R: RngCore + CryptoRng>(rng: &mut R) -> Self {
        let mut bytes = Zeroizing::new([0; 32]);
        rng.fill_bytes(&mut *bytes);
        Self(bytes)
    }

    /// How it is written: 43 characters of base64url.
    #[must_use]
    pub fn text(&self) -> Zeroizing<String> {
        Zeroizing::new(BASE64URL_NOPAD.encode(self.0.as_slice()))
    }

    pub(crate) fn hash(&self) -> Hash {
        Hash::of(self.0.as_slice())
    }
}

impl FromStr for Secret {
    type Err = NotASecret;

    fn from_str(text: &str) -> Result<Self, NotASecret> {
        // Nothing is decoded that cannot be one.
        if text.len() != TEXT {
            return Err(NotASecret);
        }
        let decoded = BASE64URL_NOPAD.decode(text.as_bytes()).map(Zeroizing::new).map_err(|_| NotASecret)?;
        let bytes = <[u8; 32]>::try_from(decoded.as_slice()).map_err(|_| NotASecret)?;
        Ok(Self(Zeroizing::new(bytes)))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(..)")
    }
}

/// What is kept of a secret. It finds the secret's row, and opens nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Hash([u8; 32]);

impl Hash {
    pub(crate) fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// One that was kept.
    pub(crate) const fn kept(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    pub(crate) const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl ToSql for Hash {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(ValueRef::Blob(&self.0)))
    }
}

#[cfg(test)]
mod tests {
    use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng as _};

    use super::*;

    #[test]
    fn a_secret_goes_there_and_back_and_says_nothing() {
        let secret = Secret::random(&mut ChaCha20Rng::from_seed([1; 32]));
        let text = secret.text();
        assert_eq!(text.parse::<Secret>().unwrap().hash(), secret.hash());
        assert!(!format!("{secret:?}").contains(text.as_str()));
        for bad in ["", "a", &"A".repeat(42), &"A".repeat(44), &"=".repeat(43), &"B".repeat(43)] {
            assert!(bad.parse::<Secret>().is_err(), "{bad:?}");
        }
    }
}
