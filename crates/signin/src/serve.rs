//! Serving all of it on a listener, until told to stop.

use std::future::Future;

use axum::Router;
use tokio::net::TcpListener;
use vauban_serve::{Limits, keep_serving};

use crate::{SignIn, app};

/// Serves pages and what proxies ask until `stop` is done; `more` are pages that belong behind the same gate.
pub async fn serve(listener: TcpListener, site: &SignIn, more: Router, stop: impl Future<Output = ()>) {
    keep_serving(listener, app(site, more), Limits::default(), stop).await;
}
