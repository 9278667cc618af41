//! An administrator signs a request's digest with a key.

use axum::{
    extract::{FromRequestParts, Path},
    http::request::Parts,
    response::{IntoResponse, Response},
};
use rand_chacha::ChaCha20Rng;
use vauban_passkey::{Asked, Credential, Nonce};
use vauban_people::{Approval, PersonId, Purpose, Refusal, RequestId};

use super::{
    answer::Sent,
    steps::{Ceremony, Done, Kept, credentials, used},
};
use crate::{SignIn, failed::Failed, seat::Seat};

/// Somebody approves a request.
#[derive(Debug)]
pub(crate) struct Approve {
    seat: Seat,
    request: RequestId,
}

impl FromRequestParts<SignIn> for Approve {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, site: &SignIn) -> Result<Self, Response> {
        let seat = Seat::from_request_parts(parts, site).await?;
        let request = Path::<RequestId>::from_request_parts(parts, site).await;
        let Path(request) = request.map_err(IntoResponse::into_response)?;
        Ok(Self { seat, request })
    }
}

impl Ceremony for Approve {
    fn ask(&self, site: &SignIn, _: &Sent, nonce: Nonce) -> Result<(Asked, Purpose), Failed> {
        let (person, request) = (self.seat.who.person, site.people().request(self.request)?);
        let keys = credentials(&site.people().keys(person)?)?;
        let asked = site.door().approve(&keys, *request.digest().bytes(), nonce)?;
        Ok((asked, Purpose::Approve { request: request.id, person }))
    }

    fn answer(&self, site: &SignIn, sent: &Sent, kept: Kept<'_>, _: &mut ChaCha20Rng) -> Result<Done, Failed> {
        let approver = self.seat.who.person;
        if kept.purpose != (Purpose::Approve { request: self.request, person: approver }) {
            return Err(Refusal::NoChallenge.into());
        }
        let digest = site.people().request(self.request)?.digest();
        let key = site.people().key(&sent.key()?)?;
        let credential = Credential::from_bytes(&key.credential)?;
        let approved = site.door().approved(&kept.state, &sent.response(), &credential, *digest.bytes())?;
        let after = approved.verified.credential.to_bytes();
        let used = used(&key, &after);
        let approval = Approval { request: self.request, approver, used, digest, proof: &approved.proof };
        site.people().approve(&approval, site.now())?;
        Ok(Done::to(format!("/requests/{}", self.request)))
    }

    fn person(&self) -> Option<PersonId> {
        Some(self.seat.who.person)
    }
}
