//! What proxies ask, and what browsers ask under a tool's name. None of it comes by our own name, and none of it changes anything
//! of a person's, so that the gate of our pages is not before it.

use axum::{Router, routing::get};

use super::{
    enter::enter,
    judge::{judge, judge_quietly},
    start::set_out,
};
use crate::SignIn;

/// The routes under the names of tools.
pub(crate) fn router() -> Router<SignIn> {
    Router::new()
        .route("/forward", get(judge))
        .route("/forward/quiet", get(judge_quietly))
        .route("/.vauban/start", get(set_out))
        .route("/.vauban/enter", get(enter))
}
