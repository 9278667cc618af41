//! What a proxy says of the request it asks about. Its own words are in `X-Forwarded-*`, each once: where there are two, one is a
//! client's, and nobody can tell which.

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, StatusCode, request::Parts},
    response::{IntoResponse as _, Response},
};

use super::tools::{Tool, path_or_root};
use crate::{
    SignIn,
    single::{none_or_only, only},
};

/// A request to a tool.
#[derive(Debug)]
pub(super) struct Asked {
    /// Which tool.
    pub(super) tool: Tool,
    /// The path with its query.
    pub(super) path: String,
    /// Whether a person goes there, so that they can be sent elsewhere first; else a page's script asks.
    pub(super) is_navigation: bool,
}

impl FromRequestParts<SignIn> for Asked {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, site: &SignIn) -> Result<Self, Response> {
        // What is not known is let in nowhere.
        Self::read(&parts.headers, site).ok_or_else(|| (StatusCode::FORBIDDEN, "no such tool\n").into_response())
    }
}

impl Asked {
    fn read(headers: &HeaderMap, site: &SignIn) -> Option<Self> {
        let tool = site.tools().get(only(headers, "x-forwarded-host")?)?.clone();
        // Some say how they were asked, and then it is what the tool has.
        let is_scheme = |said: &str| tool.origin().split_once("://").is_some_and(|(scheme, _)| scheme == said);
        let proto = none_or_only(headers, "x-forwarded-proto")?;
        if !proto.is_none_or(is_scheme) {
            return None;
        }
        let path = none_or_only(headers, "x-forwarded-uri")?.unwrap_or("/");
        let method = none_or_only(headers, "x-forwarded-method")?.unwrap_or("GET");
        Some(Self { path: path_or_root(path), is_navigation: method == "GET" && is_page(headers), tool })
    }
}

/// Whether a browser asks for a page. Older ones do not say so, but what they take.
fn is_page(headers: &HeaderMap) -> bool {
    let said = |name| headers.get(name).and_then(|value| value.to_str().ok());
    match said("sec-fetch-mode") {
        Some(mode) => mode == "navigate",
        None => said("accept").is_some_and(|accept| accept.contains("text/html")),
    }
}
