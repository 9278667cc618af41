//! What every request passes: it comes by the one name, and what changes something comes from a page of the one origin.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};

use crate::{SignIn, provider, single::only};

/// What a browser is told with every answer: only the script of this origin runs and speaks with it; nobody frames a page.
const HEADERS: [(&str, &str); 7] = [
    (
        "content-security-policy",
        "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    ),
    ("permissions-policy", "publickey-credentials-get=(self), publickey-credentials-create=(self)"),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    // Not `no-referrer`: browsers would then send forms with the origin `null`, as those of strangers.
    ("referrer-policy", "same-origin"),
    ("cache-control", "no-store"),
    ("cross-origin-opener-policy", "same-origin"),
];

/// Turns away whoever comes by another name, and what pages of others have a browser send.
pub(crate) async fn gate(State(site): State<SignIn>, request: Request, next: Next) -> Response {
    let is_open = provider::is_open(request.uri().path());
    let answer = if is_own(&site, is_open, request.method(), request.headers()) {
        next.run(request).await
    } else {
        (StatusCode::FORBIDDEN, "not from here\n").into_response()
    };
    dressed(&site, answer)
}

/// What is answered under other names than our own.
pub(crate) async fn elsewhere(State(site): State<SignIn>, request: Request, next: Next) -> Response {
    dressed(&site, next.run(request).await)
}

fn dressed(site: &SignIn, mut answer: Response) -> Response {
    for (name, value) in HEADERS {
        answer.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    if site.origin().starts_with("https://") {
        let year = HeaderValue::from_static("max-age=31536000");
        answer.headers_mut().insert("strict-transport-security", year);
    }
    answer
}

/// Compared whole: no prefix, no suffix, no letters of another case. What is open to others (tools, which have no origin) changes nothing by a
/// cookie.
fn is_own(site: &SignIn, is_open: bool, method: &Method, headers: &HeaderMap) -> bool {
    let is_host = only(headers, header::HOST) == Some(site.authority());
    let is_read = method == Method::GET || method == Method::HEAD;
    is_host && (is_open || is_read || only(headers, header::ORIGIN) == Some(site.origin()))
}
