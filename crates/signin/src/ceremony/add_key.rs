//! Somebody who is in, and touched a key just now, makes one more.

use axum::{extract::FromRequestParts, http::request::Parts, response::Response};
use rand_chacha::ChaCha20Rng;
use uuid::Uuid;
use vauban_passkey::{Asked, Nonce};
use vauban_people::{PersonId, Purpose, Refusal};

use super::{
    answer::Sent,
    enrol::{attestation, new_key},
    steps::{Ceremony, Done, Kept},
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
        let who = &self.0.who;
        self.0.must_be_fresh()?;
        let known: Vec<Vec<u8>> = site.people().keys(who.person)?.iter().map(|key| key.id.bytes().to_vec()).collect();
        let person = Uuid::from_bytes(who.person.bytes());
        let asked = site.door().enrol(person, who.name.as_str(), &known, attestation(site, who.role), nonce)?;
        Ok((asked, Purpose::AddKey { person: who.person }))
    }

    fn answer(&self, site: &SignIn, sent: &Sent, kept: Kept<'_>, _: &mut ChaCha20Rng) -> Result<Done, Failed> {
        if kept.purpose != (Purpose::AddKey { person: self.0.who.person }) {
            return Err(Refusal::NoChallenge.into());
        }
        let made = site.door().enrolled(&kept.state, &sent.response(), site.now())?;
        site.people().add_key(&self.0.session, &new_key(&made, sent)?, site.now())?;
        Ok(Done { started: None, to: "/mine".to_owned() })
    }

    fn person(&self) -> Option<PersonId> {
        Some(self.0.who.person)
    }
}
