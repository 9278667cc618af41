//! Where those are sent who are not in: to sign in, and then to where they were going.

use axum::{
    http::{HeaderMap, Method, header, request::Parts},
    response::{Html, IntoResponse as _, Redirect, Response},
};
use maud::{DOCTYPE, html};
use vauban_people::Refusal;

use crate::{SignIn, back::Back, device::RESPONSE, failed::Failed};

/// For whoever asks for a page without a session. People are sent to sign in, and then to the page, if a browser gets it by its address
/// alone; the script is told that it may not.
#[must_use]
pub fn away(site: &SignIn, parts: &Parts) -> Response {
    if is_script(&parts.headers) {
        return Failed::from(Refusal::NoSession).response();
    }
    let is_on_the_way = parts.uri.path() == site.settings().home;
    let back = Back::of(&parts.uri).filter(|_| parts.method == Method::GET && !is_on_the_way);
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
pub(crate) fn is_script(headers: &HeaderMap) -> bool {
    headers.contains_key(RESPONSE) || headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == "application/json")
}
