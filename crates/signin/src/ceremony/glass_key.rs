//! An administrator touches a key, and makes one of three that break the glass: as for every key, the question for the new one is asked only of
//! whoever answered with an own one. It is kept aside until there are three.

use axum::{extract::FromRequestParts, http::request::Parts, response::Response};
use rand_chacha::ChaCha20Rng;
use uuid::Uuid;
use vauban_passkey::{Asked, MOST_KEYS, Nonce, Refused};
use vauban_people::{NewKey, PersonId, Purpose, Refusal, Role, SpareKey};

use super::{
    answer::Sent,
    enrol::{attestation, new_key},
    fresh::{ask_for_touch, touched},
    steps::{Ceremony, Done, Kept, next},
};
use crate::{
    SignIn,
    failed::Failed,
    making::{KEYS, Maker},
    seat::Seat,
};

/// Where it is done.
const PATH: &str = "/people/glass";

/// What a key shows as its owner where it lists what is on it.
const CALLED: &str = "Clé de secours / break-glass key";

/// One of three keys that break the glass.
#[derive(Debug)]
pub(crate) struct GlassKey(Seat);

impl FromRequestParts<SignIn> for GlassKey {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, site: &SignIn) -> Result<Self, Response> {
        Seat::from_request_parts(parts, site).await.map(Self)
    }
}

impl Ceremony for GlassKey {
    fn ask(&self, site: &SignIn, _: &Sent, nonce: Nonce) -> Result<(Asked, Purpose), Failed> {
        self.0.must_administer()?;
        ask_for_touch(site, &self.0, Purpose::BeforeGlassKey { person: self.0.who.person }, nonce)
    }

    fn answer(&self, site: &SignIn, sent: &Sent, kept: Kept<'_>, rng: &mut ChaCha20Rng) -> Result<Done, Failed> {
        self.0.must_administer()?;
        let (person, maker, now) = (self.0.who.person, Maker::of(&self.0), site.now());
        if kept.purpose == (Purpose::BeforeGlassKey { person }) {
            touched(site, &self.0, sent, &kept.state)?;
            let handle = Uuid::from_bytes(PersonId::random(rng).bytes());
            let next = next(site, kept.browser, rng, |nonce| self.to_make(site, handle, nonce))?;
            return Ok(Done { next: Some(next), ..Done::to(PATH) });
        }
        if kept.purpose != (Purpose::BreakGlassKey { person }) {
            return Err(Refusal::NoChallenge.into());
        }
        let place = site.making().answered(maker, &kept.state, now)? + 1;
        let made = site.door().enrolled(&kept.state, &sent.response(), now)?;
        // What lies in a safe must be nowhere else.
        if made.can_be_copied() {
            return Err(Refused::MayBeCopied.into());
        }
        let NewKey { id, credential, label, attested } = new_key(&made, sent, &place.to_string())?;
        site.making().add(maker, SpareKey { id, credential, label, attested }, now)?;
        Ok(Done::to(PATH))
    }

    fn person(&self) -> Option<PersonId> {
        Some(self.0.who.person)
    }
}

impl GlassKey {
    /// Asks for the next of three; `nobody` is their user handle where it is the first.
    fn to_make(&self, site: &SignIn, nobody: Uuid, nonce: Nonce) -> Result<(Asked, Purpose), Failed> {
        let (person, maker, now) = (self.0.who.person, Maker::of(&self.0), site.now());
        let (handle, mut known) = site.making().next(maker, nobody, now)?;
        // What somebody has in the pocket every day lies in no safe: an authenticator that holds a key of theirs makes none here.
        let theirs = site.people().keys(person)?;
        known.extend(theirs.iter().take(MOST_KEYS - KEYS).map(|key| key.id.bytes().to_vec()));
        let asked = site.door().enrol(handle, CALLED, &known, attestation(site, Role::Administrator), nonce)?;
        site.making().asked(maker, asked.state.clone(), now);
        Ok((asked, Purpose::BreakGlassKey { person }))
    }
}
