//! The signer as a process of its own, on a loopback address or a Unix socket. A front on another machine comes through a tunnel.
//!
//! `POST /evaluate` with the shared secret: a batch in, an evaluation out. 400 for what is no batch, 401 without the secret, 409 for
//! another epoch or key with the signer's epoch as a number in the body, 503 when it fails. It logs that it serves, and no batch.

use std::{io, sync::Arc};

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use tokio::net::{TcpListener, UnixListener};
use vauban_blind::{Batch, BatchSize};
use vauban_serve::{Limits, keep_serving};

use super::{Evaluate, Local, NotEvaluated, Secret};
use crate::front::read_body;

/// What all requests share.
#[derive(Clone)]
struct Shared {
    signer: Local,
    size: BatchSize,
    secret: Secret,
}

/// Serves on an address of this machine until `stop` is done.
///
/// # Errors
/// When the address is not of this machine alone.
pub async fn serve(
    listener: TcpListener,
    signer: Local,
    size: BatchSize,
    secret: Secret,
    stop: impl Future<Output = ()> + Send,
) -> io::Result<()> {
    if !listener.local_addr()?.ip().is_loopback() {
        return Err(io::Error::other("the signer is served on this machine alone: bring fronts to it by a tunnel"));
    }
    keep_serving(listener, router(signer, size, secret), Limits::default(), stop).await;
    Ok(())
}

/// Serves on a Unix socket until `stop` is done. Who may write to the socket's file is the caller's to set.
pub async fn serve_unix(
    listener: UnixListener,
    signer: Local,
    size: BatchSize,
    secret: Secret,
    stop: impl Future<Output = ()> + Send,
) {
    keep_serving(listener, router(signer, size, secret), Limits::default(), stop).await;
}

fn router(signer: Local, size: BatchSize, secret: Secret) -> Router {
    Router::new().route("/evaluate", post(evaluate)).with_state(Arc::new(Shared { signer, size, secret }))
}

async fn evaluate(State(shared): State<Arc<Shared>>, headers: HeaderMap, request: Request) -> Response {
    let shown = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !shared.secret.is_shown(shown) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let reading = read_body(request.into_body(), Batch::wire_length(shared.size), Limits::default().body);
    let Ok(bytes) = reading.await else { return StatusCode::BAD_REQUEST.into_response() };
    let Ok(batch) = Batch::from_bytes(&bytes, shared.size) else { return StatusCode::BAD_REQUEST.into_response() };
    match shared.signer.evaluate(batch).await {
        Ok(evaluated) => Body::from(evaluated.to_bytes()).into_response(),
        Err(NotEvaluated::Epoch { ours, .. }) => (StatusCode::CONFLICT, ours.to_string()).into_response(),
        Err(NotEvaluated::Key(epoch)) => (StatusCode::CONFLICT, epoch.to_string()).into_response(),
        Err(NotEvaluated::Away) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}
