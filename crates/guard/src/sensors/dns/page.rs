//! The page that a blocked name leads to: it says what was blocked, by which rule, and what to do.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use axum::{
    Router,
    extract::{ConnectInfo, State},
    http::{HeaderMap, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use tokio::net::TcpListener;
use vauban_model::Text;
use vauban_policy::{Object, Verdict, day};

use super::engine::Engine;
use crate::{Stopping, sensor::told_to_stop};

/// What is told of a name that is blocked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// The name.
    pub host: String,
    /// The id of the rule; empty where the name itself is not blocked.
    pub rule: String,
    /// Why.
    pub reason: Text,
}

/// Shows it as a page.
pub type Page = Arc<dyn Fn(&Shown) -> String + Send + Sync>;

/// The port that browsers come to.
const PORT: u16 = 80;

/// The address of the page: with a port of its own only in tests and behind others' servers.
pub(crate) fn address(text: &str) -> Option<SocketAddr> {
    text.parse().ok().or_else(|| Some(SocketAddr::new(text.parse::<IpAddr>().ok()?, PORT)))
}

/// Serves the page until told to stop.
pub(super) async fn serve(listener: TcpListener, engine: Arc<Engine>, mut stopping: Stopping) {
    let routes = Router::new().fallback(page).with_state(engine);
    let service = routes.into_make_service_with_connect_info::<SocketAddr>();
    let served =
        axum::serve(listener, service).with_graceful_shutdown(async move { told_to_stop(&mut stopping).await });
    let _ = served.await;
}

async fn page(
    State(engine): State<Arc<Engine>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
) -> Response {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let host = host.rsplit_once(':').map_or(host, |(host, _)| host).to_ascii_lowercase();
    let is_name = !host.is_empty()
        && host.len() <= 253
        && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'));
    let Some(asker) = engine.asker_at(peer.ip().to_canonical()).filter(|_| is_name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let plan = engine.plan();
    let now = (engine.now)();
    let found = plan.name(&host, now);
    // The same decision as the one that led here: the page can say nothing else than `policy explain` does.
    let rule = plan.rules.settle(asker.place, Object::Name(&host), found.known(), day(now));
    let (id, reason) = if rule.verdict() == Verdict::Block {
        (plan.rules.rule_id(rule, asker.place, found.known()), plan.rules.reason(rule, asker.place))
    } else {
        let led = Text::new(
            "Ce nom mène à quelque chose qui est bloqué, ou vient de le devenir.",
            "This name leads to something that is blocked, or has just become free.",
        );
        (String::new(), led)
    };
    let headers = [
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
        ),
        (header::CACHE_CONTROL, "no-store"),
    ];
    let shown = Shown { host, rule: id, reason };
    (StatusCode::FORBIDDEN, headers, Html((engine.page)(&shown))).into_response()
}
