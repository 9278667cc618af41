//! Statements of counts: numbers that a party agreed to tell, once for each stream and week. They wait for the desk; the front looks at
//! who signed, for what and when.

use std::sync::Arc;

use axum::{
    extract::{Path, Request, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use vauban_release::{CountsError, LineError, MOST_WEEKS, Moment, SignedCounts, Week};

use super::Party;
use crate::{
    front::{Front, answered::private, problem::Problem, read_body},
    store::{Noted, ToldCounts},
};

/// The longest statement, in bytes.
const LONGEST: usize = 4096;

pub(in crate::front) async fn give_counts(
    State(front): State<Arc<Front>>,
    party: Party,
    Path((stream, week)): Path<(String, String)>,
    request: Request,
) -> Result<Response, Problem> {
    let view = party.stream(&front, &stream).await?;
    let week: Week = week.parse().map_err(|_| Problem::Parameter)?;
    let key = party.receipt_key.ok_or(Problem::NoReceiptKey)?;
    let body = read_body(request.into_body(), LONGEST, front.settings.limits.body).await?;
    let text = std::str::from_utf8(&body).map_err(|_| CountsError::Line(LineError::Shape))?;
    let (now, id) = ((front.clock)(), vauban_release::StreamId::new(view.info.id.0));
    let signed = SignedCounts::from_text(text)?;
    let key = signed.signature().by(&key.0).map_err(|error| CountsError::Line(error.into()))?;
    signed.verify(&key, front.settings.hub, (id, week), Moment::new(now))?;
    // Old weeks are bounded, or a party could fill the disk with all that there ever were.
    if week.age(now) > MOST_WEEKS {
        return Err(CountsError::Late(week).into());
    }
    let told = ToldCounts { credential: party.hash, stream: view.info.id, week, received: now, bytes: body.to_vec() };
    let status = match front.store.keep_counts(&told).await? {
        Noted::Now => StatusCode::CREATED,
        Noted::Before => StatusCode::OK,
    };
    Ok(private((status, [(header::CONTENT_TYPE, "text/plain;charset=utf-8")], body).into_response()))
}
