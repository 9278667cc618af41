//! What an address names.

use std::str::FromStr;

use axum::{
    extract::{FromRequestParts as _, RawPathParams},
    http::request::Parts,
};

use crate::SignIn;

/// The id in an address; nothing where it is none.
pub(super) async fn id<Id: FromStr>(parts: &mut Parts, site: &SignIn) -> Option<Id> {
    let named = RawPathParams::from_request_parts(parts, site).await.ok()?;
    named.iter().find(|(name, _)| *name == "id")?.1.parse().ok()
}
