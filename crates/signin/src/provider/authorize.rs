//! A tool asks who somebody is: the request is kept, whoever has to signs in, and the browser goes back with a code.

use axum::{
    body::Bytes,
    extract::{RawQuery, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Redirect, Response},
};
use vauban_oidc::{Decision, NotKept, Secret};

use super::{Desk, pages, routes::CONTINUE};
use crate::cookie;

/// How long the name of a request stays with a browser, in seconds: as long as the request.
const WAITING: i64 = 600;

pub(super) async fn asked(State(desk): State<Desk>, headers: HeaderMap, RawQuery(query): RawQuery) -> Response {
    keep(&desk, &headers, query.unwrap_or_default().into_bytes()).await
}

pub(super) async fn sent(State(desk): State<Desk>, headers: HeaderMap, body: Bytes) -> Response {
    keep(&desk, &headers, body.into()).await
}

/// Keeps a request, and has the browser go on from a page of ours: only then does it bring the cookie of the session along.
async fn keep(desk: &Desk, headers: &HeaderMap, text: Vec<u8>) -> Response {
    let kept = desk.beside(move |desk, now, rng| Ok(desk.provider.receive(&text, now, rng))).await;
    match kept.unwrap_or_else(|error| Err(error.into())) {
        Ok(kept) => {
            let lang = pages::asked_for(kept.locales.as_deref()).unwrap_or_else(|| desk.lang(headers));
            with_name(desk, pages::onward(desk, lang, CONTINUE), &kept.secret.text(), WAITING)
        }
        Err(NotKept::Answered { to, why }) => {
            tracing::info!(code = why.code(), %why, "a tool was refused");
            away(&to)
        }
        Err(NotKept::Unanswerable(why)) => pages::unanswerable(desk, desk.lang(headers), why),
        Err(NotKept::Failed(error)) => pages::broken(desk, desk.lang(headers), &error),
    }
}

/// Goes on with a request that was kept, before or after somebody signed in.
pub(super) async fn go_on(State(desk): State<Desk>, headers: HeaderMap) -> Response {
    let name = cookie::value(&headers, desk.site.cookies().waiting).and_then(|name| name.parse::<Secret>().ok());
    let Some(name) = name else { return Redirect::to(desk.site.settings().home).into_response() };
    let lang = desk.lang(&headers);
    let decided = desk.beside(move |desk, now, rng| {
        let subject = desk.seated(&headers)?;
        desk.provider.decide(&name, subject.as_ref(), &desk.site, now, rng)
    });
    match decided.await {
        Ok(Decision::Answer(to)) => with_name(&desk, away(&to), "", 0),
        Ok(Decision::SignIn) => Redirect::to("/signin").into_response(),
        Ok(Decision::Gone) => with_name(&desk, Redirect::to(desk.site.settings().home).into_response(), "", 0),
        Err(error) => pages::broken(&desk, lang, &error),
    }
}

/// To an address that the provider knows. 303, so that nothing that was posted here is posted there (RFC 9700, section 4.12).
fn away(to: &str) -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response()
}

fn with_name(desk: &Desk, mut answer: Response, name: &str, seconds: i64) -> Response {
    let cookies = desk.site.cookies();
    if let Some(cookie) = cookies.keep(cookies.waiting, name, Some(seconds)) {
        answer.headers_mut().append(header::SET_COOKIE, cookie);
    }
    answer
}
