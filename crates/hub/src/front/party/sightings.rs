//! Sightings: what a person at a party consented to send. It waits for the desk; the front reads no more of it than who signed.

use std::sync::Arc;

use axum::{
    extract::{Path, Request, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use uuid::Uuid;
use vauban_release::{Digest, Moment, SightingError, SignedSighting};

use super::Party;
use crate::{
    front::{Front, answered::private, problem::Problem, read_body},
    store::{Submission, SubmissionKind},
};

/// The longest sighting, in bytes.
const LONGEST: usize = 8192;

/// What the sender is told, then and later.
#[derive(Serialize)]
struct Told<'t> {
    /// The SHA-256 of what was sent.
    digest: Digest,
    /// When it came, RFC 3339.
    received: String,
    /// `waiting`, until the desk has it.
    status: &'t str,
}

pub(in crate::front) async fn give_sighting(
    State(front): State<Arc<Front>>,
    party: Party,
    Path(stream): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    let view = party.stream(&front, &stream).await?;
    let key = party.receipt_key.ok_or(Problem::NoReceiptKey)?;
    let body = read_body(request.into_body(), LONGEST, front.settings.limits.body).await?;
    let text = std::str::from_utf8(&body).map_err(|_| SightingError::Text)?;
    let (now, id) = ((front.clock)(), vauban_release::StreamId::new(view.info.id.0));
    let signed = SignedSighting::from_text(text)?;
    let key = signed.signature().by(&key.0).map_err(|error| SightingError::Line(error.into()))?;
    signed.verify(&key, front.settings.hub, id, Moment::new(now))?;
    let digest = Digest::of(&body);
    let submission = Submission {
        id: id_of(&party, digest),
        credential: party.hash,
        stream: view.info.id,
        kind: SubmissionKind::Sighting,
        received: now,
        status: "waiting".to_owned(),
        body: Some(body.to_vec()),
    };
    // The same bytes are the same sighting: what came first is told again.
    if let Some(there) = front.store.submission(party.hash, submission.id).await? {
        return told(StatusCode::OK, digest, &there);
    }
    front.store.submit(&submission).await?;
    told(StatusCode::CREATED, digest, &submission)
}

pub(in crate::front) async fn sighting(
    State(front): State<Arc<Front>>,
    party: Party,
    Path((stream, digest)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let view = party.stream(&front, &stream).await?;
    let digest: Digest = digest.parse().map_err(|_| Problem::NoSighting)?;
    let there = front.store.submission(party.hash, id_of(&party, digest)).await?;
    let is_it = |there: &Submission| there.kind == SubmissionKind::Sighting && there.stream == view.info.id;
    told(StatusCode::OK, digest, &there.filter(is_it).ok_or(Problem::NoSighting)?)
}

fn told(status: StatusCode, digest: Digest, there: &Submission) -> Result<Response, Problem> {
    let told = Told { digest, received: there.received.to_string(), status: &there.status };
    let body = serde_json::to_vec(&told).map_err(|_| Problem::Internal)?;
    Ok(private((status, [(header::CONTENT_TYPE, "application/json")], body).into_response()))
}

/// One sighting of one party has one id, which another party's can never take.
fn id_of(party: &Party, digest: Digest) -> Uuid {
    let both = Digest::of(&[&party.hash.0[..], &digest.bytes()[..]].concat());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&both.bytes()[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}
