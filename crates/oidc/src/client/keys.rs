//! The keys of a client that signs in a secret's stead, as an administrator brings them: a set of public keys (RFC 7517, section 5).

use data_encoding::BASE64URL_NOPAD;
use jsonwebtoken::{
    DecodingKey,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk, JwkSet},
};
use serde::Deserialize;
use serde_json::Value;

use super::Authentication;
use crate::jose;

/// Keys of one client.
const MOST: usize = 16;
/// Bytes of the smallest RSA modulus (RFC 7518, section 3.3).
const RSA: usize = 256;
/// What private and shared keys have (RFC 7518, sections 6.2.2, 6.3.2 and 6.4.1).
const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// Why keys were not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidKeys {
    /// Something else.
    #[error("not a JSON Web Key Set")]
    NotASet,
    /// None, or more than are kept.
    #[error("a set has 1 to 16 keys")]
    Count,
    /// It shows what nobody but its client may have.
    #[error("a private or shared key; the public half alone belongs here")]
    Private,
    /// Nothing that it signs could be verified.
    #[error("a key that signs nothing we verify: RSA from 2048 bits, P-256 and Ed25519 do, for signatures")]
    Useless,
}

#[derive(Deserialize)]
struct Set {
    keys: Vec<Value>,
}

impl Authentication {
    /// By signatures of these public keys: a JSON Web Key Set.
    ///
    /// # Errors
    /// When it is none, or a key of it is not public or cannot be used.
    pub fn by_keys(text: &[u8]) -> Result<Self, InvalidKeys> {
        let set: Set = serde_json::from_slice(text).map_err(|_| InvalidKeys::NotASet)?;
        if !(1..=MOST).contains(&set.keys.len()) {
            return Err(InvalidKeys::Count);
        }
        let keys = set.keys.into_iter().map(public).collect::<Result<_, _>>()?;
        Ok(Self::Keys(JwkSet { keys }))
    }
}

fn public(key: Value) -> Result<Jwk, InvalidKeys> {
    if PRIVATE.iter().any(|private| key.get(private).is_some()) {
        return Err(InvalidKeys::Private);
    }
    let key: Jwk = serde_json::from_value(key).map_err(|_| InvalidKeys::Useless)?;
    let is_known = match &key.algorithm {
        AlgorithmParameters::RSA(rsa) => is_long(&rsa.n),
        AlgorithmParameters::EllipticCurve(curve) => curve.curve == EllipticCurve::P256,
        AlgorithmParameters::OctetKeyPair(pair) => pair.curve == EllipticCurve::Ed25519,
        _ => false,
    };
    if is_known && jose::signs(&key) && DecodingKey::from_jwk(&key).is_ok() {
        Ok(key)
    } else {
        Err(InvalidKeys::Useless)
    }
}

/// Zeroes before a number make it no longer.
fn is_long(modulus: &str) -> bool {
    let bytes = BASE64URL_NOPAD.decode(modulus.as_bytes()).unwrap_or_default();
    bytes.iter().skip_while(|byte| **byte == 0).count() >= RSA
}

#[cfg(test)]
mod tests {
    use super::*;

    const POINT: &str = r#""kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x0AAAQs2Hbk7yOQhCM1R0dd1nU4OJ7P1T-SBkNT5NxE""#;

    fn why(text: &str) -> Option<InvalidKeys> {
        Authentication::by_keys(text.as_bytes()).err()
    }

    #[test]
    fn public_keys_are_taken_and_nothing_else() {
        let own = r#""kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo""#;
        let rsa = |bytes| format!(r#""kty":"RSA","e":"AQAB","n":"{}""#, BASE64URL_NOPAD.encode(&vec![0xb5; bytes]));
        for good in [POINT, own, &rsa(256), &rsa(512), &format!(r#"{POINT},"use":"sig","kid":"1","alg":"ES256""#)] {
            assert_eq!(why(&format!(r#"{{"keys":[{{{good}}}]}}"#)), None, "{good}");
        }
        for (bad, told) in [
            ("", InvalidKeys::Useless),
            (&format!(r#"{POINT},"use":"enc""#), InvalidKeys::Useless),
            (&POINT.replace("P-256", "P-384"), InvalidKeys::Useless),
            (&own.replace("Ed25519", "X25519"), InvalidKeys::Useless),
            (&rsa(128), InvalidKeys::Useless),
            (&rsa(256).replace("\"n\":\"", "\"n\":\"AAAA/"), InvalidKeys::Useless),
            (&format!(r#"{POINT},"d":"AA""#), InvalidKeys::Private),
            (r#""kty":"oct","k":"AAAA""#, InvalidKeys::Private),
        ] {
            assert_eq!(why(&format!(r#"{{"keys":[{{{POINT}}},{{{bad}}}]}}"#)), Some(told), "{bad}");
        }
        for (bad, told) in [
            ("", InvalidKeys::NotASet),
            ("{}", InvalidKeys::NotASet),
            ("-----BEGIN PUBLIC KEY-----", InvalidKeys::NotASet),
            (&format!("{{{POINT}}}"), InvalidKeys::NotASet),
            (r#"{"keys":[]}"#, InvalidKeys::Count),
            (&format!(r#"{{"keys":[{}]}}"#, vec!["{}"; MOST + 1].join(",")), InvalidKeys::Count),
        ] {
            assert_eq!(why(bad), Some(told), "{bad}");
        }
    }
}
