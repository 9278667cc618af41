//! Signing in: nobody is named, the key tells who it is.

use axum::{extract::FromRequestParts, http::request::Parts, response::Response};
use rand_chacha::ChaCha20Rng;
use vauban_passkey::{Asked, Credential, Nonce, claim};
use vauban_people::{CredentialId, PersonId, Purpose, Refusal};

use super::{
    answer::Sent,
    steps::{Ceremony, Done, Kept, used},
};
use crate::{SignIn, failed::Failed};

/// Somebody comes in.
#[derive(Debug)]
pub(crate) struct Enter;

impl FromRequestParts<SignIn> for Enter {
    type Rejection = Response;

    async fn from_request_parts(_: &mut Parts, _: &SignIn) -> Result<Self, Response> {
        Ok(Self)
    }
}

impl Ceremony for Enter {
    fn ask(&self, site: &SignIn, _: &Sent, nonce: Nonce) -> Result<(Asked, Purpose), Failed> {
        Ok((site.door().sign_in(nonce)?, Purpose::SignIn))
    }

    fn answer(&self, site: &SignIn, sent: &Sent, kept: Kept<'_>, rng: &mut ChaCha20Rng) -> Result<Done, Failed> {
        if kept.purpose != Purpose::SignIn {
            return Err(Refusal::NoChallenge.into());
        }
        let response = sent.response();
        let claim = claim(&response)?;
        let key = site.people().key(&CredentialId::new(&claim.credential)?)?;
        let verified = site.door().signed_in(&kept.state, &response, &Credential::from_bytes(&key.credential)?)?;
        let after = verified.credential.to_bytes();
        let started = site.people().sign_in(&used(&key, &after), &kept.browser.visit, rng, site.now())?;
        Ok(Done { started: Some(started), ..Done::to(site.settings().home) })
    }

    fn person(&self) -> Option<PersonId> {
        None
    }
}
