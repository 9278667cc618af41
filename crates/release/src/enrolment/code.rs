//! The code's meaning: version, secret, fingerprint, checksum.

use std::{fmt, str::FromStr};

use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::{Zeroize as _, Zeroizing};

use super::{EnrolmentError, groups};
use crate::{Digest, signing::PublicKey};

/// Version, secret, fingerprint, checksum: 30 bytes are 48 signs of base 32.
const LENGTH: usize = 1 + SECRET + FINGERPRINT + CHECKSUM;
/// 80 bits that are tried against a hub, once each, or against the digest it keeps.
const SECRET: usize = 10;
/// 128 bits: another key with this fingerprint takes 2^128 attempts.
const FINGERPRINT: usize = 16;
const CHECKSUM: usize = 3;
const VERSION: u8 = 1;

/// An enrolment code. It does not print its secret, and forgets it when it is dropped; [`Self::to_code`] is for the person it is for.
#[derive(Clone)]
pub struct Enrolment {
    secret: Zeroizing<[u8; SECRET]>,
    fingerprint: [u8; FINGERPRINT],
}

impl Enrolment {
    /// A code for a hub that signs with this key, from ten bytes of good randomness.
    #[must_use]
    pub fn new(secret: &Zeroizing<[u8; SECRET]>, signer: &PublicKey) -> Self {
        Self { secret: secret.clone(), fingerprint: short(signer) }
    }

    /// The secret, for the hub to compare with the digest that it keeps.
    #[must_use]
    pub fn secret(&self) -> &[u8; SECRET] {
        &self.secret
    }

    /// What the party shows to the front from then on: it follows from the secret (HKDF-SHA-256, RFC 5869), so that both sides have it
    /// without sending it. Whoever reads the code over somebody's shoulder has it, too, until the party is enrolled anew.
    #[must_use]
    pub fn credential(&self) -> Zeroizing<String> {
        let mut bytes = Zeroizing::new([0; 32]);
        Hkdf::<Sha256>::new(Some(&self.fingerprint), &self.secret[..])
            .expand(b"vauban hub credential 1", &mut *bytes)
            .expect("HKDF-SHA-256 gives up to 8160 bytes");
        Zeroizing::new(BASE64URL_NOPAD.encode(&*bytes))
    }

    /// What the hub keeps of the secret, and finds the party by.
    #[must_use]
    pub fn secret_digest(&self) -> Digest {
        Digest::of(&Zeroizing::new([b"vauban enrolment 1\n", &self.secret[..]].concat()))
    }

    /// Whether the key that was met is the one that the code was made for.
    ///
    /// # Errors
    /// [`EnrolmentError::OtherKey`]: somebody stands between, or the address is another hub's.
    pub fn check_signer(&self, met: &PublicKey) -> Result<(), EnrolmentError> {
        self.pin().check(met)
    }

    /// What to remember of the code so that the signer can be checked later, too: it is no secret.
    #[must_use]
    pub const fn pin(&self) -> SignerPin {
        SignerPin(self.fingerprint)
    }

    /// The code as it is printed for a person, or drawn to be scanned: twelve groups of five.
    #[must_use]
    pub fn to_code(&self) -> Zeroizing<String> {
        groups::write(&self.bytes())
    }

    fn bytes(&self) -> Zeroizing<[u8; LENGTH]> {
        let mut bytes = Zeroizing::new([VERSION; LENGTH]);
        bytes[1..=SECRET].copy_from_slice(&self.secret[..]);
        bytes[1 + SECRET..LENGTH - CHECKSUM].copy_from_slice(&self.fingerprint);
        let checksum = checksum(&bytes);
        bytes[LENGTH - CHECKSUM..].copy_from_slice(&checksum);
        bytes
    }
}

/// The first 128 bits of the fingerprint of the key that signs: what a code pins. Its text is 32 digits of hexadecimal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignerPin([u8; FINGERPRINT]);

impl SignerPin {
    /// Whether the key that was met is the one that was pinned.
    ///
    /// # Errors
    /// [`EnrolmentError::OtherKey`]: somebody stands between, or the address is another hub's.
    pub fn check(&self, met: &PublicKey) -> Result<(), EnrolmentError> {
        if short(met) == self.0 { Ok(()) } else { Err(EnrolmentError::OtherKey) }
    }
}

impl fmt::Display for SignerPin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&HEXLOWER.encode(&self.0))
    }
}

impl FromStr for SignerPin {
    type Err = EnrolmentError;

    fn from_str(text: &str) -> Result<Self, EnrolmentError> {
        let bytes = HEXLOWER.decode(text.as_bytes()).map_err(|_| EnrolmentError::Checksum)?;
        bytes.try_into().map(Self).map_err(|_| EnrolmentError::Checksum)
    }
}

fn short(key: &PublicKey) -> [u8; FINGERPRINT] {
    let mut short = [0; FINGERPRINT];
    short.copy_from_slice(&key.fingerprint().bytes()[..FINGERPRINT]);
    short
}

fn checksum(bytes: &[u8; LENGTH]) -> [u8; CHECKSUM] {
    let covered = Zeroizing::new([b"vauban enrolment checksum 1\n", &bytes[..LENGTH - CHECKSUM]].concat());
    let mut checksum = [0; CHECKSUM];
    checksum.copy_from_slice(&Digest::of(&covered).bytes()[..CHECKSUM]);
    checksum
}

impl FromStr for Enrolment {
    type Err = EnrolmentError;

    /// Reads a code as a person types it: any case, with or without hyphens and spaces, `O` for `0`, `I` or `L` for `1`.
    fn from_str(text: &str) -> Result<Self, EnrolmentError> {
        let mut bytes = groups::read(text)?;
        let read = Self::from_bytes(&bytes);
        bytes.zeroize();
        read
    }
}

impl Enrolment {
    fn from_bytes(bytes: &[u8; LENGTH]) -> Result<Self, EnrolmentError> {
        if checksum(bytes)[..] != bytes[LENGTH - CHECKSUM..] {
            return Err(EnrolmentError::Checksum);
        }
        if bytes[0] != VERSION {
            return Err(EnrolmentError::Version(bytes[0]));
        }
        let mut code = Self { secret: Zeroizing::new([0; SECRET]), fingerprint: [0; FINGERPRINT] };
        code.secret.copy_from_slice(&bytes[1..=SECRET]);
        code.fingerprint.copy_from_slice(&bytes[1 + SECRET..LENGTH - CHECKSUM]);
        Ok(code)
    }
}

impl fmt::Debug for Enrolment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Enrolment(..)")
    }
}
