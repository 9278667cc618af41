//! A key that signs: a hub's or a party's. It does not print itself, and its memory is overwritten when it is dropped.

use std::fmt;

use blake2::{Blake2b, Blake2b512, Digest as _, digest::consts::U32};
use data_encoding::BASE64;
use ed25519_dalek::{Signer as _, SigningKey as Ed25519Key};
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

use super::{FormError, PublicKey, Signature, TrustedComment, public::ALGORITHM, signature::covered};

/// A secret key of minisign is its letters, a salt and two costs of the password, the key's name, seed and public half, a checksum.
const LENGTH: usize = 158;
/// No password, and the checksum is BLAKE2b.
const PLAIN: &[u8; 4] = b"\0\0B2";
/// Where the key's name begins: behind the letters, the salt and the costs.
const AT_ID: usize = 54;
const COMMENT: &str = "untrusted comment: minisign secret key";

/// Signs manifests, changes of key and receipts. The same key and text give the same signature (RFC 8032, section 5.1.6).
#[derive(Clone)]
pub struct SigningKey {
    id: [u8; 8],
    key: Ed25519Key,
}

impl SigningKey {
    /// From 32 bytes of good randomness, and 8 more that only name the key.
    #[must_use]
    pub fn from_seed(seed: &Zeroizing<[u8; 32]>, id: [u8; 8]) -> Self {
        Self { id, key: Ed25519Key::from_bytes(seed) }
    }

    /// The half that everybody may know.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        PublicKey::new(self.id, self.key.verifying_key())
    }

    /// Signs a message, and a comment for whoever checks by hand.
    #[must_use]
    pub fn sign(&self, message: &[u8], comment: TrustedComment) -> Signature {
        let of_message = self.key.sign(&Blake2b512::digest(message));
        let whole = self.key.sign(&covered(&of_message, &comment));
        Signature::new(self.id, of_message, comment, whole)
    }

    /// A secret for another purpose that follows from this one (HKDF-SHA-256, RFC 5869): nobody without the key can tell it.
    #[must_use]
    pub fn derived(&self, purpose: &[u8]) -> Zeroizing<[u8; 32]> {
        let mut bytes = Zeroizing::new([0; 32]);
        let seed = Zeroizing::new(self.key.to_bytes());
        Hkdf::<Sha256>::new(None, &*seed).expand(purpose, &mut *bytes).expect("HKDF-SHA-256 gives up to 8160 bytes");
        bytes
    }

    /// The key as a minisign secret key file *without a password*: whoever keeps it seals it.
    #[must_use]
    pub fn to_file(&self) -> Zeroizing<String> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(LENGTH));
        bytes.extend_from_slice(ALGORITHM);
        bytes.extend_from_slice(PLAIN);
        bytes.resize(AT_ID, 0);
        bytes.extend_from_slice(&self.id);
        bytes.extend_from_slice(&*Zeroizing::new(self.key.to_keypair_bytes()));
        let checksum = checksum(&bytes[AT_ID..]);
        bytes.extend_from_slice(&checksum);
        let encoded = Zeroizing::new(BASE64.encode(&bytes));
        Zeroizing::new(format!("{COMMENT}\n{}\n", *encoded))
    }

    /// Reads a minisign secret key file without a password (`minisign -G -W`), or what [`Self::to_file`] wrote.
    ///
    /// # Errors
    /// [`FormError::SecretKey`]: another form, a password, a checksum or a public half that does not fit. It repeats nothing.
    pub fn from_file(text: &str) -> Result<Self, FormError> {
        let (_, line) = text.trim_end().split_once('\n').ok_or(FormError::SecretKey)?;
        let bytes = BASE64.decode(line.trim().as_bytes()).map(Zeroizing::new).map_err(|_| FormError::SecretKey)?;
        let is_plain = bytes.len() == LENGTH && bytes.starts_with(ALGORITHM) && bytes[2..].starts_with(PLAIN);
        let key = bytes.get(AT_ID..).filter(|_| is_plain).ok_or(FormError::SecretKey)?;
        let (id, rest) = key.split_first_chunk::<8>().ok_or(FormError::SecretKey)?;
        let (pair, found) = rest.split_first_chunk::<64>().ok_or(FormError::SecretKey)?;
        // Without a password, the tool leaves the checksum empty; the public half is checked in any case.
        if checksum(&key[..72])[..] != *found && *found != [0; 32] {
            return Err(FormError::SecretKey);
        }
        Ed25519Key::from_keypair_bytes(pair).map(|key| Self { id: *id, key }).map_err(|_| FormError::SecretKey)
    }
}

/// Over the algorithm, the name and both halves.
fn checksum(key: &[u8]) -> [u8; 32] {
    Blake2b::<U32>::new().chain_update(ALGORITHM).chain_update(key).finalize().into()
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "SigningKey({}, ..)", self.public())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(seed: u8) -> SigningKey {
        SigningKey::from_seed(&Zeroizing::new([seed; 32]), [seed; 8])
    }

    #[test]
    fn a_key_goes_through_its_file_and_not_through_debug() {
        let file = key(7).to_file();
        let read = SigningKey::from_file(&file).unwrap();
        assert_eq!((read.public(), &*read.to_file()), (key(7).public(), &*file));
        let seed = format!("{:?}", [7_u8; 32]);
        assert!(!format!("{read:?}").contains(&seed) && format!("{read:?}").ends_with(", ..)"));
        assert_eq!(read.derived(b"one"), key(7).derived(b"one"));
        assert!(read.derived(b"one") != read.derived(b"two") && read.derived(b"one") != key(8).derived(b"one"));
        for (from, to) in [("Ed", "Ee"), ("RWQ", "RWR"), ("\n", " ")] {
            assert_eq!(
                SigningKey::from_file(&file.replace(from, to)).err(),
                file.contains(from).then_some(FormError::SecretKey)
            );
        }
    }

    #[test]
    fn another_key_message_or_comment_is_not_what_was_signed() {
        let signature = key(1).sign(b"message", "comment".parse().unwrap());
        assert_eq!(key(1).public().verify(b"message", &signature), Ok(()));
        assert!(key(1).public().verify(b"Message", &signature).is_err());
        assert!(key(2).public().verify(b"message", &signature).is_err());
        let same_name = SigningKey::from_seed(&Zeroizing::new([2; 32]), [1; 8]);
        assert!(same_name.public().verify(b"message", &signature).is_err());
        let other: Signature = signature.to_string().replace("t: comment", "t: Comment").parse().unwrap();
        assert!(key(1).public().verify(b"message", &other).is_err());
    }

    #[test]
    fn a_comment_is_one_printable_line() {
        for text in ["a\nb", "a\r", "\u{1b}[2J", "ends ", &"x".repeat(257)] {
            assert_eq!(text.parse::<TrustedComment>(), Err(FormError::Comment), "{text:?}");
        }
    }
}
