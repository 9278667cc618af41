//! ID tokens (OpenID Connect Core, section 2): what a client is told of who signed in, and how.

use data_encoding::BASE64URL_NOPAD;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::{
    Client, OidcError, Provider, Refusal, Subject,
    jose::{self, Audience},
    rules::ID_TOKEN,
    scope::Scope,
};

/// A key was shown to be held, and its holder was there and was verified by it (RFC 8176, section 2). Whether the key lives in hardware is not known
/// of each, so `hwk` is not said.
const AMR: [&str; 3] = ["pop", "user", "mfa"];
/// Resistant to phishing (OpenID Connect Extended Authentication Profile, section 2).
const ACR: &str = "phr";

/// What an ID token of ours says that came back to us.
#[derive(Debug, Deserialize)]
pub(crate) struct Hint {
    iss: String,
    pub(crate) sub: Uuid,
    pub(crate) aud: Audience,
    pub(crate) sid: Uuid,
}

impl Provider {
    /// Makes an ID token.
    pub(crate) fn id_token(
        &self,
        client: &Client,
        scope: Scope,
        subject: &Subject,
        (nonce, access): (Option<&str>, &str),
        now: Timestamp,
    ) -> Result<String, OidcError> {
        let mut claims = claims(scope, subject);
        let own = json!({
            "iss": self.issuer(),
            "aud": client.known.id,
            "iat": now.as_second(),
            "exp": now.as_second() + ID_TOKEN.as_secs(),
            "sid": subject.session,
            "at_hash": at_hash(access),
        });
        if let Value::Object(own) = own {
            claims.extend(own);
        }
        // What was touched at a provider elsewhere is not known, so nothing is said of it.
        if subject.is_by_key {
            claims.insert("acr".to_owned(), ACR.into());
            claims.insert("amr".to_owned(), AMR.as_slice().into());
        }
        if let Some(at) = subject.authenticated {
            claims.insert("auth_time".to_owned(), at.as_second().into());
        }
        if let Some(nonce) = nonce {
            claims.insert("nonce".to_owned(), nonce.into());
        }
        self.signed(client.known.algorithm, "JWT", &claims, now)
    }

    /// Reads a hint: an ID token that we signed, whenever that was (OpenID Connect RP-Initiated Logout, section 2).
    pub(crate) fn hinted(&self, hint: &str) -> Result<Hint, OidcError> {
        // A hint may be older than the keys that are published: those that are kept are asked, whatever the time.
        let keys = self.public_keys(Timestamp::MIN)?;
        let hint: Hint = jose::verified_by_any(hint, &keys).ok_or(Refusal::Hint)?;
        if hint.iss == self.issuer() { Ok(hint) } else { Err(Refusal::Hint.into()) }
    }
}

/// What is told of a person, in ID tokens and at the endpoint (sections 5.1 and 5.4).
pub(crate) fn claims(scope: Scope, subject: &Subject) -> Map<String, Value> {
    let mut claims = Map::new();
    claims.insert("sub".to_owned(), subject.id.to_string().into());
    if scope.profile {
        claims.insert("name".to_owned(), subject.name.clone().into());
        claims.insert("preferred_username".to_owned(), subject.name.clone().into());
    }
    if scope.groups {
        claims.insert("groups".to_owned(), subject.groups.iter().cloned().collect());
    }
    claims
}

/// The left half of the token's SHA-256 (section 3.1.3.6), for both of our algorithms.
fn at_hash(access: &str) -> String {
    let digest = Sha256::digest(access.as_bytes());
    let (left, _) = digest.split_at(digest.len() / 2);
    BASE64URL_NOPAD.encode(left)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_of_an_access_token_is_the_standards() {
        // OpenID Connect Core, appendix A.3.
        assert_eq!(at_hash("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"), "77QmUPtjPfzWtF2AnpK9RQ");
    }
}
