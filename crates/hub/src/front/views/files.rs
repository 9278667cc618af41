//! The files of a feed of MISP, by their names.

use std::sync::Arc;

use axum::{
    Extension,
    extract::{Path, State},
    http::HeaderMap,
    response::Response,
};

use super::{
    Room,
    feed::day_of,
    view::{What, answered},
    walk::Looking,
};
use crate::front::{Front, party::Party, problem::Problem};

pub(in crate::front) async fn manifest(
    State(front): State<Arc<Front>>,
    Extension(room): Extension<Arc<Room>>,
    party: Party,
    Path(stream): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    whole(&front, &room, &party, &stream, &headers, &What::Manifest).await
}

pub(in crate::front) async fn hashes(
    State(front): State<Arc<Front>>,
    Extension(room): Extension<Arc<Room>>,
    party: Party,
    Path(stream): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    whole(&front, &room, &party, &stream, &headers, &What::Hashes).await
}

pub(in crate::front) async fn event(
    State(front): State<Arc<Front>>,
    Extension(room): Extension<Arc<Room>>,
    party: Party,
    Path((stream, file)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let view = party.stream(&front, &stream).await?;
    let uuid = file.strip_suffix(".json").ok_or(Problem::Event)?;
    let looking = Looking { front: &front, credential: party.hash, view: &view, now: (front.clock)() };
    let date = day_of(looking, uuid).await?.ok_or(Problem::Event)?;
    answered(looking, &room, &headers, &What::Event(uuid.to_owned(), date)).await
}

/// A file that is made of all events.
async fn whole(
    front: &Front,
    room: &Room,
    party: &Party,
    stream: &str,
    headers: &HeaderMap,
    what: &What,
) -> Result<Response, Problem> {
    let view = party.stream(front, stream).await?;
    let looking = Looking { front, credential: party.hash, view: &view, now: (front.clock)() };
    answered(looking, room, headers, what).await
}
