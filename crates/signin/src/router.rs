//! Which request goes where.

use axum::{
    Router,
    extract::DefaultBodyLimit,
    routing::{get, post},
};

use crate::{
    SignIn,
    ceremony::{AddKey, Approve, Enrol, Enter, Fresh, LONGEST, answer, ask, who},
    device::{BIND, REFRESH, bind, refresh},
    forward, pages,
};

/// The routes of signing in. [`gate`](crate::gate) belongs before them.
pub fn router(site: SignIn) -> Router {
    Router::new()
        .route("/signin", get(pages::sign_in))
        .route("/signin/script.js", get(pages::script))
        .route("/signin/ask", post(ask::<Enter>))
        .route("/signin/answer", post(answer::<Enter>))
        .route(BIND, post(bind))
        .route(REFRESH, post(refresh))
        .route("/signin/out", post(pages::sign_out))
        .route("/enrol", get(pages::enrol))
        .route("/enrol/who", post(who))
        .route("/enrol/ask", post(ask::<Enrol>))
        .route("/enrol/answer", post(answer::<Enrol>))
        .route("/mine", get(pages::mine))
        .route("/mine/fresh/ask", post(ask::<Fresh>))
        .route("/mine/fresh/answer", post(answer::<Fresh>))
        .route("/mine/keys/ask", post(ask::<AddKey>))
        .route("/mine/keys/answer", post(answer::<AddKey>))
        .route("/mine/keys/{id}/remove", post(pages::remove_key))
        .route("/mine/sessions/{id}/end", post(pages::end_session))
        .route("/forward/start", get(forward::go))
        .route("/requests", get(pages::requests))
        .route("/requests/{id}", get(pages::request))
        .route("/requests/{id}/veto", post(pages::veto))
        .route("/requests/{id}/ask", post(ask::<Approve>))
        .route("/requests/{id}/answer", post(answer::<Approve>))
        .layer(DefaultBodyLimit::max(LONGEST))
        .with_state(site)
}
