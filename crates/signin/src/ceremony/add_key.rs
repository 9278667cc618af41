//! Somebody who is in touches a key, and makes one more: the question for the new one is asked only of whoever answered with the old, so
//! that no cookie alone makes a key.

use axum::{extract::FromRequestParts, http::request::Parts, response::Response};
use rand_chacha::ChaCha20Rng;
use uuid::Uuid;
use vauban_passkey::{Asked, Nonce};
use vauban_people::{PersonId, Purpose, Refusal};

use super::{
    answer::Sent,
    enrol::{PLAIN, attestation, new_key},
    fresh::{ask_for_touch, touched},
    steps::{Ceremony, Done, Kept, next},
};
use crate::{SignIn, failed::Failed, seat::Seat};

/// One more key.
#[derive(Debug)]
pub(crate) struct AddKey(Seat);

impl FromRequestParts<SignIn> for AddKey {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, site: &SignIn) -> Result<Self, Response> {
        Seat::from_request_parts(parts, site).await.map(Self)
    }
}

impl Ceremony for AddKey {
    fn ask(&self, site: &SignIn, _: &Sent, nonce: Nonce) -> Result<(Asked, Purpose), Failed> {
        ask_for_touch(site, &self.0, Purpose::BeforeKey { person: self.0.who.person }, nonce)
    }

    fn answer(&self, site: &SignIn, sent: &Sent, kept: Kept<'_>, rng: &mut ChaCha20Rng) -> Result<Done, Failed> {
        let person = self.0.who.person;
        if kept.purpose == (Purpose::BeforeKey { person }) {
            touched(site, &self.0, sent, &kept.state)?;
            let next = next(site, kept.browser, rng, |nonce| self.to_make(site, nonce))?;
            return Ok(Done { next: Some(next), ..Done::to("/mine") });
        }
        if kept.purpose != (Purpose::AddKey { person }) {
            return Err(Refusal::NoChallenge.into());
        }
        let made = site.door().enrolled(&kept.state, &sent.response(), site.now())?;
        site.people().add_key(&self.0.session, &new_key(&made, sent, PLAIN)?, site.now())?;
        Ok(Done::to("/mine"))
    }

    fn person(&self) -> Option<PersonId> {
        Some(self.0.who.person)
    }
}

impl AddKey {
    /// Asks for the new key.
    fn to_make(&self, site: &SignIn, nonce: Nonce) -> Result<(Asked, Purpose), Failed> {
        let who = &self.0.who;
        let known: Vec<Vec<u8>> = site.people().keys(who.person)?.iter().map(|key| key.id.bytes().to_vec()).collect();
        let person = Uuid::from_bytes(who.person.bytes());
        let asked = site.door().enrol(person, who.name.as_str(), &known, attestation(site, who.role), nonce)?;
        Ok((asked, Purpose::AddKey { person: who.person }))
    }
}
