//! Serving all of it on a listener, until told to stop.

use std::future::Future;

use axum::Router;
use tokio::net::TcpListener;
use vauban_serve::{keep_serving, timely};

use crate::{SignIn, app};

/// Serves pages and what proxies ask until `stop` is done; `more` are pages that belong behind the same gate.
pub async fn serve(listener: TcpListener, site: &SignIn, more: Router, stop: impl Future<Output = ()>) {
    let limits = site.settings().limits;
    keep_serving(listener, timely(app(site, more), limits.body), limits, stop).await;
}
