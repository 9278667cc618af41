//! The way into pages, the same for every server of them: people sign in; where nobody does yet, a link that is good once and a session.
//! A language, and the gate before all.

use std::{io, path::PathBuf, sync::Arc};

use axum::{
    Router,
    extract::{FromRef, Query, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware,
    response::{Html, IntoResponse, Redirect, Response},
    routing::{get, post},
};
use jiff::Timestamp;
use serde::Deserialize;
use vauban_model::Lang;
use vauban_people::Role;
use vauban_signin::SignIn;

use crate::{
    gate::gate,
    link::Link,
    page,
    request::{LANGUAGE, cookie, language},
    session::Sessions,
};

/// A room of the menu: its path, and its name in French and English.
pub(crate) type Room = (&'static str, &'static str, &'static str);

/// What differs between servers of pages.
#[derive(Debug)]
pub(crate) struct House {
    /// The rooms, in the order of the menu.
    pub(crate) rooms: &'static [Room],
    /// Rooms of a neighbour, behind the same gate.
    pub(crate) next_door: &'static [Room],
    /// The name of the session's cookie: a browser sends cookies to every port of a machine.
    pub(crate) session: &'static str,
    /// The command that prints a link in.
    pub(crate) command: &'static str,
    /// Where a button sends whoever leaves.
    pub(crate) leave: &'static str,
}

/// The way in.
#[derive(Clone)]
pub(crate) struct Door {
    /// Which pages are behind it.
    pub(crate) house: &'static House,
    /// The language of whoever asks for none.
    pub(crate) lang: Lang,
    /// The clock.
    pub(crate) now: fn() -> Timestamp,
    /// How people come in.
    pub(crate) way: Way,
}

/// How people come in.
#[derive(Clone)]
pub(crate) enum Way {
    /// They sign in, and administrators are let in.
    SignedIn(SignIn),
    /// By a link.
    Link(ByLink),
}

/// The link in, and who used it.
#[derive(Clone)]
pub(crate) struct ByLink {
    /// The file of the link.
    pub(crate) link: Arc<PathBuf>,
    /// Randomness.
    pub(crate) random: fn(&mut [u8]) -> io::Result<()>,
    /// Who is in.
    pub(crate) sessions: Arc<Sessions>,
    /// The port it is reached by.
    pub(crate) port: u16,
}

/// Why somebody is not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Out {
    /// Nobody knows who it is.
    Nobody,
    /// Somebody who does not administer.
    Member,
    /// An administrator whose session is bound to nothing, and who wants to change something.
    Unbound,
}

impl Door {
    /// Who holds the session that these headers show; `changes` tells whether something is to be changed.
    pub(crate) fn who(&self, headers: &HeaderMap, changes: bool) -> Result<String, Out> {
        match &self.way {
            Way::Link(ByLink { sessions, .. }) => {
                let secret = cookie(headers, self.house.session).ok_or(Out::Nobody)?;
                sessions.who(secret, (self.now)()).ok_or(Out::Nobody)
            }
            Way::SignedIn(site) => {
                let who = site.who(headers).unwrap_or_else(|error| {
                    tracing::error!(%error, "whether somebody is signed in cannot be read");
                    None
                });
                match who.ok_or(Out::Nobody)? {
                    who if who.role != Role::Administrator => Err(Out::Member),
                    who if changes && !who.may_administer => Err(Out::Unbound),
                    who => Ok(who.name.to_string()),
                }
            }
        }
    }
}

/// Puts rooms behind the door of a link, with everything around.
pub(crate) fn behind<S>(door: Door, link: &ByLink, rooms: Router<S>) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    Door: FromRef<S>,
{
    let way = Router::new()
        .route("/enter", get(enter))
        .route("/leave", post(leave))
        .with_state(Entrance { door: door.clone(), link: link.clone() });
    rooms
        .route("/language", get(choose))
        .route("/closed", get(closed))
        .merge(way)
        .merge(assets())
        .fallback(nothing)
        .layer(middleware::from_fn_with_state(link.port, gate))
}

/// Puts rooms among the pages of sign-in, whose gate is before all of them.
pub(crate) fn among<S>(rooms: Router<S>) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    Door: FromRef<S>,
{
    rooms.route("/language", get(choose)).merge(assets())
}

/// The way in by a link.
#[derive(Clone)]
struct Entrance {
    door: Door,
    link: ByLink,
}

/// What every page fetches: how it looks.
pub fn assets<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route("/style.css", get(style)).route("/icon.svg", get(icon))
}

#[derive(Deserialize)]
struct Enter {
    #[serde(default)]
    key: String,
}

/// Lets somebody in who has a link that is good.
async fn enter(State(Entrance { door, link }): State<Entrance>, Query(Enter { key }): Query<Enter>) -> Response {
    let now = (door.now)();
    let Some(who) = Link::redeem(&link.link, &key, now) else {
        return Redirect::to("/closed").into_response();
    };
    let mut random = [0; 32];
    if (link.random)(&mut random).is_err() {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    let secret = link.sessions.begin(random, who, now);
    with_cookie(door.house.session, &secret, "/")
}

async fn leave(State(Entrance { door, link }): State<Entrance>, headers: HeaderMap) -> Response {
    if let Some(secret) = cookie(&headers, door.house.session) {
        link.sessions.end(secret);
    }
    Redirect::to("/closed").into_response()
}

#[derive(Deserialize)]
struct Choose {
    #[serde(default)]
    to: String,
    #[serde(default)]
    back: String,
}

/// Another language, and back to the same page.
async fn choose(Query(Choose { to, back }): Query<Choose>) -> Response {
    let to = if to == "en" { "en" } else { "fr" };
    // Only to a page of these: `//evil.example` is elsewhere, and browsers forget tabs in between.
    let is_plain = back.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'_' | b'.'));
    let is_here = is_plain && back.starts_with('/') && !back.starts_with("//");
    with_cookie(LANGUAGE, to, if is_here { &back } else { "/" })
}

fn with_cookie(name: &str, value: &str, to: &str) -> Response {
    let cookie = format!("{name}={value}; Path=/; HttpOnly; SameSite=Strict");
    match HeaderValue::from_str(&cookie) {
        Ok(cookie) => ([(header::SET_COOKIE, cookie)], Redirect::to(to)).into_response(),
        Err(_) => StatusCode::BAD_REQUEST.into_response(),
    }
}

/// What everybody sees who is not in: how to come in.
async fn closed(State(door): State<Door>, headers: HeaderMap) -> Response {
    let lang = language(&headers, door.lang);
    (StatusCode::UNAUTHORIZED, Html(page::closed(lang, door.house.command).into_string())).into_response()
}

async fn nothing(State(door): State<Door>, headers: HeaderMap) -> Response {
    page::missing(language(&headers, door.lang))
}

async fn style() -> Response {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("style.css")).into_response()
}

async fn icon() -> Response {
    ([(header::CONTENT_TYPE, "image/svg+xml")], include_str!("icon.svg")).into_response()
}
