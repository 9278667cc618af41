//! A client's signature (RFC 7523, section 3): made with a registered key, for us, once.

use jiff::Timestamp;
use jsonwebtoken::jwk::JwkSet;
use rusqlite::Transaction;
use serde::Deserialize;

use super::ClientId;
use crate::{
    OidcError, Refusal,
    jose::{self, Audience},
    paths, proofs,
    rules::SKEW,
};

/// RFC 7523, section 2.2.
pub(super) const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// An assertion's life, at most, in seconds: an hour, which libraries take for granted. So long its identifier is remembered.
const LONGEST_LIFE: i64 = 3_600;
/// Where a client authenticates. Each of these addresses is us, whichever a client takes for the audience (RFC 9126, section 2).
const ENDPOINTS: [&str; 3] = [paths::TOKEN, paths::PUSH, paths::REVOKE];

#[derive(Debug, Deserialize)]
pub(super) struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    exp: i64,
    jti: String,
}

impl Claims {
    /// An assertion is good once.
    pub(super) fn remember(&self, sql: &Transaction<'_>, id: &ClientId, now: Timestamp) -> Result<(), OidcError> {
        let is_new =
            proofs::remember(sql, id.as_str(), &format!("assertion {}", self.jti), self.exp + SKEW.as_secs(), now)?;
        if is_new { Ok(()) } else { Err(Refusal::Client.into()) }
    }
}

/// Whose assertion it claims to be, before anything is verified.
pub(super) fn claimed(assertion: &str) -> Option<String> {
    jose::unverified::<Claims>(assertion).map(|claims| claims.sub)
}

/// What a client signed. Its audience is the issuer, or an endpoint of it, so that another provider's assertion is worth nothing here.
pub(super) fn check(
    keys: &JwkSet,
    id: &ClientId,
    assertion: &str,
    issuer: &str,
    now: Timestamp,
) -> Result<Claims, Refusal> {
    let claims: Claims = jose::verified_by_any(assertion, &keys.keys).ok_or(Refusal::Client)?;
    let is_own = claims.iss == id.as_str() && claims.sub == id.as_str();
    let is_ours = claims.aud.is(issuer) || ENDPOINTS.iter().any(|path| claims.aud.is(&format!("{issuer}{path}")));
    let left = claims.exp.saturating_sub(now.as_second());
    let is_timely = left > -SKEW.as_secs() && left <= LONGEST_LIFE + SKEW.as_secs();
    if is_own && is_ours && is_timely && !claims.jti.is_empty() { Ok(claims) } else { Err(Refusal::Client) }
}
