//! Who is in: in memory only, so that a restart ends all of it.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use data_encoding::HEXLOWER;
use jiff::{SignedDuration, Timestamp};

use crate::link::digest;

/// How long somebody is in who does nothing.
const IDLE: SignedDuration = SignedDuration::from_hours(4);
/// Sessions at a time.
const MOST: usize = 100;

/// All who are in.
#[derive(Debug, Default)]
pub(crate) struct Sessions(Mutex<HashMap<String, (String, Timestamp)>>);

impl Sessions {
    /// Lets somebody in; what the browser is to keep.
    pub(crate) fn begin(&self, random: [u8; 32], who: String, now: Timestamp) -> String {
        let secret = HEXLOWER.encode(&random);
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, (_, seen)| now.duration_since(*seen) < IDLE);
        if all.len() >= MOST {
            all.clear();
        }
        all.insert(digest(&secret), (who, now));
        secret
    }

    /// Who it is.
    pub(crate) fn who(&self, secret: &str, now: Timestamp) -> Option<String> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (who, seen) = all.get_mut(&digest(secret))?;
        if now.duration_since(*seen) >= IDLE {
            return None;
        }
        *seen = now;
        Some(who.clone())
    }

    /// Lets somebody out.
    pub(crate) fn end(&self, secret: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&digest(secret));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_does_nothing_for_long_is_out() {
        let sessions = Sessions::default();
        let at = |hours| Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hours);
        let secret = sessions.begin([1; 32], "claire".to_owned(), at(0));
        assert_eq!(sessions.who(&secret, at(3)).as_deref(), Some("claire"));
        assert_eq!(sessions.who(&secret, at(6)).as_deref(), Some("claire"));
        assert_eq!(sessions.who(&secret, at(10)), None);
        assert_eq!(sessions.who("wrong", at(6)), None);
        sessions.end(&secret);
        assert_eq!(sessions.who(&secret, at(6)), None);
    }
}
