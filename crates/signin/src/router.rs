//! Which request goes where.

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Path, State},
    response::Response,
    routing::{get, post},
};
use vauban_people::RequestId;

use crate::{
    SignIn,
    ceremony::{AddKey, Approve, Enrol, Enter, Fresh, LONGEST, answer, ask, who},
    pages,
    seat::Seat,
    visit::Browser,
};

/// The routes of signing in. [`gate`](crate::gate) belongs before them.
pub fn router(site: SignIn) -> Router {
    Router::new()
        .route("/signin", get(pages::sign_in))
        .route("/signin/script.js", get(pages::script))
        .route(
            "/signin/ask",
            post(|site: State<SignIn>, browser: Browser, body: Bytes| ask(site, browser, Enter, body)),
        )
        .route(
            "/signin/answer",
            post(|site: State<SignIn>, browser: Browser, body: Bytes| answer(site, browser, Enter, body)),
        )
        .route("/signin/out", post(pages::sign_out))
        .route("/enrol", get(pages::enrol))
        .route("/enrol/who", post(who))
        .route("/enrol/ask", post(|site: State<SignIn>, browser: Browser, body: Bytes| ask(site, browser, Enrol, body)))
        .route(
            "/enrol/answer",
            post(|site: State<SignIn>, browser: Browser, body: Bytes| answer(site, browser, Enrol, body)),
        )
        .route("/mine", get(pages::mine))
        .route(
            "/mine/fresh/ask",
            post(|site: State<SignIn>, seat: Seat, browser: Browser, body: Bytes| {
                ask(site, browser, Fresh(seat), body)
            }),
        )
        .route(
            "/mine/fresh/answer",
            post(|site: State<SignIn>, seat: Seat, browser: Browser, body: Bytes| {
                answer(site, browser, Fresh(seat), body)
            }),
        )
        .route(
            "/mine/keys/ask",
            post(|site: State<SignIn>, seat: Seat, browser: Browser, body: Bytes| {
                ask(site, browser, AddKey(seat), body)
            }),
        )
        .route(
            "/mine/keys/answer",
            post(|site: State<SignIn>, seat: Seat, browser: Browser, body: Bytes| {
                answer(site, browser, AddKey(seat), body)
            }),
        )
        .route("/mine/keys/{id}/remove", post(pages::remove_key))
        .route("/mine/sessions/{id}/end", post(pages::end_session))
        .route("/requests", get(pages::requests))
        .route("/requests/{id}", get(pages::request))
        .route("/requests/{id}/veto", post(pages::veto))
        .route("/requests/{id}/ask", post(ask_approval))
        .route("/requests/{id}/answer", post(approve))
        .layer(DefaultBodyLimit::max(LONGEST))
        .with_state(site)
}

async fn ask_approval(
    site: State<SignIn>,
    seat: Seat,
    browser: Browser,
    Path(request): Path<RequestId>,
    body: Bytes,
) -> Response {
    ask(site, browser, Approve { seat, request }, body).await
}

async fn approve(
    site: State<SignIn>,
    seat: Seat,
    browser: Browser,
    Path(request): Path<RequestId>,
    body: Bytes,
) -> Response {
    answer(site, browser, Approve { seat, request }, body).await
}
