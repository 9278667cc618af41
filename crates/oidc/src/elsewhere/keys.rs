//! The keys that a provider publishes (RFC 7517). They change without notice: a token that names one that is not known has them asked for again,
//! but not more often than once a minute, since anybody can write such a token.

use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::jwk::Jwk;
use serde::Deserialize;
use serde_json::Value;

use super::{
    Carrier, ElsewhereError,
    carrier::{LASTING, is_within, published},
};
use crate::jose;

/// A set of keys, at most.
const LONGEST: u64 = 512 << 10;
/// Keys of one set.
const MOST: usize = 64;
/// How often they are asked for, at most.
const PAUSE: SignedDuration = SignedDuration::from_mins(1);

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
        let set: Set = published(carrier, url, LONGEST, "not a set of keys")?;
        let known = set.keys.into_iter().take(MOST).filter_map(|key| serde_json::from_value::<Jwk>(key).ok());
        Ok(Self { keys: known.filter(jose::signs).collect(), asked: now })
    }

    pub(super) fn all(&self) -> &[Jwk] {
        &self.keys
    }

    /// Whether they will do for this token.
    pub(super) fn serve(&self, token: &str, now: Timestamp) -> bool {
        is_within(self.asked, now, PAUSE) || is_within(self.asked, now, LASTING) && self.have(token)
    }

    fn have(&self, token: &str) -> bool {
        let Some(named) = jose::header(token).and_then(|header| header.kid) else { return true };
        self.keys.iter().any(|key| key.common.key_id.as_ref() == Some(&named))
    }
}
