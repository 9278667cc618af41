//! The door: who asks comes before what is asked.

use std::sync::Arc;

use axum::{
    body::{Body, Bytes},
    extract::{Request, State},
    http::{HeaderMap, HeaderName, Method, header},
    response::{IntoResponse, Response},
};
use vauban_taxii::Refusal;

use super::calls;
use crate::{
    front::{
        Front,
        answered::sent,
        body::Unread,
        party::{challenge, hash},
        problem::Problem,
        read_body,
    },
    store::{CredentialHash, StoreError},
};

/// The API root: the streams of whoever asks.
pub(super) const ROOT: &str = "releases";

/// Answers what no other path does: TAXII where it is TAXII's.
pub(in crate::front) async fn answer(State(front): State<Arc<Front>>, request: Request) -> Response {
    let path = request.uri().path();
    let is_under = |root: &str| path.strip_prefix('/').and_then(|rest| rest.strip_prefix(root)).is_some_and(is_end);
    if !is_under("taxii2") && !is_under(ROOT) {
        return Problem::Path.into_response();
    }
    let method = request.method().clone();
    let answered = answered(&front, request).await.unwrap_or_else(|refusal| refusal.response(None));
    sent(answered, &method)
}

fn is_end(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with('/')
}

async fn answered(front: &Front, request: Request) -> Result<vauban_taxii::Response, Refusal> {
    let credential = known(front, request.headers()).await?;
    let (parts, body) = request.into_parts();
    let settings = front.settings.taxii(credential);
    let body = if parts.method == Method::POST { read(front, body).await? } else { Bytes::new() };
    let accept = joined(&parts.headers, header::ACCEPT);
    let asked = vauban_taxii::Request {
        method: parts.method.as_str(),
        path: parts.uri.path(),
        query: parts.uri.query().unwrap_or_default(),
        accept: accept.as_deref(),
        content_type: parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()),
        body: &body,
    };
    let call = vauban_taxii::read(&asked, &settings)?;
    calls::Asker { front, credential, settings: &settings }.answer(call).await
}

async fn known(front: &Front, headers: &HeaderMap) -> Result<CredentialHash, Refusal> {
    let nobody = || Refusal::Unauthenticated(challenge());
    let hash = hash(headers).ok_or_else(nobody)?;
    front.store.known(hash).await.map_err(refusal)?.map(|known| known.credential).ok_or_else(nobody)
}

async fn read(front: &Front, body: Body) -> Result<Bytes, Refusal> {
    let most = front.settings.body;
    let read = read_body(body, usize::try_from(most).unwrap_or(usize::MAX), front.settings.limits.body).await;
    read.map_err(|unread| match unread {
        Unread::TooLong => Refusal::TooLarge(most),
        Unread::Slow => Refusal::Unavailable,
    })
}

/// Several headers of one name are one, with commas (RFC 9110, section 5.2).
fn joined(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    let values: Vec<&str> = headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok()).collect();
    (!values.is_empty()).then(|| values.join(", "))
}

/// What a store says, in TAXII's words.
pub(super) fn refusal(error: StoreError) -> Refusal {
    use vauban_taxii::Missing;
    match error {
        StoreError::Denied | StoreError::UnknownStream => Refusal::NotFound(Missing::Collection),
        StoreError::UnknownObject => Refusal::NotFound(Missing::Object),
        StoreError::FilterTooWide { .. } => Refusal::UriTooLong,
        StoreError::Gone(_) | StoreError::Busy | StoreError::Full | StoreError::ReadOnly => {
            tracing::warn!(%error, "the store does not answer");
            Refusal::Unavailable
        }
        other => {
            tracing::error!(error = %other, "the store failed");
            Refusal::Internal
        }
    }
}
