//! A party joins: what its code opened is exchanged, once, for a credential that nobody else ever saw.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use vauban_release::{Joining, JoiningError};

use super::Party;
use crate::{
    front::{Front, answered::private, problem::Problem, read_body},
    store::{CredentialHash, JoinedParty, PublicKey},
};

/// The longest joining, in bytes.
const LONGEST: usize = 4096;

pub(in crate::front) async fn join(
    State(front): State<Arc<Front>>,
    party: Party,
    request: Request,
) -> Result<Response, Problem> {
    let body = read_body(request.into_body(), LONGEST, front.settings.limits.body).await?;
    let joining = std::str::from_utf8(&body).ok().ok_or(JoiningError::Key).and_then(Joining::from_text)?;
    if party.has_joined {
        return Err(Problem::Joined);
    }
    let joined = JoinedParty {
        credential: party.hash,
        shown: CredentialHash(*joining.credential().bytes()),
        receipt_key: PublicKey(joining.key().bytes()),
        at: (front.clock)(),
        bytes: body.to_vec(),
    };
    front.store.join(&joined).await?;
    Ok(private(StatusCode::CREATED.into_response()))
}
