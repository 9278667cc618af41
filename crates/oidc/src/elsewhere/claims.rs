//! What an ID token says of who signed in, and whether it was said to us, now, for this attempt (OpenID Connect Core, section 3.1.3.7).

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use super::{ElsewhereError, Trip};
use crate::{jose::Audience, rules::SKEW};

/// How old a token may be that was fetched just now.
const AGE: SignedDuration = SignedDuration::from_mins(5);
/// A subject, at most (section 2).
const SUBJECT: usize = 255;

/// Who signed in at the provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// Its name for the account, which it gives to nobody else.
    pub subject: String,
    /// What people call the account: an address mostly. It is to be shown, and never to be believed.
    pub label: Option<String>,
    /// When they signed in there, where the provider says so.
    pub authenticated: Option<Timestamp>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    azp: Option<String>,
    exp: i64,
    iat: i64,
    nonce: Option<String>,
    auth_time: Option<i64>,
    preferred_username: Option<String>,
    email: Option<String>,
}

impl Claims {
    /// Who signed in, if the token is this provider's, for this client and this attempt, and of this moment.
    pub(super) fn checked(
        self,
        (issuer, client): (&str, &str),
        trip: &Trip,
        now: Timestamp,
    ) -> Result<SignedIn, ElsewhereError> {
        let now = now.as_second();
        let is_ours = self.aud.is(client) && self.azp.as_deref().map_or(self.aud.only().is_some(), |azp| azp == client);
        let faults = [
            (self.iss != issuer, "another issuer"),
            (!is_ours, "for another client"),
            (self.nonce.as_deref() != Some(trip.nonce()), "for another attempt"),
            (self.exp.saturating_add(SKEW.as_secs()) <= now, "it has expired"),
            (self.iat > now.saturating_add(SKEW.as_secs()), "it is of a time to come"),
            (self.iat < now.saturating_sub((AGE + SKEW).as_secs()), "it is old"),
            (self.sub.is_empty() || self.sub.len() > SUBJECT, "no subject"),
        ];
        if let Some((_, why)) = faults.into_iter().find(|(is_wrong, _)| *is_wrong) {
            return Err(ElsewhereError::Token(why));
        }
        // Who was asked to sign in anew did so just before the token was made, if the provider does not say when.
        let at = self.auth_time.or(trip.is_anew().then_some(self.iat));
        Ok(SignedIn {
            subject: self.sub,
            label: self.preferred_username.or(self.email),
            authenticated: at.and_then(|at| Timestamp::from_second(at).ok()),
        })
    }
}
