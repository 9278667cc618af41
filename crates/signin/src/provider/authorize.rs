//! A tool asks who somebody is: the request is kept, whoever has to signs in, and the browser goes back with a code.

use axum::{
    body::Bytes,
    extract::{Query, RawQuery, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Redirect, Response},
};
use maud::html;
use serde::Deserialize;
use vauban_model::{Lang, Text};
use vauban_oidc::{Decision, NotKept, Secret};

use super::{Desk, pages, routes::CONTINUE};
use crate::{
    back::encoded,
    cookie::{self, Mark},
    pages::plain,
};

/// How long the name of a request stays with a browser, in seconds: as long as the request.
const WAITING: i64 = 600;
/// So many requests wait in one browser, in as many tabs; the oldest makes room.
const MOST: usize = 8;

/// Which of them.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Which {
    r: String,
}

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
            let name = kept.secret.text();
            let Some(mark) = Mark::of(&name) else { return over(desk, lang) };
            with_name(desk, pages::onward(desk, lang, &onward(&mark)), &mark, (&name, WAITING))
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
pub(super) async fn go_on(State(desk): State<Desk>, headers: HeaderMap, Query(which): Query<Which>) -> Response {
    let lang = desk.lang(&headers);
    let Some((mark, name)) = named(&desk, &headers, &which) else { return over(&desk, lang) };
    let mut others = desk.site.cookies().all_waiting(&headers);
    others.retain(|other| *other != mark);
    let too_many = others.len().saturating_sub(MOST - 1);
    let decided = desk.beside(move |desk, now, rng| {
        let subject = desk.seated(&headers)?;
        let decision = desk.provider.decide(&name, subject.as_ref(), &desk.site, now, rng)?;
        Ok((decision, subject.is_some()))
    });
    let answer = match decided.await {
        Ok((Decision::Answer(to), _)) => without_name(&desk, away(&to), &mark),
        Ok((Decision::SignIn, is_in)) => {
            // Whoever is in and is sent here has to show it again; whoever only comes back to the page goes on.
            let again = if is_in { "&prompt=anew" } else { "" };
            Redirect::to(&format!("/signin?to={}{again}", encoded(&onward(&mark)))).into_response()
        }
        Ok((Decision::Gone, _)) => without_name(&desk, over(&desk, lang), &mark),
        Err(error) => pages::broken(&desk, lang, &error),
    };
    others.iter().take(too_many).fold(answer, |answer, other| without_name(&desk, answer, other))
}

/// Where a browser goes on with one of the requests that it holds.
fn onward(mark: &Mark) -> String {
    format!("{CONTINUE}?r={mark}")
}

/// The request that is meant, if this browser holds its name.
fn named(desk: &Desk, headers: &HeaderMap, which: &Which) -> Option<(Mark, Secret)> {
    let mark = Mark::new(&which.r)?;
    let name = cookie::value(headers, &desk.site.cookies().waiting_for(&mark))?.parse().ok()?;
    Some((mark, name))
}

/// Whoever waited too long, presses "back", or was sent an address by somebody, begins again at the tool.
fn over(desk: &Desk, lang: Lang) -> Response {
    let title = Text::new("Cette demande ne vaut plus", "This request is over");
    let again = Text::new(
        "Retournez à l'outil, et recommencez là-bas. Ici il n'y a rien à faire.",
        "Go back to the tool, and begin again there. There is nothing to do here.",
    );
    (StatusCode::GONE, plain(&desk.site, lang, title.get(lang), &html! { p { (again.get(lang)) } })).into_response()
}

/// To an address that the provider knows. 303, so that nothing that was posted here is posted there (RFC 9700, section 4.12).
fn away(to: &str) -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response()
}

fn without_name(desk: &Desk, answer: Response, mark: &Mark) -> Response {
    with_name(desk, answer, mark, ("", 0))
}

fn with_name(desk: &Desk, mut answer: Response, mark: &Mark, (name, seconds): (&str, i64)) -> Response {
    let cookies = desk.site.cookies();
    if let Some(cookie) = cookies.keep(&cookies.waiting_for(mark), name, Some(seconds)) {
        answer.headers_mut().append(header::SET_COOKIE, cookie);
    }
    answer
}
