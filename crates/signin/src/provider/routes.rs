//! Which request goes where, and which need not come from a page of ours.

use axum::{
    Router,
    extract::DefaultBodyLimit,
    routing::{get, post},
};
use vauban_oidc::{LONGEST, paths};

use super::{Desk, authorize, logout, machine};

/// Where a browser goes on with what a tool asked for.
pub(crate) const CONTINUE: &str = "/oidc/continue";
/// Where a browser goes on with a tool's wish to sign out.
pub(super) const LEAVE: &str = "/oidc/logout/continue";
/// Where a person says that they want to sign out.
pub(super) const CONFIRM: &str = "/oidc/logout/confirm";

/// The routes of the provider, to be merged with those of signing in. [`gate`](crate::gate) belongs before them.
pub fn router(desk: Desk) -> Router {
    Router::new()
        .route(paths::DISCOVERY, get(machine::discovery))
        .route(paths::KEYS, get(machine::keys))
        .route(paths::AUTHORIZE, get(authorize::asked).post(authorize::sent))
        .route(CONTINUE, get(authorize::go_on))
        .route(paths::PUSH, post(machine::push))
        .route(paths::TOKEN, post(machine::token))
        .route(paths::USERINFO, get(machine::userinfo).post(machine::userinfo))
        .route(paths::REVOKE, post(machine::revoke))
        .route(paths::LOGOUT, get(logout::asked).post(logout::sent))
        .route(LEAVE, get(logout::go_on))
        .route(CONFIRM, post(logout::confirmed))
        .layer(DefaultBodyLimit::max(LONGEST))
        .with_state(desk)
}

/// Whether a request may come from anywhere: from tools, which are no browsers, or by a browser from a tool's page. None of these acts by the
/// cookie of a session.
pub(crate) fn is_open(path: &str) -> bool {
    [paths::AUTHORIZE, paths::PUSH, paths::TOKEN, paths::USERINFO, paths::REVOKE, paths::LOGOUT].contains(&path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_acts_by_a_cookie_is_not_open() {
        for path in [CONTINUE, LEAVE, CONFIRM, "/oidc/token/", "/oidc/TOKEN", "/oidc/authorize/x", "/signin/out", ""] {
            assert!(!is_open(path), "{path}");
        }
        assert!(is_open(paths::TOKEN));
    }
}
