//! A break-glass key signs the digest of a request that brings an administrator back. Nobody is signed in here: it is for the day on which
//! nobody can be.

use axum::{
    extract::{FromRequestParts, Path},
    http::request::Parts,
    response::Response,
};
use rand_chacha::ChaCha20Rng;
use vauban_passkey::{Asked, Credential, Nonce, Refused};
use vauban_people::{GlassAssertion, PersonId, Purpose, Refusal, Request, RequestId, RequestState};

use super::{
    answer::Sent,
    steps::{Ceremony, Done, Kept, credentials, used},
};
use crate::{SignIn, failed::Failed};

/// The glass is broken, by one key of two.
#[derive(Debug)]
pub(crate) struct BreakGlass(RequestId);

impl FromRequestParts<SignIn> for BreakGlass {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, site: &SignIn) -> Result<Self, Response> {
        match Path::<RequestId>::from_request_parts(parts, site).await {
            Ok(Path(request)) => Ok(Self(request)),
            Err(_) => Err(Failed::from(Refusal::NoSuchRequest).response()),
        }
    }
}

impl Ceremony for BreakGlass {
    fn ask(&self, site: &SignIn, _: &Sent, nonce: Nonce) -> Result<(Asked, Purpose), Failed> {
        let request = for_break_glass(site, self.0)?;
        if request.state != RequestState::Waiting {
            return Err(Refusal::NotWaiting.into());
        }
        let keys = credentials(&site.people().break_glass_keys()?)?;
        let asked = site.door().approve(&keys, *request.digest().bytes(), nonce)?;
        Ok((asked, Purpose::BreakGlass { request: request.id }))
    }

    fn answer(&self, site: &SignIn, sent: &Sent, kept: Kept<'_>, _: &mut ChaCha20Rng) -> Result<Done, Failed> {
        if kept.purpose != (Purpose::BreakGlass { request: self.0 }) {
            return Err(Refusal::NoChallenge.into());
        }
        let digest = site.people().request(self.0)?.digest();
        // Looked up among the three: whose another key is, or whether there is such a key, is nobody's to learn here, and guesses count.
        let (named, keys) = (sent.key()?, site.people().break_glass_keys()?);
        let key = keys.iter().find(|key| key.id == named).ok_or(Refused::OtherCredential)?;
        let credential = Credential::from_bytes(&key.credential)?;
        let approved = site.door().approved(&kept.state, &sent.response(), &credential, *digest.bytes())?;
        let after = approved.verified.credential.to_bytes();
        let (used, address) = (used(key, &after), kept.browser.visit.address);
        let assertion = GlassAssertion { request: self.0, used, digest, proof: &approved.proof, address };
        site.people().break_glass(&assertion, site.now())?;
        Ok(Done::to(format!("/glass/{}", self.0)))
    }

    fn person(&self) -> Option<PersonId> {
        None
    }
}

/// A request that break-glass keys approve or have approved. Every other one is not there, so that whoever guesses learns nothing.
pub(crate) fn for_break_glass(site: &SignIn, id: RequestId) -> Result<Request, Failed> {
    let (request, now) = (site.people().request(id)?, site.now());
    if request.is_open(now) && site.people().is_for_break_glass(&request, now)? {
        Ok(request)
    } else {
        Err(Refusal::NoSuchRequest.into())
    }
}
