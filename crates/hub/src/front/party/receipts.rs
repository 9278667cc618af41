//! Receipts: a party says that it took a release, and can be shown that it did.

use std::sync::Arc;

use axum::{
    extract::{Path, Request, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use vauban_release::{Moment, ReceiptError, SignedReceipt};

use super::{
    Party,
    releases::{signed, stored},
};
use crate::{
    front::{Front, answered::private, problem::Problem, read_body},
    store::{self, Noted},
};

/// The longest receipt, in bytes.
const LONGEST: usize = 4096;

pub(in crate::front) async fn give_receipt(
    State(front): State<Arc<Front>>,
    party: Party,
    Path((stream, name)): Path<(String, String)>,
    request: Request,
) -> Result<Response, Problem> {
    let (stream, number) = party.release(&front, &stream, &name).await?;
    let release = signed(&stored(&front, party.hash, stream, number).await?)?;
    let key = party.receipt_key.ok_or(Problem::NoReceiptKey)?;
    let body = read_body(request.into_body(), LONGEST, front.settings.limits.body).await?;
    let text = std::str::from_utf8(&body).map_err(|_| ReceiptError::Shape)?;
    let now = (front.clock)();
    let signed = SignedReceipt::from_text(text)?;
    signed.verify(&signed.signature().by(&key.0).map_err(ReceiptError::from)?, &release, Moment::new(now))?;
    let receipt = store::Receipt { stream, number, key, at: now, bytes: body.to_vec() };
    let status = match front.store.keep_receipt(party.hash, &receipt).await? {
        Noted::Now => StatusCode::CREATED,
        Noted::Before => StatusCode::OK,
    };
    Ok(private((status, [(header::CONTENT_TYPE, TEXT)], body).into_response()))
}

pub(in crate::front) async fn receipt(
    State(front): State<Arc<Front>>,
    party: Party,
    Path((stream, name)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let (stream, number) = party.release(&front, &stream, &name).await?;
    let kept = front.store.receipt(party.hash, stream, number).await?.ok_or(Problem::NoReceipt)?;
    Ok(private(([(header::CONTENT_TYPE, TEXT)], kept.bytes).into_response()))
}

/// What the hub signed in return, once its desk had the receipt.
pub(in crate::front) async fn countersigned(
    State(front): State<Arc<Front>>,
    party: Party,
    Path((stream, name)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let (stream, number) = party.release(&front, &stream, &name).await?;
    let seen = front.store.countersigned(party.hash, stream, number).await?.ok_or(Problem::NoReceipt)?;
    Ok(private(([(header::CONTENT_TYPE, TEXT)], seen).into_response()))
}

const TEXT: &str = "text/plain;charset=utf-8";
