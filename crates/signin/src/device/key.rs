//! A device's public key, and what it signed. The algorithm is the key's, whatever a proof says of it.

use data_encoding::BASE64URL_NOPAD;
use jsonwebtoken::{
    Algorithm, DecodingKey, Validation, decode,
    jwk::{AlgorithmParameters, CommonParameters, EllipticCurve, Jwk},
};

use super::proof::{Claims, NotProven, Proof};

/// Bytes of an RSA modulus: from 2,048 bits to 4,096.
const MODULUS: std::ops::RangeInclusive<usize> = 256..=512;

/// A public key that signs proofs.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct DeviceKey {
    parameters: AlgorithmParameters,
    algorithm: Algorithm,
}

impl DeviceKey {
    pub(super) fn new(parameters: &AlgorithmParameters) -> Result<Self, NotProven> {
        let algorithm = match parameters {
            AlgorithmParameters::EllipticCurve(key) if key.curve == EllipticCurve::P256 => Algorithm::ES256,
            AlgorithmParameters::RSA(key) if is_usual(&key.n) => Algorithm::RS256,
            _ => return Err(NotProven::Key),
        };
        Ok(Self { parameters: parameters.clone(), algorithm })
    }

    /// As the store keeps it.
    pub(super) fn from_bytes(bytes: &[u8]) -> Result<Self, NotProven> {
        Self::new(&serde_json::from_slice(bytes).map_err(|_| NotProven::Key)?)
    }

    /// The key's own numbers as a JWK, and nothing that a browser wrote beside them.
    pub(super) fn to_bytes(&self) -> Result<Vec<u8>, NotProven> {
        serde_json::to_vec(&self.parameters).map_err(|_| NotProven::Key)
    }

    /// Whether this key signed the proof.
    pub(super) fn signed(&self, proof: &Proof<'_>) -> Result<(), NotProven> {
        let jwk = Jwk { common: CommonParameters::default(), algorithm: self.parameters.clone() };
        let key = DecodingKey::from_jwk(&jwk).map_err(|_| NotProven::Key)?;
        let mut validation = Validation::new(self.algorithm);
        validation.required_spec_claims.clear();
        validation.validate_exp = false;
        validation.validate_aud = false;
        decode::<Claims>(proof.token, &key, &validation).map(|_| ()).map_err(|_| NotProven::Signature)
    }
}

fn is_usual(modulus: &str) -> bool {
    BASE64URL_NOPAD.decode(modulus.as_bytes()).is_ok_and(|bytes| MODULUS.contains(&bytes.len()))
}
