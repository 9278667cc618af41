//! Which request goes where.

use axum::{
    Router,
    extract::DefaultBodyLimit,
    routing::{get, post},
};

use crate::{
    SignIn,
    ceremony::{
        AddAccount, AddKey, Approve, BreakGlass, Enrol, Enter, Fresh, GiveLink, GlassKey, LONGEST, answer, ask, who,
    },
    device::{BIND, REFRESH, bind, refresh},
    elsewhere, forward,
    pages::{self, people},
};

/// The routes of signing in. `gate` belongs before them.
pub(crate) fn router(site: SignIn) -> Router {
    Router::new()
        .route("/signin", get(pages::sign_in))
        .route("/signin/script.js", get(pages::script))
        .route("/signin/ask", post(ask::<Enter>))
        .route("/signin/answer", post(answer::<Enter>))
        .route(elsewhere::RETURN, get(elsewhere::come_back).post(elsewhere::sign_in))
        .route(elsewhere::ARRIVE, get(elsewhere::arrive))
        .route(BIND, post(bind))
        .route(REFRESH, post(refresh))
        .route("/signin/out", post(pages::sign_out))
        .route("/enrol", get(pages::enrol))
        .route("/enrol/who", post(who))
        .route("/enrol/ask", post(ask::<Enrol>))
        .route("/enrol/answer", post(answer::<Enrol>))
        .route("/enrol/elsewhere", post(elsewhere::enrol))
        .route("/mine", get(pages::mine))
        .route("/mine/fresh/ask", post(ask::<Fresh>))
        .route("/mine/fresh/answer", post(answer::<Fresh>))
        .route("/mine/keys/ask", post(ask::<AddKey>))
        .route("/mine/keys/answer", post(answer::<AddKey>))
        .route("/mine/keys/{id}/remove", post(pages::remove_key))
        .route("/mine/accounts/ask", post(ask::<AddAccount>))
        .route("/mine/accounts/answer", post(answer::<AddAccount>))
        .route("/mine/accounts/{id}/remove", post(pages::remove_account))
        .route("/mine/sessions/{id}/end", post(pages::end_session))
        .route("/forward/start", get(forward::go))
        .route("/requests", get(pages::requests))
        .route("/requests/{id}", get(pages::request))
        .route("/requests/{id}/veto", post(pages::veto))
        .route("/requests/{id}/ask", post(ask::<Approve>))
        .route("/requests/{id}/answer", post(answer::<Approve>))
        .route("/requests/{id}/link/ask", post(ask::<GiveLink>))
        .route("/requests/{id}/link/answer", post(answer::<GiveLink>))
        .route("/glass/{id}", get(pages::glass))
        .route("/glass/{id}/ask", post(ask::<BreakGlass>))
        .route("/glass/{id}/answer", post(answer::<BreakGlass>))
        .merge(administration())
        .layer(DefaultBodyLimit::max(LONGEST))
        .with_state(site)
}

/// The pages of administrators.
fn administration() -> Router<SignIn> {
    Router::new()
        .route("/people", get(people::list))
        .route("/people/invite", get(people::invitation).post(people::invite))
        .route("/people/glass", get(people::glass_keys).post(people::ask_glass_keys))
        .route("/people/glass/ask", post(ask::<GlassKey>))
        .route("/people/glass/answer", post(answer::<GlassKey>))
        .route("/people/glass/again", post(people::glass_keys_again))
        .route("/people/{id}", get(people::person))
        .route("/people/{id}/leave", get(people::before_leaving).post(people::leave))
        .route("/people/{id}/recover", post(people::recover))
        .route("/people/{id}/role", post(people::ask_role))
        .route("/people/{id}/suspend", post(people::suspend))
        .route("/people/{id}/resume", post(people::resume))
        .route("/people/{id}/groups", post(people::set_groups))
        .route("/people/{id}/end", post(people::set_end))
        .route("/people/{id}/keys/{key}/remove", post(people::remove_key))
        .route("/people/{id}/accounts/{account}/remove", post(people::remove_account))
        .route("/people/{id}/sessions/end", post(people::end_all))
        .route("/people/{id}/sessions/{session}/end", post(people::end_session))
        .route("/audit", get(people::audit))
}
