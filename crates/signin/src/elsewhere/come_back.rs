//! The provider sends a browser back. It comes from another site, without our cookies: nothing is done with what it brings, and a page of ours
//! goes on, with them.

use axum::{
    extract::{RawQuery, State},
    http::HeaderMap,
    response::Response,
};

use super::ARRIVE;
use crate::{SignIn, back::Back, failed::Failed, pages, visit::language};

pub(crate) async fn come_back(State(site): State<SignIn>, headers: HeaderMap, RawQuery(query): RawQuery) -> Response {
    let lang = language(&headers, site.settings().lang);
    match Back::new(&format!("{ARRIVE}?{}", query.unwrap_or_default())) {
        Some(to) => pages::waiting(&site, lang, to.as_str()),
        None => pages::turned_away(&site, lang, &Failed::Unreadable),
    }
}
