//! A new key. An RSA key takes a second or more to find, so it is made before any lock is taken.

use std::fmt;

use jsonwebtoken::{
    EncodingKey,
    jwk::{Jwk, PublicKeyUse, ThumbprintHash},
};
use p256::pkcs8::EncodePrivateKey as _;
use rand::{CryptoRng, RngCore};
use rsa_09::{RsaPrivateKey, pkcs1::EncodeRsaPrivateKey as _};
use zeroize::Zeroizing;

use crate::{Algorithm, OidcError};

/// Bits of an RSA key: what every client reads, and enough for the months that it signs (NIST SP 800-57, part 1, table 2).
const RSA_BITS: usize = 2_048;
/// Random scalars that are tried: of P-256, one in four billion is none.
const TRIES: usize = 8;

/// A key that signs, with its name.
pub struct MadeKey {
    pub(super) algorithm: Algorithm,
    pub(super) kid: String,
    pub(super) public: Jwk,
    /// PKCS #1 for RSA, PKCS #8 for P-256: what the library reads.
    pub(super) private: Zeroizing<Vec<u8>>,
}

impl MadeKey {
    /// Makes one.
    ///
    /// # Errors
    /// When none can be made of this randomness.
    pub fn random<R: RngCore + CryptoRng>(algorithm: Algorithm, rng: &mut R) -> Result<Self, OidcError> {
        let private = match algorithm {
            Algorithm::Rs256 => rsa(rng)?,
            Algorithm::Es256 => p256(rng)?,
        };
        Self::of(algorithm, private)
    }

    pub(super) fn of(algorithm: Algorithm, private: Zeroizing<Vec<u8>>) -> Result<Self, OidcError> {
        let key = encoding(algorithm, &private);
        let mut public = Jwk::from_encoding_key(&key, jose(algorithm)).map_err(|_| OidcError::NoKey)?;
        let kid = public.thumbprint(ThumbprintHash::SHA256).map_err(|_| OidcError::NoKey)?;
        public.common.key_id = Some(kid.clone());
        public.common.public_key_use = Some(PublicKeyUse::Signature);
        Ok(Self { algorithm, kid, public, private })
    }
}

impl fmt::Debug for MadeKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("MadeKey").field("kid", &self.kid).finish_non_exhaustive()
    }
}

pub(super) fn encoding(algorithm: Algorithm, private: &[u8]) -> EncodingKey {
    match algorithm {
        Algorithm::Rs256 => EncodingKey::from_rsa_der(private),
        Algorithm::Es256 => EncodingKey::from_ec_der(private),
    }
}

pub(super) const fn jose(algorithm: Algorithm) -> jsonwebtoken::Algorithm {
    match algorithm {
        Algorithm::Rs256 => jsonwebtoken::Algorithm::RS256,
        Algorithm::Es256 => jsonwebtoken::Algorithm::ES256,
    }
}

fn rsa<R: RngCore + CryptoRng>(rng: &mut R) -> Result<Zeroizing<Vec<u8>>, OidcError> {
    let key = RsaPrivateKey::new(rng, RSA_BITS).map_err(|_| OidcError::NoKey)?;
    let der = key.to_pkcs1_der().map_err(|_| OidcError::NoKey)?;
    Ok(Zeroizing::new(der.as_bytes().to_vec()))
}

fn p256<R: RngCore + CryptoRng>(rng: &mut R) -> Result<Zeroizing<Vec<u8>>, OidcError> {
    let mut scalar = Zeroizing::new([0; 32]);
    for _ in 0..TRIES {
        rng.fill_bytes(&mut *scalar);
        if let Ok(key) = p256::SecretKey::from_slice(scalar.as_slice()) {
            let der = key.to_pkcs8_der().map_err(|_| OidcError::NoKey)?;
            return Ok(Zeroizing::new(der.as_bytes().to_vec()));
        }
    }
    Err(OidcError::NoKey)
}
