//! An administrator makes one of three keys that break the glass. It is kept aside until there are three.

use axum::{extract::FromRequestParts, http::request::Parts, response::Response};
use rand_chacha::ChaCha20Rng;
use uuid::Uuid;
use vauban_passkey::{Asked, MOST_KEYS, Nonce, Refused};
use vauban_people::{NewKey, PersonId, Purpose, Refusal, Role, SpareKey};

use super::{
    answer::Sent,
    enrol::{attestation, new_key},
    steps::{Ceremony, Done, Kept},
};
use crate::{SignIn, failed::Failed, making::KEYS, seat::Seat};

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
        let (who, now) = (&self.0.who, site.now());
        let refusal = match who.role {
            Role::Member => Some(Refusal::NotAdministrator),
            Role::Administrator if !who.may_administer => Some(Refusal::NotBound),
            Role::Administrator => (!who.is_fresh).then_some(Refusal::NotFresh),
        };
        if let Some(refusal) = refusal {
            return Err(refusal.into());
        }
        let nobody = Uuid::from_bytes(PersonId::random(&mut site.rng()?).bytes());
        let (handle, mut known) = site.making().next(who.session, nobody, now)?;
        // What somebody has in the pocket every day lies in no safe: an authenticator that holds a key of theirs makes none here.
        let theirs = site.people().keys(who.person)?;
        known.extend(theirs.iter().take(MOST_KEYS - KEYS).map(|key| key.id.bytes().to_vec()));
        let asked = site.door().enrol(handle, CALLED, &known, attestation(site, Role::Administrator), nonce)?;
        site.making().asked(who.session, asked.state.clone(), now);
        Ok((asked, Purpose::BreakGlassKey { person: who.person }))
    }

    fn answer(&self, site: &SignIn, sent: &Sent, kept: Kept<'_>, _: &mut ChaCha20Rng) -> Result<Done, Failed> {
        let (who, now) = (&self.0.who, site.now());
        if kept.purpose != (Purpose::BreakGlassKey { person: who.person }) {
            return Err(Refusal::NoChallenge.into());
        }
        let place = site.making().answered(who.session, &kept.state, now)? + 1;
        let made = site.door().enrolled(&kept.state, &sent.response(), now)?;
        // What lies in a safe must be nowhere else.
        if made.can_be_copied() {
            return Err(Refused::MayBeCopied.into());
        }
        let NewKey { id, credential, label, attested } = new_key(&made, sent, &place.to_string())?;
        site.making().add(who.session, SpareKey { id, credential, label, attested }, now)?;
        Ok(Done::to("/people/glass"))
    }

    fn person(&self) -> Option<PersonId> {
        Some(self.0.who.person)
    }
}
