//! Somebody who is in touches a key once more, before keys are changed.

use axum::{extract::FromRequestParts, http::request::Parts, response::Response};
use rand_chacha::ChaCha20Rng;
use vauban_passkey::{Asked, Credential, Nonce};
use vauban_people::{PersonId, Purpose, Refusal};

use super::{
    answer::Sent,
    steps::{Ceremony, Done, Kept, credentials, used},
};
use crate::{SignIn, failed::Failed, seat::Seat};

/// A session is made fresh.
#[derive(Debug)]
pub(crate) struct Fresh(Seat);

impl FromRequestParts<SignIn> for Fresh {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, site: &SignIn) -> Result<Self, Response> {
        Seat::from_request_parts(parts, site).await.map(Self)
    }
}

impl Ceremony for Fresh {
    fn ask(&self, site: &SignIn, _: &Sent, nonce: Nonce) -> Result<(Asked, Purpose), Failed> {
        let person = self.0.who.person;
        let keys = credentials(&site.people().keys(person)?)?;
        Ok((site.door().refresh(&keys, nonce)?, Purpose::Fresh { person }))
    }

    fn answer(&self, site: &SignIn, sent: &Sent, kept: Kept<'_>, _: &mut ChaCha20Rng) -> Result<Done, Failed> {
        if kept.purpose != (Purpose::Fresh { person: self.0.who.person }) {
            return Err(Refusal::NoChallenge.into());
        }
        let key = site.people().key(&sent.key()?)?;
        let credential = Credential::from_bytes(&key.credential)?;
        let after = site.door().refreshed(&kept.state, &sent.response(), &credential)?.credential.to_bytes();
        site.people().freshen(&self.0.session, &used(&key, &after), site.now())?;
        Ok(Done { started: None, to: "/mine".to_owned() })
    }

    fn person(&self) -> Option<PersonId> {
        Some(self.0.who.person)
    }
}
