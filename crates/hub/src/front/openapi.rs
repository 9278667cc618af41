//! The description of the hub's own API, for whoever asks.

use axum::{http::header, response::IntoResponse};

/// OpenAPI 3.1, written by hand. A test walks its paths.
const DESCRIPTION: &str = include_str!("../../../../docs/hub-openapi.json");

pub(super) async fn show() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], DESCRIPTION)
}
