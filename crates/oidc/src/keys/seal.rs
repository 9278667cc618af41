//! The key that private keys are sealed with. Whoever calls brings it, from wherever this machine keeps its secrets.

use std::fmt;

use chacha20poly1305::{
    KeyInit as _, XChaCha20Poly1305, XNonce,
    aead::{Aead as _, Payload},
};
use rand::{CryptoRng, RngCore};
use zeroize::Zeroizing;

use crate::OidcError;

/// How many bytes of nonce stand before what is sealed.
const NONCE: usize = 24;

/// 32 bytes that are not in the file of the provider.
pub struct SealingKey(Zeroizing<[u8; 32]>);

impl SealingKey {
    /// Of these bytes, which have to be random.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// Seals a private key under its name, so that one cannot be put in another's place.
    pub(super) fn seal<R: RngCore + CryptoRng>(
        &self,
        kid: &str,
        private: &[u8],
        rng: &mut R,
    ) -> Result<Vec<u8>, OidcError> {
        let mut nonce = [0; NONCE];
        rng.fill_bytes(&mut nonce);
        let payload = Payload { msg: private, aad: kid.as_bytes() };
        let sealed = self.cipher().encrypt(XNonce::from_slice(&nonce), payload).map_err(|_| OidcError::NoKey)?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    pub(super) fn open(&self, kid: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, OidcError> {
        let (nonce, sealed) = sealed.split_at_checked(NONCE).ok_or(OidcError::Damaged("a key"))?;
        let payload = Payload { msg: sealed, aad: kid.as_bytes() };
        let opened = self.cipher().decrypt(XNonce::from_slice(nonce), payload).map_err(|_| OidcError::NoKey)?;
        Ok(Zeroizing::new(opened))
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(self.0.as_slice().into())
    }
}

impl fmt::Debug for SealingKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SealingKey(..)")
    }
}

#[cfg(test)]
mod tests {
    use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng as _};

    use super::*;

    #[test]
    fn what_is_sealed_opens_with_its_key_and_name_alone() {
        let key = SealingKey::new([1; 32]);
        let sealed = key.seal("a", b"private", &mut ChaCha20Rng::from_seed([1; 32])).unwrap();
        assert_eq!(key.open("a", &sealed).unwrap().as_slice(), b"private");
        assert!(key.open("b", &sealed).is_err());
        assert!(SealingKey::new([2; 32]).open("a", &sealed).is_err());
        assert!(key.open("a", &sealed[..10]).is_err());
        assert!(!sealed.windows(7).any(|part| part == b"private"));
    }
}
