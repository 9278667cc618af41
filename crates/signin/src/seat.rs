//! Somebody who is signed in.

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, Method, header, request::Parts},
    response::{Html, IntoResponse as _, Redirect, Response},
};
use maud::{DOCTYPE, html};
use vauban_people::{Actor, Refusal, SessionHash, Who};

use crate::{SignIn, back::Back, device::RESPONSE, failed::Failed, pages, visit::Browser};

/// Whoever holds the session of this request.
#[derive(Debug)]
pub(crate) struct Seat {
    pub(crate) who: Who,
    pub(crate) session: SessionHash,
    pub(crate) browser: Browser,
}

impl Seat {
    /// As `people` knows who asks.
    pub(crate) const fn actor(&self) -> Actor {
        Actor::Session(self.session)
    }

    /// One of two texts.
    pub(crate) const fn say(&self, fr: &'static str, en: &'static str) -> &'static str {
        match self.browser.lang {
            vauban_model::Lang::Fr => fr,
            vauban_model::Lang::En => en,
        }
    }
}

impl FromRequestParts<SignIn> for Seat {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, site: &SignIn) -> Result<Self, Response> {
        let browser = Browser::from_request_parts(parts, site).await?;
        match site.held(&parts.headers) {
            Ok(Some((session, who))) => Ok(Self { who, session, browser }),
            Ok(None) => Err(away(parts)),
            Err(error) if is_script(&parts.headers) => Err(Failed::from(error).response()),
            Err(error) => Err(pages::turned_away(site, browser.lang, &error.into())),
        }
    }
}

/// People are sent to sign in, and then to where they were going; the script is told that it may not.
fn away(parts: &Parts) -> Response {
    if is_script(&parts.headers) {
        return Failed::from(Refusal::NoSession).response();
    }
    let back = Back::of(&parts.uri).filter(|_| parts.method == Method::GET && parts.uri.path() != "/mine");
    let comes_from_elsewhere = parts.headers.get("sec-fetch-site").is_some_and(|site| site == "cross-site");
    match back {
        // The session's cookie does not come along from a page elsewhere, so that its owner's browser asks once more by itself.
        Some(back) if comes_from_elsewhere => once_more(&back),
        Some(back) => Redirect::to(&format!("/signin?to={}", back.encoded())).into_response(),
        None => Redirect::to("/signin").into_response(),
    }
}

fn once_more(back: &Back) -> Response {
    let page = html! { (DOCTYPE) html { head { meta http-equiv="refresh" content={ "0;url=" (back) }; } } };
    Html(page.into_string()).into_response()
}

/// The script sends JSON, and a browser that binds a session its proof: no form does either.
fn is_script(headers: &HeaderMap) -> bool {
    headers.contains_key(RESPONSE) || headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == "application/json")
}
