//! What is served where.

use std::{future::Future, io, sync::Arc};

use axum::{
    Extension, Router,
    routing::{get, post, put},
};
use jiff::Timestamp;
use tokio::net::TcpListener;
use vauban_serve::keep_serving;

use super::{Settings, openapi, party, problem::Problem, taxii, views};
use crate::{signer::Evaluate, store::FrontStore};

/// A front: what it keeps, what it was told, and whom it asks.
#[derive(Debug, Clone)]
pub struct Front {
    /// What it keeps.
    pub store: FrontStore,
    /// What it was told.
    pub settings: Settings,
    /// The clock.
    pub clock: fn() -> Timestamp,
    /// The system's good randomness, for ids that nobody can guess.
    pub random: fn(&mut [u8]) -> io::Result<()>,
    /// Who evaluates blind look-ups.
    pub signer: Arc<dyn Evaluate>,
}

/// All that a front answers.
pub fn router(front: Front) -> Router {
    Router::new()
        .route("/hub/v1/openapi.json", get(openapi::show))
        .route("/hub/v1/streams", get(party::streams))
        .route("/hub/v1/streams/{stream}/manifests", get(party::manifests))
        .route("/hub/v1/streams/{stream}/releases/{number}", get(party::release))
        .route("/hub/v1/streams/{stream}/releases/{number}/receipt", put(party::give_receipt).get(party::receipt))
        .route("/hub/v1/streams/{stream}/releases/{number}/receipt/seen", get(party::countersigned))
        .route("/hub/v1/streams/{stream}/sightings", post(party::give_sighting))
        .route("/hub/v1/streams/{stream}/sightings/{digest}", get(party::sighting))
        .route("/hub/v1/streams/{stream}/counts/{week}", put(party::give_counts))
        .route("/hub/v1/joining", put(party::join))
        .route("/hub/v1/streams/{stream}/views/{format}", get(views::view))
        .route("/hub/v1/streams/{stream}/misp/manifest.json", get(views::manifest))
        .route("/hub/v1/streams/{stream}/misp/hashes.csv", get(views::hashes))
        .route("/hub/v1/streams/{stream}/misp/{event}", get(views::event))
        .layer(Extension(Arc::new(views::Room::default())))
        .route("/hub/v1/keys", get(party::keys))
        .route("/hub/v1/blind", post(party::blind))
        .method_not_allowed_fallback(async || Problem::Method)
        .fallback(taxii::answer)
        .with_state(Arc::new(front))
}

/// Serves on a listener until `stop` is done.
pub async fn serve(front: Front, listener: TcpListener, stop: impl Future<Output = ()> + Send) {
    let limits = front.settings.limits;
    keep_serving(listener, router(front), limits, stop).await;
}
