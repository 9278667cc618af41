//! The link of what was approved is made by a touch for just that, and shown with the answer: whoever has it is the person, so that no cookie alone,
//! however fresh its session, makes one.

use axum::{extract::FromRequestParts, http::request::Parts, response::Response};
use rand_chacha::ChaCha20Rng;
use vauban_passkey::{Asked as Options, Nonce};
use vauban_people::{PersonId, Purpose, Refusal};

use super::{
    answer::Sent,
    fresh::{ask_for_touch, touched},
    steps::{Ceremony, Done, Kept},
};
use crate::{
    SignIn,
    failed::Failed,
    pages::{Asked, link},
};

/// Somebody hands a link over.
pub(crate) struct GiveLink(Asked);

impl FromRequestParts<SignIn> for GiveLink {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, site: &SignIn) -> Result<Self, Response> {
        Asked::from_request_parts(parts, site).await.map(Self)
    }
}

impl GiveLink {
    fn purpose(&self) -> Purpose {
        Purpose::GiveLink { request: self.0.request.id, person: self.0.seat.who.person }
    }
}

impl Ceremony for GiveLink {
    fn ask(&self, site: &SignIn, _: &Sent, nonce: Nonce) -> Result<(Options, Purpose), Failed> {
        ask_for_touch(site, &self.0.seat, self.purpose(), nonce)
    }

    fn answer(&self, site: &SignIn, sent: &Sent, kept: Kept<'_>, rng: &mut ChaCha20Rng) -> Result<Done, Failed> {
        if kept.purpose != self.purpose() {
            return Err(Refusal::NoChallenge.into());
        }
        touched(site, &self.0.seat, sent, &kept.state)?;
        let token = site.people().give_link(&self.0.seat.actor(), self.0.request.id, rng, site.now())?;
        Ok(Done { shown: Some(link(site, &self.0, &token).into_string()), ..Done::to(self.0.path()) })
    }

    fn person(&self) -> Option<PersonId> {
        Some(self.0.seat.who.person)
    }
}
