//! Proofs of possession (RFC 9449): a token that is bound to a key is worth nothing to whoever steals it without that key.

use data_encoding::BASE64URL_NOPAD;
use jiff::Timestamp;
use jsonwebtoken::jwk::{Jwk, ThumbprintHash};
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::{Call, ClientId, OidcError, Provider, Refusal, jose, proofs, rules::SKEW};

/// Section 4.2.
#[derive(Debug, Deserialize)]
struct Claims {
    jti: String,
    htm: String,
    htu: String,
    iat: i64,
    ath: Option<String>,
}

impl Provider {
    /// The thumbprint of the key that a request shows, if it shows one: a proof for this very request, with this access token where
    /// there is one, never seen before.
    pub(crate) fn proof(
        &self,
        call: &Call<'_>,
        client: &ClientId,
        (path, access): (&str, Option<&str>),
        now: Timestamp,
    ) -> Result<Option<String>, OidcError> {
        let proof = match call.proofs {
            [] => return Ok(None),
            [proof] => *proof,
            _ => return Err(Refusal::Proof("more than one").into()),
        };
        let key = key(proof)?;
        let thumbprint =
            key.thumbprint(ThumbprintHash::SHA256).map_err(|_| Refusal::Proof("the key cannot be read"))?;
        let claims: Claims = jose::verified(proof, &key).ok_or(Refusal::Proof("the signature does not hold"))?;
        self.check(&claims, (call.method, path), access, now)?;
        let until = claims.iat.saturating_add(2 * SKEW.as_secs());
        // Counted by client: keys cost nothing, so that whoever has many would have us remember as much as they like.
        let seen = format!("proof {thumbprint} {}", claims.jti);
        let is_new = self.store().change(|sql| proofs::remember(sql, client.as_str(), &seen, until, now))?;
        if is_new { Ok(Some(thumbprint)) } else { Err(Refusal::Proof("it was seen before").into()) }
    }

    /// Section 4.3.
    fn check(
        &self,
        claims: &Claims,
        (method, path): (&str, &str),
        access: Option<&str>,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let (address, _) = claims.htu.split_once(['?', '#']).unwrap_or((&claims.htu, ""));
        if claims.htm != method || address != self.endpoint(path) {
            return Err(Refusal::Proof("it is for another request"));
        }
        if claims.iat.abs_diff(now.as_second()) > SKEW.as_secs().unsigned_abs() {
            return Err(Refusal::Proof("it is not of now"));
        }
        if claims.jti.is_empty() || claims.jti.len() > 256 {
            return Err(Refusal::Proof("jti"));
        }
        let expected = access.map(|token| BASE64URL_NOPAD.encode(&Sha256::digest(token.as_bytes())));
        if claims.ath == expected || access.is_none() { Ok(()) } else { Err(Refusal::Proof("it is for another token")) }
    }
}

/// The public key that a proof brings along. One that shows its private half is everybody's (section 4.2).
fn key(proof: &str) -> Result<Jwk, Refusal> {
    let header = jose::header(proof).ok_or(Refusal::Proof("it cannot be read"))?;
    if header.typ.as_deref() != Some("dpop+jwt") {
        return Err(Refusal::Proof("typ"));
    }
    let raw = proof.split('.').next().unwrap_or_default();
    let raw: Value = BASE64URL_NOPAD
        .decode(raw.as_bytes())
        .ok()
        .and_then(|raw| serde_json::from_slice(&raw).ok())
        .unwrap_or_default();
    if ["d", "k", "p"].iter().any(|private| raw.pointer(&format!("/jwk/{private}")).is_some()) {
        return Err(Refusal::Proof("the key is not public"));
    }
    header.jwk.ok_or(Refusal::Proof("there is no key"))
}
