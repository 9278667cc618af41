//! Somebody who is in touches a key once more, before keys are changed.

use axum::{extract::FromRequestParts, http::request::Parts, response::Response};
use rand_chacha::ChaCha20Rng;
use vauban_passkey::{Asked, Credential, Nonce, State};
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
        ask_for_touch(site, &self.0, Purpose::Fresh { person: self.0.who.person }, nonce)
    }

    fn answer(&self, site: &SignIn, sent: &Sent, kept: Kept<'_>, _: &mut ChaCha20Rng) -> Result<Done, Failed> {
        if kept.purpose != (Purpose::Fresh { person: self.0.who.person }) {
            return Err(Refusal::NoChallenge.into());
        }
        touched(site, &self.0, sent, &kept.state)?;
        Ok(Done::to("/mine"))
    }

    fn person(&self) -> Option<PersonId> {
        Some(self.0.who.person)
    }
}

/// Asks for one of the keys of whoever is in. What an account elsewhere began is made fresh by no key.
pub(super) fn ask_for_touch(
    site: &SignIn,
    seat: &Seat,
    purpose: Purpose,
    nonce: Nonce,
) -> Result<(Asked, Purpose), Failed> {
    if seat.who.is_elsewhere {
        return Err(Refusal::ByAccount.into());
    }
    let keys = credentials(&site.people().keys(seat.who.person)?)?;
    Ok((site.door().refresh(&keys, nonce)?, purpose))
}

/// One of them was touched.
pub(super) fn touched(site: &SignIn, seat: &Seat, sent: &Sent, state: &State) -> Result<(), Failed> {
    let key = site.people().key(&sent.key()?)?;
    let credential = Credential::from_bytes(&key.credential)?;
    let after = site.door().refreshed(state, &sent.response(), &credential)?.credential.to_bytes();
    Ok(site.people().freshen(&seat.session, &used(&key, &after), site.now())?)
}
