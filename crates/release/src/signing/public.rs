//! A public key of minisign: two letters for the algorithm, eight bytes that name the key, 32 bytes of Ed25519.

use std::{fmt, str::FromStr};

use blake2::{Blake2b512, Digest as _};
use data_encoding::BASE64;
use ed25519_dalek::VerifyingKey;
use serde::{Deserialize, Serialize};

use super::{FormError, NotSigned, Signature};
use crate::{Digest, id::text_form};

/// The algorithm of a key, as minisign writes it.
pub(super) const ALGORITHM: &[u8; 2] = b"Ed";
/// What separates this use of SHA-256 from others.
const FINGERPRINT: &[u8] = b"vauban key fingerprint 1\n";

/// Whose signatures are checked: a hub's or a party's. Its text is the line that `minisign -P` takes.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PublicKey {
    id: [u8; 8],
    key: VerifyingKey,
}

impl PublicKey {
    pub(super) const fn new(id: [u8; 8], key: VerifyingKey) -> Self {
        Self { id, key }
    }

    /// From its name and 32 bytes, if they are a key that one party alone can have.
    pub(super) fn checked(id: [u8; 8], bytes: &[u8; 32]) -> Result<Self, FormError> {
        let key = VerifyingKey::from_bytes(bytes).map_err(|_| FormError::PublicKey)?;
        if key.is_weak() { Err(FormError::WeakKey) } else { Ok(Self { id, key }) }
    }

    /// The digest by which people and receipts name this key: of its 32 bytes, not of the name it gives itself.
    #[must_use]
    pub fn fingerprint(&self) -> Digest {
        Digest::of(&[FINGERPRINT, self.key.as_bytes()].concat())
    }

    /// The 32 bytes of Ed25519 (RFC 8032), without the name.
    #[must_use]
    pub fn bytes(&self) -> [u8; 32] {
        self.key.to_bytes()
    }

    /// Reads a key: the line of base64 alone, or a whole `.pub` file.
    ///
    /// # Errors
    /// [`FormError::PublicKey`] or [`FormError::WeakKey`].
    pub fn from_file(text: &str) -> Result<Self, FormError> {
        let line = match text.trim().lines().collect::<Vec<_>>()[..] {
            [line] => line,
            [comment, line] if comment.starts_with("untrusted comment:") => line,
            _ => return Err(FormError::PublicKey),
        };
        line.parse()
    }

    /// Checks that this key signed `message`, and the comment beside it.
    ///
    /// # Errors
    /// [`NotSigned`] for another key, another message, or a signature that more than one key could have made.
    pub fn verify(&self, message: &[u8], signature: &Signature) -> Result<(), NotSigned> {
        if signature.key_id() != self.id {
            return Err(NotSigned);
        }
        let digest = Blake2b512::digest(message);
        self.key.verify_strict(&digest, signature.of_message()).map_err(|_| NotSigned)?;
        self.key.verify_strict(&signature.covered_comment(), signature.of_comment()).map_err(|_| NotSigned)
    }
}

impl FromStr for PublicKey {
    type Err = FormError;

    fn from_str(text: &str) -> Result<Self, FormError> {
        let bytes: [u8; 42] =
            BASE64.decode(text.as_bytes()).ok().and_then(|bytes| bytes.try_into().ok()).ok_or(FormError::PublicKey)?;
        let (algorithm, rest) = bytes.split_first_chunk::<2>().ok_or(FormError::PublicKey)?;
        let (id, key) = rest.split_first_chunk::<8>().ok_or(FormError::PublicKey)?;
        if algorithm != ALGORITHM {
            return Err(FormError::PublicKey);
        }
        Self::checked(*id, key.try_into().map_err(|_| FormError::PublicKey)?)
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [&ALGORITHM[..], &self.id, self.key.as_bytes()].concat();
        formatter.write_str(&BASE64.encode(&bytes))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "PublicKey({self})")
    }
}

text_form!(PublicKey);
