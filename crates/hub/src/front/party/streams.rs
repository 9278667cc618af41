//! Which streams there are for a credential, and the chain of manifests of each.

use std::sync::Arc;

use axum::{
    extract::{Path, Query, State, rejection::QueryRejection},
    http::header,
    response::{IntoResponse, Response},
};
use data_encoding::{BASE64, HEXLOWER};
use serde::{Deserialize, Serialize};

use super::Party;
use crate::{
    front::{Front, answered::private, problem::Problem},
    store::{ReleaseNumber, StreamView},
};

/// Manifests in one answer: each has 64 KiB at the most.
const MANIFESTS: u64 = 50;
/// The greatest number of a release that JSON holds.
const GREATEST: u64 = (1 << 53) - 1;

#[derive(Serialize)]
struct Stream {
    id: String,
    title: String,
    description: String,
    /// The last release; 0 when there is none.
    number: u64,
    /// The digest of its manifest, in hexadecimal.
    digest: Option<String>,
}

impl From<StreamView> for Stream {
    fn from(view: StreamView) -> Self {
        Self {
            id: view.info.id.0.to_string(),
            title: view.info.title,
            description: view.info.description,
            number: view.head.0,
            digest: view.digest.map(|digest| HEXLOWER.encode(&digest.0)),
        }
    }
}

pub(in crate::front) async fn streams(State(front): State<Arc<Front>>, party: Party) -> Result<Response, Problem> {
    let streams: Vec<Stream> = front.store.streams(party.hash).await?.into_iter().map(Stream::from).collect();
    let body = serde_json::to_vec(&streams).map_err(|_| Problem::Internal)?;
    Ok(private(([(header::CONTENT_TYPE, "application/json")], body).into_response()))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::front) struct After {
    #[serde(default)]
    after: u64,
}

#[derive(Serialize)]
struct Line {
    number: u64,
    manifest: String,
    signature: String,
}

pub(in crate::front) async fn manifests(
    State(front): State<Arc<Front>>,
    party: Party,
    Path(stream): Path<String>,
    after: Result<Query<After>, QueryRejection>,
) -> Result<Response, Problem> {
    let Query(After { after }) = after.map_err(|_| Problem::Parameter)?;
    if after > GREATEST {
        return Err(Problem::Parameter);
    }
    let view = party.stream(&front, &stream).await?;
    let releases = front.store.releases(party.hash, view.info.id, ReleaseNumber(after), MANIFESTS).await?;
    let mut body = Vec::new();
    for release in releases {
        let (manifest, signature) = (BASE64.encode(&release.manifest), BASE64.encode(&release.signature));
        let line = Line { number: release.number.0, manifest, signature };
        serde_json::to_writer(&mut body, &line).map_err(|_| Problem::Internal)?;
        body.push(b'\n');
    }
    Ok(private(([(header::CONTENT_TYPE, "application/x-ndjson")], body).into_response()))
}
