//! The two requests that a browser makes by itself: to bind a session, and for its next cookie. A challenge is taken before the proof is
//! verified, and belongs to one session.

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use vauban_people::{Binding, BrowserHash, PeopleError, Purpose, Refusal, SessionId, Started};

use super::{
    fields::{RESPONSE, SESSION, only},
    key::DeviceKey,
    offer::{challenge, instructions},
    proof::Proof,
};
use crate::{
    SignIn,
    beside::{beside, refuse},
    failed::Failed,
    seat::Seat,
    visit::Browser,
};

/// Binds the session of this request to the key that the browser made. The cookie that asked is worth nothing then.
pub(crate) async fn bind(State(site): State<SignIn>, seat: Seat, headers: HeaderMap) -> Response {
    let whose = (Some(seat.who.person), seat.browser.visit.address);
    let bound = beside(site.clone(), move |site| {
        let token = only(&headers, RESPONSE).ok_or(Failed::Unreadable)?;
        let proof = Proof::read(token)?;
        take(site, &proof, seat.who.session)?;
        let key = proof.key()?;
        key.signed(&proof)?;
        let binding = Binding::Device { public_key: key.to_bytes()? };
        let started = site.people().bind(&seat.session, &binding, &mut site.rng()?, site.now())?;
        let told = ([(header::CONTENT_TYPE, "application/json")], instructions(site, started.session));
        with_cookie(site, &started, told.into_response())
    });
    match bound.await.flatten() {
        Ok(answer) => answer,
        Err(failed) => refuse(site, failed, whose).await,
    }
}

/// Gives the next cookie to a device that proves its key, and a challenge to one that has none. Whoever asks needs no cookie.
pub(crate) async fn refresh(State(site): State<SignIn>, browser: Browser, headers: HeaderMap) -> Response {
    let whose = (None, browser.visit.address);
    match beside(site.clone(), move |site| refreshed(site, &headers)).await.flatten() {
        Ok(answer) => answer,
        Err(failed) => {
            let mut answer = refuse(site, failed, whose).await;
            // After a 403 a browser would sign once more; anything else that is refused ends the session there, too.
            if answer.status() == StatusCode::FORBIDDEN {
                *answer.status_mut() = StatusCode::UNAUTHORIZED;
            }
            answer
        }
    }
}

fn refreshed(site: &SignIn, headers: &HeaderMap) -> Result<Response, Failed> {
    let session: SessionId = only(headers, SESSION).ok_or(Failed::Unreadable)?.parse()?;
    let Binding::Device { public_key } = site.people().bound_to(session, site.now())? else {
        return Err(Refusal::NoSuchSession.into());
    };
    let Some(token) = only(headers, RESPONSE) else { return asked(site, session) };
    let proof = Proof::read(token)?;
    match take(site, &proof, session) {
        // Browsers sign the last challenge they know until they are given another.
        Err(Failed::People(PeopleError::Refused(Refusal::NoChallenge))) => return asked(site, session),
        taken => taken?,
    }
    DeviceKey::from_bytes(&public_key).map_err(|_| Failed::Ours)?.signed(&proof)?;
    let started = site.people().refresh(session, &public_key, &mut site.rng()?, site.now())?;
    with_cookie(site, &started, StatusCode::OK.into_response())
}

fn take(site: &SignIn, proof: &Proof<'_>, session: SessionId) -> Result<(), Failed> {
    let taken = site.people().take(&proof.challenge, &BrowserHash::of(session), site.now())?;
    if taken.purpose == (Purpose::Device { session }) { Ok(()) } else { Err(Refusal::NoChallenge.into()) }
}

fn asked(site: &SignIn, session: SessionId) -> Result<Response, Failed> {
    Ok((StatusCode::FORBIDDEN, [challenge(site, session)?]).into_response())
}

/// The next cookie, and what is to be signed for the one after it.
fn with_cookie(site: &SignIn, started: &Started, mut answer: Response) -> Result<Response, Failed> {
    let (name, value) = challenge(site, started.session)?;
    answer.headers_mut().insert(name, value);
    answer.headers_mut().append(header::SET_COOKIE, site.cookies().begin(started, site.now()).ok_or(Failed::Ours)?);
    Ok(answer)
}
