//! The keys that a provider publishes (RFC 7517). They change without notice: a token that names one that is not known has them asked for again,
//! but not more often than once a minute, since anybody can write such a token.

use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::jwk::{Jwk, PublicKeyUse};
use serde::Deserialize;
use serde_json::Value;

use super::{Carrier, ElsewhereError};
use crate::jose;

/// A set of keys, at most.
const LONGEST: u64 = 512 << 10;
/// Keys of one set.
const MOST: usize = 64;
/// How often they are asked for, at most.
const PAUSE: SignedDuration = SignedDuration::from_mins(1);
/// How long they are believed: one that was withdrawn signs no longer than this.
const LASTING: SignedDuration = SignedDuration::from_hours(1);

/// The keys, and when they were asked for.
#[derive(Debug, Clone)]
pub(super) struct Keys {
    keys: Vec<Jwk>,
    asked: Timestamp,
}

#[derive(Deserialize)]
struct Set {
    keys: Vec<Value>,
}

impl Keys {
    /// Asks the provider. Of a key that the library does not know nothing is made, and the others serve.
    pub(super) fn asked(carrier: &dyn Carrier, url: &str, now: Timestamp) -> Result<Self, ElsewhereError> {
        let reply = carrier.get(url, LONGEST).map_err(ElsewhereError::Unreachable)?;
        if reply.status != 200 {
            return Err(ElsewhereError::Unreachable(format!("status {}", reply.status)));
        }
        let set: Set =
            serde_json::from_slice(&reply.body).map_err(|_| ElsewhereError::Metadata("not a set of keys"))?;
        let known = set.keys.into_iter().take(MOST).filter_map(|key| serde_json::from_value::<Jwk>(key).ok());
        let signs = |key: &Jwk| key.common.public_key_use.as_ref().is_none_or(|used| *used == PublicKeyUse::Signature);
        Ok(Self { keys: known.filter(signs).collect(), asked: now })
    }

    pub(super) fn all(&self) -> &[Jwk] {
        &self.keys
    }

    /// Whether they will do for this token; a clock that went back makes nothing last.
    pub(super) fn serve(&self, token: &str, now: Timestamp) -> bool {
        let age = now.duration_since(self.asked);
        let is_recent = (SignedDuration::ZERO..LASTING).contains(&age);
        let is_just_asked = (SignedDuration::ZERO..PAUSE).contains(&age);
        is_just_asked || is_recent && self.have(token)
    }

    fn have(&self, token: &str) -> bool {
        let Some(named) = jose::header(token).and_then(|header| header.kid) else { return true };
        self.keys.iter().any(|key| key.common.key_id.as_ref() == Some(&named))
    }
}
