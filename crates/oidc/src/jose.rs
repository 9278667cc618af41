//! Tokens that are signed (RFC 7519), by the one library that does it. What a token says of its own algorithm is never enough: it has to
//! be one that belongs to the key's family, and a shared secret is never a key.

use jsonwebtoken::{
    Algorithm, DecodingKey, Header, Validation, decode, decode_header,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk, PublicKeyUse},
};
use serde::{Deserialize, de::DeserializeOwned};

use crate::rules::LONGEST_TOKEN;

/// `aud`: one text, or several.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Audience {
    One(String),
    Many(Vec<String>),
}

impl Audience {
    pub(crate) fn is(&self, wanted: &str) -> bool {
        match self {
            Self::One(one) => one == wanted,
            Self::Many(many) => many.iter().any(|one| one == wanted),
        }
    }

    /// The only one.
    pub(crate) fn only(&self) -> Option<&str> {
        match self {
            Self::One(one) => Some(one),
            Self::Many(many) => many.first().map(String::as_str).filter(|_| many.len() == 1),
        }
    }
}

/// The header of a token that is short enough to be looked at.
pub(crate) fn header(token: &str) -> Option<Header> {
    decode_header(token).ok().filter(|header| token.len() <= LONGEST_TOKEN && header.crit.is_none())
}

/// The claims of a token that this public key signed, with an algorithm of the key's own. Times are the caller's to look at: the
/// library would ask a clock.
pub(crate) fn verified<T: DeserializeOwned>(token: &str, key: &Jwk) -> Option<T> {
    let algorithm = header(token)?.alg;
    if !fits(algorithm, key) {
        return None;
    }
    let mut validation = Validation::new(algorithm);
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.set_required_spec_claims::<&str>(&[]);
    decode::<T>(token, &DecodingKey::from_jwk(key).ok()?, &validation).ok().map(|data| data.claims)
}

/// As [`verified`], by the key that the token names, or any where it names none.
pub(crate) fn verified_by_any<T: DeserializeOwned>(token: &str, keys: &[Jwk]) -> Option<T> {
    let named = header(token)?.kid;
    let fits = |key: &&Jwk| named.is_none() || key.common.key_id.is_none() || key.common.key_id == named;
    keys.iter().filter(fits).find_map(|key| verified(token, key))
}

/// What a token claims, which anybody may have written.
pub(crate) fn unverified<T: DeserializeOwned>(token: &str) -> Option<T> {
    header(token)?;
    jsonwebtoken::dangerous::insecure_decode_claims(token).ok()
}

/// Whether a key may be for signatures: it says so, or says nothing (RFC 7517, section 4.2).
pub(crate) fn signs(key: &Jwk) -> bool {
    key.common.public_key_use.as_ref().is_none_or(|used| *used == PublicKeyUse::Signature)
}

/// Whether an algorithm is this key's. `none` is none that the library knows; HS256 has no public key.
fn fits(algorithm: Algorithm, key: &Jwk) -> bool {
    let fits = match &key.algorithm {
        AlgorithmParameters::RSA(_) => matches!(algorithm, Algorithm::RS256 | Algorithm::PS256),
        AlgorithmParameters::EllipticCurve(curve) => {
            algorithm == Algorithm::ES256 && curve.curve == EllipticCurve::P256
        }
        AlgorithmParameters::OctetKeyPair(_) => algorithm == Algorithm::EdDSA,
        _ => false,
    };
    fits && key.common.key_algorithm.is_none_or(|named| named.to_string() == format!("{algorithm:?}"))
}
