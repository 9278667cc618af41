//! Answers for programs: JSON, with the standard's error and status. Nothing of what was sent comes back.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use serde_json::{Value, json};
use vauban_oidc::{OidcError, Refusal};

pub(super) fn told(status: StatusCode, body: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}

/// A refusal, or a failure of ours, of which a client learns that it may try again.
pub(super) fn failed(error: &OidcError) -> Response {
    let Some(refusal) = error.refusal() else {
        tracing::error!(%error, "the provider failed");
        return told(StatusCode::SERVICE_UNAVAILABLE, &json!({ "error": "temporarily_unavailable" }));
    };
    tracing::info!(code = refusal.code(), why = %refusal, "a tool was refused");
    let status = StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::BAD_REQUEST);
    let mut answer = told(status, &json!({ "error": refusal.code(), "error_description": refusal.to_string() }));
    if refusal == Refusal::Client {
        answer.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"client\""));
    }
    answer
}

/// A refusal of a token, as its schemes have it (RFC 6750, section 3; RFC 9449, section 7.1).
pub(super) fn not_shown(error: &OidcError) -> Response {
    let mut answer = failed(error);
    let header = match error.refusal() {
        Some(Refusal::NoAccessToken) => "Bearer, DPoP algs=\"ES256 EdDSA RS256 PS256\"",
        Some(Refusal::AccessToken) => "Bearer error=\"invalid_token\", DPoP error=\"invalid_token\"",
        Some(Refusal::Proof(_)) => {
            *answer.status_mut() = StatusCode::UNAUTHORIZED;
            "DPoP error=\"invalid_dpop_proof\""
        }
        _ => return answer,
    };
    answer.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(header));
    answer
}
