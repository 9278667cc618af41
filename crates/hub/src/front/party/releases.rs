//! The one body of a release, piece by piece from the store: never whole in memory.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use data_encoding::HEXLOWER;
use tokio::sync::mpsc::Sender;
use vauban_release::{SignedManifest, body_head};

use super::{Party, pieces::Pieces};
use crate::{
    front::{Front, answered::private, problem::Problem},
    store::{CredentialHash, FrontStore, PartInfo, PartName, ReleaseNumber, StoredRelease, StreamId},
};

/// The media type of a release's body.
const RELEASE: &str = "application/vnd.vauban.release";

pub(in crate::front) async fn release(
    State(front): State<Arc<Front>>,
    party: Party,
    Path((stream, name)): Path<(String, String)>,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (stream, number) = party.release(&front, &stream, &name).await?;
    let stored = stored(&front, party.hash, stream, number).await?;
    let tag = format!("\"{}\"", HEXLOWER.encode(&stored.digest.0));
    if is_known(&headers, &tag) {
        return Ok(with_tag(StatusCode::NOT_MODIFIED.into_response(), &tag));
    }
    let signed = signed(&stored)?;
    let parts = parts(&front.store, party.hash, stream, &signed).await?;
    let head = body_head(&signed);
    let length = head.len() as u64 + signed.manifest().total();
    let (sender, pieces) = Pieces::new(length);
    let body = if method == Method::HEAD {
        Body::empty()
    } else {
        let from = From { store: front.store.clone(), credential: party.hash, stream, number };
        tokio::spawn(async move { from.send(head, parts, sender).await });
        Body::new(pieces)
    };
    let mut response = Response::new(body);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(RELEASE));
    response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    Ok(with_tag(response, &tag))
}

/// The release of this number.
pub(super) async fn stored(
    front: &Front,
    credential: CredentialHash,
    stream: StreamId,
    number: ReleaseNumber,
) -> Result<StoredRelease, Problem> {
    let before = ReleaseNumber(number.0.checked_sub(1).ok_or(Problem::Release)?);
    let found = front.store.releases(credential, stream, before, 1).await?.into_iter().next();
    found.filter(|release| release.number == number).ok_or(Problem::Release)
}

/// The manifest that the desk signed. What is in the store was checked when it came.
pub(super) fn signed(stored: &StoredRelease) -> Result<SignedManifest, Problem> {
    SignedManifest::read(&stored.manifest, &stored.signature).map_err(|error| {
        tracing::error!(%error, number = stored.number.0, "a manifest in the store is none");
        Problem::Internal
    })
}

/// Whether the client has it already (RFC 9110, section 13.1.2).
pub(in crate::front) fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    let fields = headers.get_all(header::IF_NONE_MATCH).into_iter().filter_map(|value| value.to_str().ok());
    fields
        .flat_map(|field| field.split(','))
        .map(str::trim)
        .any(|one| one == "*" || one.strip_prefix("W/").unwrap_or(one) == tag)
}

pub(in crate::front) fn with_tag(mut response: Response, tag: &str) -> Response {
    if let Ok(tag) = HeaderValue::from_str(tag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    private(response)
}

/// The files in the manifest's order, as they are kept; [`Problem::Gone`] where one is kept no longer.
async fn parts(
    store: &FrontStore,
    credential: CredentialHash,
    stream: StreamId,
    signed: &SignedManifest,
) -> Result<Vec<PartInfo>, Problem> {
    let number = ReleaseNumber(signed.manifest().number.get());
    let kept = store.parts(credential, stream, number).await?;
    let find = |part: &vauban_release::Part| {
        let is_it = |info: &&PartInfo| info.name.as_str() == part.name.as_str() && info.bytes == part.length;
        kept.iter().find(is_it).cloned().ok_or(Problem::Gone)
    };
    signed.manifest().parts.iter().map(find).collect()
}

/// Where the pieces of a release are.
struct From {
    store: FrontStore,
    credential: CredentialHash,
    stream: StreamId,
    number: ReleaseNumber,
}

impl From {
    /// Sends everything until the end, or until nobody listens. What cannot be read ends it: the body is short then, and breaks off.
    async fn send(self, head: Vec<u8>, parts: Vec<PartInfo>, to: Sender<Vec<u8>>) {
        if to.send(head).await.is_err() {
            return;
        }
        for part in parts {
            for chunk in 0..part.chunks {
                let Some(piece) = self.chunk(&part.name, chunk).await else { return };
                if !piece.is_empty() && to.send(piece).await.is_err() {
                    return;
                }
            }
        }
    }

    async fn chunk(&self, name: &PartName, chunk: u64) -> Option<Vec<u8>> {
        match self.store.chunk(self.credential, self.stream, self.number, name, chunk).await {
            Ok(piece) => piece,
            Err(error) => {
                tracing::warn!(%error, "a release broke off");
                None
            }
        }
    }
}
