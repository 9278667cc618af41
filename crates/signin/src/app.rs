//! Everything that is served, with the gate that belongs before each part.

use axum::{Router, middleware};

use crate::{
    SignIn, forward,
    gate::{elsewhere, gate},
    router::router,
};

/// The whole server: pages behind their gate, with what else belongs there (how they look), and what proxies of tools ask.
pub fn app(site: &SignIn, more: Router) -> Router {
    let pages = router(site.clone()).merge(more).layer(middleware::from_fn_with_state(site.clone(), gate));
    let tools = forward::router().layer(middleware::from_fn_with_state(site.clone(), elsewhere));
    pages.merge(tools.with_state(site.clone()))
}
