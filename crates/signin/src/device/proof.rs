//! What a device signs: a DBSC proof, which is a JWT (the draft's section "DBSC Proof JWT Syntax"). It is read before it is verified, because its
//! challenge has to be taken first; nothing else of it is believed until then. Times and audiences of older browsers are passed over: the
//! challenge is random, ours, and good once.

use jsonwebtoken::{Header, TokenData, dangerous::insecure_decode};
use serde::Deserialize;
use vauban_people::{ChallengeHash, ChallengeToken};

use super::key::DeviceKey;

/// A proof, at most: with an RSA key of 4,096 bits in it, it has half of that.
const LONGEST: usize = 4 << 10;
const KIND: &str = "dbsc+jwt";

/// Why a device has not proven its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotProven {
    /// No proof has that length.
    #[error("the proof is too long")]
    TooLong,
    /// Not a JWT with a challenge of ours, or of no algorithm that signs.
    #[error("the proof cannot be read")]
    Unreadable,
    /// A JWT that was signed for something else.
    #[error("the proof is of another kind")]
    Kind,
    /// None, or neither of P-256 nor of RSA in a usual length.
    #[error("the key is none that signs proofs")]
    Key,
    /// Signed by another key, or by another algorithm than the key's.
    #[error("the signature does not hold")]
    Signature,
}

/// What is read of a proof, here and where it is verified.
#[derive(Debug, Deserialize)]
pub(super) struct Claims {
    jti: String,
}

/// A proof as it came.
#[derive(Debug)]
pub(super) struct Proof<'h> {
    pub(super) token: &'h str,
    pub(super) challenge: ChallengeHash,
    header: Header,
}

impl<'h> Proof<'h> {
    pub(super) fn read(token: &'h str) -> Result<Self, NotProven> {
        if token.len() > LONGEST {
            return Err(NotProven::TooLong);
        }
        let TokenData { header, claims } = insecure_decode::<Claims>(token).map_err(|_| NotProven::Unreadable)?;
        // Whoever does not understand what `crit` names must refuse it (RFC 7515, section 4.1.11), and we understand nothing.
        if header.typ.as_deref() != Some(KIND) || header.crit.is_some() {
            return Err(NotProven::Kind);
        }
        let challenge: ChallengeToken = claims.jti.parse().map_err(|_| NotProven::Unreadable)?;
        Ok(Self { token, challenge: challenge.hash(), header })
    }

    /// The key that a device made for this session.
    pub(super) fn key(&self) -> Result<DeviceKey, NotProven> {
        DeviceKey::new(&self.header.jwk.as_ref().ok_or(NotProven::Key)?.algorithm)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// With an RSA key of 2,048 bits and the challenge `AAAA…`, signed by OpenSSL.
    const RSA: &str = "eyJhbGciOiJSUzI1NiIsInR5cCI6ImRic2Mrand0IiwiandrIjp7Imt0eSI6IlJTQSIsIm4iOiJvRHBBVDhSeS1hM3ZNSGF3eUdaUnVrZkZ1X3RCaHZCTkNueTM5TUU1V19yMGdQeGJTRER6NEJJMld2bDR6TTRDLUFGUEgwbmpkWkZLMmw4elRsaU9fWi1UX3NuZEM5MGlOU2VIVFMzWkJmWUd4VU1ibUY1VnZSamhZS2pnZGY1ak4wUHRZSVQtSW1HRkRJLXFRTG5UalkxNHRRS1QtTlQ5S1laMU9CenR4OThxWHRNd3hneDhoUEtySW84MmZzY3dzWENUd2dvZFRVc09MeU9OQlhfcnVBOEpjSTFaVkZxWlFrX0VFZndvdW9MeXlfWjUyblNoN01ZVFA5V3FRekNlZHMwN3U2dEUzRWJKYUxVMGxlTlB3XzZ2YVlFNm5TamRDTkxsTjJ3ZVFCYldOZ19zc0NxMXkzb1dUN3BTRE9HN0FrUWZlV1NJSk5raGpUYUlRODVMTXciLCJlIjoiQVFBQiJ9fQ.eyJqdGkiOiJBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBIn0.SOiCwjtgQEJh_78veIXKWCFUK54eOLWIB7yRi0eLHUZ9C4wnP18HJQFDj7eAh_rdi-z4O3s7nFDvFNxXS-nnsZOo_7lGdpVgzpOisoki6oWO_4Lda-8rDc6Lm2gyTW6Kr_5VhiJDhkiChD60niqsyqu6OuNMYnpkdFHLAfUIc66VtTU67ZnDmd-nzhgqjls4XaJkZvFBD0D7TWoQyEMs_rRUsrU5wfHxy0VtO5atsmc-7NjULJyD-SVtBo4CldnE2TjD9Ig6eyFpd24oPm6BcLOsz_zIt3Kw8ZUNDOopQa6dBGLpIvGSbDt1PjSWUFw_88GkxLS2kxrRMS0j7rvqrQ";

    #[test]
    fn an_rsa_key_proves_itself_and_nothing_that_was_changed() {
        let proof = Proof::read(RSA).unwrap();
        let key = proof.key().unwrap();
        assert_eq!(key.signed(&proof), Ok(()));
        assert_eq!(DeviceKey::from_bytes(&key.to_bytes().unwrap()), Ok(key));
        let key = proof.key().unwrap();
        let (signed, signature) = RSA.rsplit_once('.').unwrap();
        let broken = format!("{signed}.B{}", &signature[1..]);
        assert_eq!(key.signed(&Proof::read(&broken).unwrap()), Err(NotProven::Signature));
    }

    #[test]
    fn a_key_that_signs_no_proofs_is_none() {
        for key in [
            r#"{"kty":"oct","k":"AAAA"}"#,
            r#"{"kty":"RSA","n":"AAAA","e":"AQAB"}"#,
            r#"{"kty":"EC","crv":"P-384","x":"AAAA","y":"AAAA"}"#,
            r#"{"kty":"OKP","crv":"Ed25519","x":"AAAA"}"#,
            "{}",
        ] {
            assert_eq!(DeviceKey::from_bytes(key.as_bytes()), Err(NotProven::Key), "{key}");
        }
        let off = DeviceKey::from_bytes(br#"{"kty":"EC","crv":"P-256","x":"AAAA","y":"AAAA"}"#).unwrap();
        assert!(off.signed(&Proof::read(RSA).unwrap()).is_err());
    }
}
