//! `/healthz` and `/metrics`, for the machine itself.

use axum::{Router, http::StatusCode, routing::get};
use tokio::net::TcpListener;

use crate::{Metrics, Stopping, sensor::told_to_stop};

/// Serves until the process is to end.
pub(crate) async fn serve(listener: TcpListener, metrics: Metrics, sensors: Vec<&'static str>, mut stopping: Stopping) {
    let for_health = metrics.clone();
    let router = Router::new()
        .route(
            "/healthz",
            get(move || async move {
                let down: Vec<&str> =
                    sensors.iter().copied().filter(|name| for_health.value("vauban_sensor_up", name) < 1.0).collect();
                if down.is_empty() {
                    (StatusCode::OK, "ok\n".to_owned())
                } else {
                    (StatusCode::SERVICE_UNAVAILABLE, format!("down: {}\n", down.join(", ")))
                }
            }),
        )
        .route(
            "/metrics",
            get(move || async move { ([("content-type", "text/plain; version=0.0.4")], metrics.text()) }),
        );
    let stopped = async move { told_to_stop(&mut stopping).await };
    if let Err(error) = axum::serve(listener, router).with_graceful_shutdown(stopped).await {
        tracing::error!(%error, "health and metrics are no longer served");
    }
}
