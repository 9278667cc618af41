//! Somebody sets out to the provider: to sign in, with a link, or to add an account. The script is told where to.

use axum::{
    body::Bytes,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
};
use vauban_oidc::elsewhere::Trip;
use vauban_people::{InvitationHash, NewChallenge, Purpose, Refusal, Role};

use super::{errand::Errand, kept::KeptProvider};
use crate::{
    SignIn,
    beside::beside,
    ceremony::{Sent, invited},
    failed::Failed,
    seat::Seat,
    visit::Browser,
};

/// To sign in.
pub(crate) async fn sign_in(State(site): State<SignIn>, browser: Browser, body: Bytes) -> Response {
    away(site, browser, move |_| Ok((Purpose::Elsewhere, None, Sent::read(&body)?.back()))).await
}

/// To come in for the first time, with a link. Administrators come in with a key.
pub(crate) async fn enrol(State(site): State<SignIn>, browser: Browser, body: Bytes) -> Response {
    let errand = move |site: &SignIn| {
        let sent = Sent::read(&body)?;
        let (invitation, role) = invited(site, &sent)?;
        if role == Role::Administrator {
            return Err(Refusal::NeedsKey.into());
        }
        Ok((Purpose::EnrolElsewhere { request: invitation.request }, Some(sent.link()?), String::new()))
    };
    away(site, browser, errand).await
}

/// To add an account: who it is was shown by a key just now, and is asked again on arrival.
pub(crate) async fn add(State(site): State<SignIn>, seat: Seat) -> Response {
    let (person, is_fresh) = (seat.who.person, seat.must_be_fresh());
    let errand = move |_: &SignIn| {
        is_fresh?;
        Ok((Purpose::AddAccount { person }, None, String::new()))
    };
    away(site, seat.browser, errand).await
}

async fn away<F>(site: SignIn, browser: Browser, errand: F) -> Response
where
    F: FnOnce(&SignIn) -> Result<(Purpose, Option<InvitationHash>, String), Failed> + Send + 'static,
{
    let cookie = site.cookies().told_apart(&browser);
    let way = beside(site, move |site| {
        let kept = kept(site)?;
        let (purpose, link, back) = errand(site)?;
        let (mut rng, now) = (site.rng()?, site.now());
        let errand = Errand::new(Trip::random(&mut rng), link, &back);
        let (hash, address) = (browser.token.hash(), browser.visit.address);
        let new = NewChallenge { purpose, state: &errand.bytes()?, browser: hash, address };
        let challenge = site.people().challenge(&new, &mut rng, now)?;
        Ok::<_, Failed>(kept.provider.way(&errand.trip, &challenge.text(), now)?)
    });
    let mut answer = match way.await.flatten() {
        Ok(to) => {
            let body = serde_json::json!({ "to": to }).to_string();
            (StatusCode::OK, [(header::CONTENT_TYPE, "application/json")], body).into_response()
        }
        Err(failed) => failed.response(),
    };
    if let Some(cookie) = cookie {
        answer.headers_mut().append(header::SET_COOKIE, cookie);
    }
    answer
}

/// The provider, where there is one.
pub(super) fn kept(site: &SignIn) -> Result<&KeptProvider, Failed> {
    site.settings().kept.as_ref().ok_or(Failed::Unreadable)
}
