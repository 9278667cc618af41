//! Blind look-ups: a batch is read, counted, passed to the signer, and its answer handed back. Nothing of either is kept or logged.
//!
//! What is malformed costs nothing. What is well-formed is counted *before* the signer is asked, so that no crash gives an answer that
//! was not counted; it is given back when the signer refused it or did not answer, since then nothing was learnt.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::header,
    response::{IntoResponse, Response},
};
use vauban_blind::{Batch, BatchSize, Slot, WireError};

use super::Party;
use crate::{
    front::{Front, answered::private, body::Unread, problem::Problem, read_body},
    store::Spent,
};

/// Budgets count batches.
const BATCH: u64 = 1;
/// The media type of an evaluation.
const EVALUATED: &str = "application/vnd.vauban.evaluated";

pub(in crate::front) async fn blind(
    State(front): State<Arc<Front>>,
    party: Party,
    request: Request,
) -> Result<Response, Problem> {
    let batch = batch(&front, request).await?;
    let (slot, left) = slot(&front);
    let number = i64::from(slot.number());
    if front.store.spend(party.hash, number, BATCH).await? == Spent::Exhausted {
        return Err(Problem::Budget(left));
    }
    match front.signer.evaluate(batch).await {
        Ok(evaluated) => Ok(private(([(header::CONTENT_TYPE, EVALUATED)], evaluated.to_bytes()).into_response())),
        Err(refused) => {
            front.store.give_back(party.hash, number, BATCH).await?;
            Err(refused.into())
        }
    }
}

/// The batch in a body of the one length that it has. Checking its elements takes a core for milliseconds.
async fn batch(front: &Front, request: Request) -> Result<Batch, Problem> {
    let size: BatchSize = front.settings.batch;
    let expected = Batch::wire_length(size);
    let body = read_body(request.into_body(), expected, front.settings.limits.body).await;
    let body = body.map_err(|unread| match unread {
        Unread::TooLong => WireError::Length { expected, found: expected + 1 }.into(),
        Unread::Slow => Problem::Slow,
    })?;
    let read = tokio::task::spawn_blocking(move || Batch::from_bytes(&body, size));
    Ok(read.await.map_err(|_| Problem::Internal)??)
}

/// The slot of now, and the seconds until the next.
fn slot(front: &Front) -> (Slot, i64) {
    let (slots, now) = (front.settings.slots, (front.clock)());
    let slot = slots.at(now);
    let next = slots.begins(Slot::new(slot.number().saturating_add(1)));
    (slot, (next.as_second() - now.as_second()).max(1))
}
