//! What a party shows to its hub with every request, and the moment of the day that follows from it.

use std::{fmt, str::FromStr};

use data_encoding::BASE64URL_NOPAD;
use hkdf::Hkdf;
use sha2::Sha256;
use vauban_blind::{CryptoRng, RngCore};
use vauban_release::{Digest, Enrolment};
use zeroize::Zeroizing;

/// What separates the moment from anything else that may follow from a credential.
const PHASE: &[u8] = b"vauban party phase 1";
const BYTES: usize = 32;

/// A text that is no credential. It repeats nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a credential")]
pub struct CredentialError;

/// What opens a party's streams at its hub. It never prints itself and is wiped when dropped.
#[derive(Clone)]
pub struct Credential(Zeroizing<String>);

impl Credential {
    /// 32 random bytes that nobody else ever saw.
    pub(crate) fn random<R: RngCore + CryptoRng>(rng: &mut R) -> Self {
        let mut bytes = Zeroizing::new([0; BYTES]);
        rng.fill_bytes(&mut *bytes);
        Self(Zeroizing::new(BASE64URL_NOPAD.encode(&*bytes)))
    }

    /// What the hub keeps of it.
    pub(crate) fn digest(&self) -> Digest {
        Digest::of(self.0.as_bytes())
    }

    /// The one that follows from a code: the desk has the same. It is good until the party joined.
    #[must_use]
    pub fn of(code: &Enrolment) -> Self {
        Self(code.credential())
    }

    /// What stands behind `Authorization: Bearer ` (RFC 6750).
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The number that fixes at which moment of a slot its party sends (`Slots::due`), so that parties do not all come at once.
    #[must_use]
    pub fn phase(&self) -> u32 {
        let mut bytes = [0; 4];
        // HKDF refuses lengths above 255 times 32 bytes only.
        let _ = Hkdf::<Sha256>::new(None, self.0.as_bytes()).expand(PHASE, &mut bytes);
        u32::from_be_bytes(bytes)
    }
}

impl FromStr for Credential {
    type Err = CredentialError;

    fn from_str(text: &str) -> Result<Self, CredentialError> {
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).map(Zeroizing::new).map_err(|_| CredentialError)?;
        if bytes.len() == BYTES { Ok(Self(Zeroizing::new(text.to_owned()))) } else { Err(CredentialError) }
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Credential(..)")
    }
}

#[cfg(test)]
mod tests {
    use zeroize::Zeroizing;

    use super::*;

    #[test]
    fn a_credential_is_the_codes_and_has_a_moment_of_its_own() {
        let key = vauban_release::SigningKey::from_seed(&Zeroizing::new([1; 32]), [1; 8]).public();
        let of = |secret| Credential::of(&Enrolment::new(&Zeroizing::new([secret; 10]), &key));
        let read: Credential = of(5).as_str().parse().unwrap();
        assert_eq!((read.as_str(), read.phase()), (of(5).as_str(), of(5).phase()));
        assert_ne!(of(5).phase(), of(6).phase());
        assert!(!format!("{read:?}").contains(read.as_str()));
        for text in ["", "AAAA", "Authorization: x\r\n", &"A".repeat(42)] {
            assert_eq!(text.parse::<Credential>().err(), Some(CredentialError), "{text:?}");
        }
    }
}
