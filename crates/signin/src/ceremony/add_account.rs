//! Somebody who is in touches a key, and sets out to the provider that the organisation keeps, to add an account there.

use axum::{extract::FromRequestParts, http::request::Parts, response::Response};
use rand_chacha::ChaCha20Rng;
use vauban_oidc::elsewhere::Prompt;
use vauban_passkey::{Asked, Nonce};
use vauban_people::{PersonId, Purpose, Refusal};

use super::{
    answer::Sent,
    fresh::{ask_for_touch, touched},
    steps::{Ceremony, Done, Kept},
};
use crate::{
    SignIn,
    elsewhere::{Errand, way},
    failed::Failed,
    seat::Seat,
};

/// One more account.
#[derive(Debug)]
pub(crate) struct AddAccount(Seat);

impl FromRequestParts<SignIn> for AddAccount {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, site: &SignIn) -> Result<Self, Response> {
        Seat::from_request_parts(parts, site).await.map(Self)
    }
}

impl Ceremony for AddAccount {
    fn ask(&self, site: &SignIn, _: &Sent, nonce: Nonce) -> Result<(Asked, Purpose), Failed> {
        ask_for_touch(site, &self.0, Purpose::BeforeAccount { person: self.0.who.person }, nonce)
    }

    fn answer(&self, site: &SignIn, sent: &Sent, kept: Kept<'_>, rng: &mut ChaCha20Rng) -> Result<Done, Failed> {
        let person = self.0.who.person;
        if kept.purpose != (Purpose::BeforeAccount { person }) {
            return Err(Refusal::NoChallenge.into());
        }
        touched(site, &self.0, sent, &kept.state)?;
        let errand = Errand::new(Prompt::Choose, None, "", rng);
        let to = way(site, kept.browser, Purpose::AddAccount { person }, &errand, rng)?;
        Ok(Done::to(to))
    }

    fn person(&self) -> Option<PersonId> {
        Some(self.0.who.person)
    }
}
