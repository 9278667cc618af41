//! A second person's signature comes, as a file or as its text.

use axum::{
    extract::State,
    response::{IntoResponse as _, Redirect, Response},
};
use vauban_hub::{desk::DeskError, store::StoreError};

use super::{
    draft::render,
    form::Filled,
    kept::{Again, Wrong},
    seat::{Id, Seat, act, trouble},
    words,
};
use crate::request::Visitor;

pub(super) async fn approve(State(seat): State<Seat>, visitor: Visitor, Id(id): Id, filled: Filled) -> Response {
    // Browsers send the breaks of a text as two characters; minisign writes one.
    let pasted = filled.text("signature").replace("\r\n", "\n") + "\n";
    let signature = filled.files().first().map_or(pasted.as_bytes(), |(_, bytes)| bytes);
    let refused = match seat.desk.approve(act(&visitor), id, signature).await {
        Ok(_) => return Redirect::to(&format!("/drafts/{id}")).into_response(),
        Err(error @ (DeskError::Approvers(_) | DeskError::Store(StoreError::SecondPerson))) => error,
        Err(error) => return trouble(&visitor, &error),
    };
    let wrong = Wrong::said("signature", words::said(&refused));
    render(&seat, &visitor, id, Some(Again { filled: &filled, wrong: &wrong })).await
}
