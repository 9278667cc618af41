//! A link is used: whoever holds it makes a key, and is in with it.

use axum::{
    body::Bytes,
    extract::{FromRequestParts, State},
    http::request::Parts,
    response::Response,
};
use rand_chacha::ChaCha20Rng;
use uuid::Uuid;
use vauban_passkey::{Asked, Attestation, Nonce};
use vauban_people::{
    CredentialId, Enrolment, Invitation, Kind, Means, NewKey, PersonId, Purpose, Refusal, RequestId, Role,
};

use super::{
    answer::Sent,
    steps::{Ceremony, Done, Kept, json},
};
use crate::{SignIn, failed::Failed};

/// What a key is called whose person called it nothing.
pub(super) const PLAIN: &str = "1";

/// Somebody makes their first key.
#[derive(Debug)]
pub(crate) struct Enrol;

impl FromRequestParts<SignIn> for Enrol {
    type Rejection = Response;

    async fn from_request_parts(_: &mut Parts, _: &SignIn) -> Result<Self, Response> {
        Ok(Self)
    }
}

impl Ceremony for Enrol {
    fn ask(&self, site: &SignIn, sent: &Sent, nonce: Nonce) -> Result<(Asked, Purpose), Failed> {
        let (invitation, role) = invited(site, sent)?;
        let (person, name) = (Uuid::from_bytes(invitation.person.id.bytes()), invitation.person.name.as_str());
        let asked = site.door().enrol(person, name, &[], attestation(site, role), nonce)?;
        Ok((asked, Purpose::Enrol { request: invitation.request }))
    }

    fn answer(&self, site: &SignIn, sent: &Sent, kept: Kept<'_>, rng: &mut ChaCha20Rng) -> Result<Done, Failed> {
        let Purpose::Enrol { request } = kept.purpose else { return Err(Refusal::NoChallenge.into()) };
        let now = site.now();
        let made = site.door().enrolled(&kept.state, &sent.response(), now)?;
        let key = new_key(&made, sent, PLAIN)?;
        let enrolment = Enrolment { request, link: sent.link()?, means: Means::Key(&key), visit: &kept.browser.visit };
        let enrolled = site.people().enrol(&enrolment, rng, now)?;
        Ok(Done { started: Some(enrolled.started), ..Done::to("/mine") })
    }

    fn person(&self) -> Option<PersonId> {
        None
    }
}

/// Whom a link is for, so that the page can say it before anything is made.
pub(crate) async fn who(State(site): State<SignIn>, body: Bytes) -> Response {
    match Sent::read(&body).and_then(|sent| invited(&site, &sent)) {
        Ok((invitation, role)) => {
            let told = serde_json::json!({
                "name": invitation.person.name,
                "recovery": invitation.is_recovery,
                "elsewhere": site.settings().kept.is_some() && role != Role::Administrator,
            });
            json(told.to_string())
        }
        Err(failed) => failed.response(),
    }
}

/// Whom a link is for, and what they will be.
pub(crate) fn invited(site: &SignIn, sent: &Sent) -> Result<(Invitation, Role), Failed> {
    let invitation = site.people().invitation(&sent.link()?, site.now())?;
    let role = role(site, invitation.request)?;
    Ok((invitation, role))
}

/// What the person of a request will be.
fn role(site: &SignIn, request: RequestId) -> Result<Role, Failed> {
    Ok(match site.people().request(request)?.kind {
        Kind::Found { .. } => Role::Administrator,
        Kind::Invite(invited) => invited.role,
        Kind::Recover { person, .. } => site.people().person(person)?.role,
        Kind::Role { .. } | Kind::BreakGlass { .. } => return Err(Refusal::NoLink.into()),
    })
}

/// Whether somebody's key must be of a model that is vouched for. The store asks again when it takes the key, because roles change.
pub(crate) fn attestation(site: &SignIn, role: Role) -> Attestation {
    if site.people().rules().attested_administrators && role == Role::Administrator {
        Attestation::Required
    } else {
        Attestation::Any
    }
}

/// A key that was made; called `plain`, where its person called it nothing.
pub(super) fn new_key(made: &vauban_passkey::Credential, sent: &Sent, plain: &str) -> Result<NewKey, Failed> {
    Ok(NewKey {
        id: CredentialId::new(made.id())?,
        credential: made.to_bytes(),
        label: sent.label(plain)?,
        attested: made.is_attested(),
    })
}
