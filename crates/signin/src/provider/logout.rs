//! A tool wants somebody signed out (OpenID Connect RP-Initiated Logout).

use axum::{
    body::Bytes,
    extract::{RawQuery, State},
    http::HeaderMap,
    response::Response,
};
use jiff::Timestamp;
use uuid::Uuid;
use vauban_model::Lang;
use vauban_oidc::{Form, Logout, OidcError, Refusal, Secret};
use vauban_people::{Actor, PeopleError, SessionId};

use super::{Desk, pages, routes::LEAVE};

pub(super) async fn asked(State(desk): State<Desk>, headers: HeaderMap, RawQuery(query): RawQuery) -> Response {
    wish(&desk, &headers, query.unwrap_or_default().into_bytes()).await
}

pub(super) async fn sent(State(desk): State<Desk>, headers: HeaderMap, body: Bytes) -> Response {
    wish(&desk, &headers, body.into()).await
}

/// Keeps a wish, and has the browser go on from a page of ours: only then does it bring the cookie of the session along. The name may stand in the
/// address: it is good once, and does no more than what it was made of.
async fn wish(desk: &Desk, headers: &HeaderMap, text: Vec<u8>) -> Response {
    let lang = desk.lang(headers);
    match desk.beside(move |desk, now, rng| desk.provider.end_session(&text, now, rng)).await {
        Ok(name) => pages::onward(desk, lang, &format!("{LEAVE}?name={}", &*name.text())),
        Err(error) => refused(desk, lang, &error).await,
    }
}

/// Goes on with a wish, knowing who is signed in.
pub(super) async fn go_on(State(desk): State<Desk>, headers: HeaderMap, RawQuery(query): RawQuery) -> Response {
    let lang = desk.lang(&headers);
    let wished = desk.beside(move |desk, now, _| {
        let name = named(query.unwrap_or_default().as_bytes())?;
        let seated = desk.seated(&headers)?.map(|subject| subject.session);
        let logout = desk.provider.part(&name, seated, now)?;
        if let Logout::Ends { session, .. } = &logout {
            end(desk, *session, now)?;
        }
        Ok((logout, name))
    });
    match wished.await {
        Ok((Logout::Ends { to, .. }, _)) => pages::signed_out(&desk, lang, to.as_deref()),
        Ok((Logout::Asks, name)) => pages::sure(&desk, lang, &name.text()),
        Err(error) => refused(&desk, lang, &error).await,
    }
}

/// A person said so, on our own page: the gate saw to that. The session that a tool knew ends with the one that is there.
pub(super) async fn confirmed(State(desk): State<Desk>, headers: HeaderMap, body: Bytes) -> Response {
    let lang = desk.lang(&headers);
    let done = desk.beside(move |desk, now, _| {
        let seated = desk.seated(&headers)?.map(|subject| subject.session);
        let wish = desk.provider.confirmed(&named(&body)?, now)?;
        for session in seated.into_iter().chain(wish.session) {
            end(desk, session, now)?;
        }
        Ok(wish.to)
    });
    match done.await {
        Ok(to) => pages::signed_out(&desk, lang, to.as_deref()),
        Err(error) => refused(&desk, lang, &error).await,
    }
}

/// The name of a wish.
fn named(text: &[u8]) -> Result<Secret, Refusal> {
    Form::read(text)?.value("name").parse().map_err(|_| Refusal::Invalid("logout"))
}

/// Ends a session, here and for the tools that it let in. One that ended already is over, too.
fn end(desk: &Desk, session: Uuid, now: Timestamp) -> Result<(), OidcError> {
    let id = SessionId::from_bytes(session.into_bytes());
    match desk.site.people().end_session(&Actor::Machine, id, now) {
        Ok(()) | Err(PeopleError::Refused(_)) => desk.provider.session_ended(session, now),
        Err(_) => Err(OidcError::Subjects),
    }
}

/// Whoever wants out may say so to us, whatever is wrong with the tool's way of saying it.
async fn refused(desk: &Desk, lang: Lang, error: &OidcError) -> Response {
    let Some(why) = error.refusal() else { return pages::broken(desk, lang, error) };
    let own = desk.beside(|desk, now, rng| desk.provider.wish(now, rng)).await.ok();
    pages::not_signed_out(desk, lang, why, own.as_ref().map(|own| own.text()).as_deref().map(String::as_str))
}
