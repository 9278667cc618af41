//! The server: routes, and what all pages share.

use std::{io, path::PathBuf, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{Query, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware,
    response::{Html, IntoResponse, Redirect, Response},
    routing::{get, post},
};
use jiff::Timestamp;
use serde::Deserialize;
use tokio::{net::TcpListener, sync::Semaphore};
use vauban_guard::config::Config;
use vauban_model::Lang;

use crate::{
    gate::gate,
    link::Link,
    page,
    pages::{exception, lists, live, mail, names, overview, policy, quarantine, reports, sightings},
    request::{LANGUAGE, SESSION, cookie, language},
    session::Sessions,
};

/// What the pages show, and where it lies.
#[derive(Clone)]
pub struct Portal {
    /// Where pages are served: an address of this machine alone.
    pub listen: String,
    /// The state directory.
    pub state: PathBuf,
    /// The file of the record.
    pub record: PathBuf,
    /// The file of what was judged.
    pub journal: PathBuf,
    /// The file of messages that are kept back.
    pub quarantine: PathBuf,
    /// The file of the link in.
    pub link: PathBuf,
    /// The file of names that were asked for.
    pub names: PathBuf,
    /// Reads the guard's configuration as it is now.
    pub config: Arc<dyn Fn() -> Result<Config, String> + Send + Sync>,
    /// The language of whoever asks for none.
    pub lang: Lang,
    /// The clock.
    pub now: fn() -> Timestamp,
    /// Randomness.
    pub random: fn(&mut [u8]) -> io::Result<()>,
}

/// What all requests share.
#[derive(Clone)]
pub(crate) struct Shared {
    pub(crate) portal: Arc<Portal>,
    pub(crate) sessions: Arc<Sessions>,
    pub(crate) port: u16,
    /// Room for those who follow what happens.
    pub(crate) followers: Arc<Semaphore>,
}

/// Listens.
///
/// # Errors
/// When the address is taken, or not one of this machine alone.
pub async fn bind(listen: &str) -> io::Result<TcpListener> {
    let listener = TcpListener::bind(listen).await?;
    if !listener.local_addr()?.ip().is_loopback() {
        return Err(io::Error::other("pages are served on this machine alone until people sign in"));
    }
    Ok(listener)
}

/// Pages at a time that follow what happens.
const FOLLOWERS: usize = 16;
/// How long it is waited before pages are tried again.
const AGAIN: Duration = Duration::from_secs(30);

/// Serves beside something that must not end with it: whoever sits on the address keeps people from pages, and nothing else.
pub async fn keep_serving(portal: Portal) {
    loop {
        match bind(&portal.listen).await {
            Ok(listener) => serve(listener, portal.clone()).await,
            Err(error) => {
                tracing::error!(%error, listen = portal.listen, "pages cannot be served; they are tried again")
            }
        }
        tokio::time::sleep(AGAIN).await;
    }
}

/// Serves until the process ends.
pub async fn serve(listener: TcpListener, portal: Portal) {
    let port = listener.local_addr().map(|address| address.port()).unwrap_or_default();
    let shared = Shared {
        portal: Arc::new(portal),
        sessions: Arc::default(),
        port,
        followers: Arc::new(Semaphore::new(FOLLOWERS)),
    };
    let router = Router::new()
        .route("/", get(overview::show))
        .route("/sightings", get(sightings::list))
        .route("/sightings/{name}", get(sightings::show))
        .route("/mail", get(mail::list))
        .route("/mail/{number}", get(mail::show))
        .route("/quarantine", get(quarantine::list))
        .route("/quarantine/{id}", get(quarantine::show))
        .route("/quarantine/{id}/release", post(quarantine::release))
        .route("/quarantine/{id}/delete", post(quarantine::delete))
        .route("/reports", get(reports::list))
        .route("/reports/{id}", get(reports::show).post(reports::confirm))
        .route("/policy", get(policy::show))
        .route("/policy/exceptions/{id}/end", post(exception::end_it))
        .route("/names", get(names::list))
        .route("/names/live", get(live::follow))
        .route("/names/{id}", get(exception::show).post(exception::make_it))
        .route("/lists", get(lists::show))
        .route("/language", get(choose))
        .route("/enter", get(enter))
        .route("/leave", post(leave))
        .route("/closed", get(closed))
        .route("/style.css", get(style))
        .route("/icon.svg", get(icon))
        .fallback(nothing)
        .layer(middleware::from_fn_with_state(shared.clone(), gate))
        .with_state(shared);
    tracing::info!(port, "pages are served; `vauban portal link` prints the way in");
    if let Err(error) = axum::serve(listener, router).await {
        tracing::error!(%error, "pages are no longer served");
    }
}

#[derive(Deserialize)]
struct Enter {
    #[serde(default)]
    key: String,
}

/// Lets somebody in who has a link that is good.
async fn enter(State(shared): State<Shared>, Query(Enter { key }): Query<Enter>) -> Response {
    let now = (shared.portal.now)();
    let Some(who) = Link::redeem(&shared.portal.link, &key, now) else {
        return Redirect::to("/closed").into_response();
    };
    let mut random = [0; 32];
    if (shared.portal.random)(&mut random).is_err() {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    let secret = shared.sessions.begin(random, who, now);
    with_cookie(SESSION, &secret, "/")
}

async fn leave(State(shared): State<Shared>, headers: HeaderMap) -> Response {
    if let Some(secret) = cookie(&headers, SESSION) {
        shared.sessions.end(secret);
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
async fn closed(State(shared): State<Shared>, headers: HeaderMap) -> Response {
    let lang = language(&headers, shared.portal.lang);
    (StatusCode::UNAUTHORIZED, Html(page::closed(lang).into_string())).into_response()
}

async fn nothing(State(shared): State<Shared>, headers: HeaderMap) -> Response {
    page::missing(language(&headers, shared.portal.lang))
}

async fn style() -> Response {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("style.css")).into_response()
}

async fn icon() -> Response {
    ([(header::CONTENT_TYPE, "image/svg+xml")], include_str!("icon.svg")).into_response()
}
