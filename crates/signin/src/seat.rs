//! Somebody who is signed in.

use axum::{
    extract::FromRequestParts,
    http::{Method, request::Parts},
    response::{IntoResponse as _, Redirect, Response},
};
use vauban_people::{Actor, Refusal, SessionHash, Who};

use crate::{SignIn, failed::Failed, visit::Browser};

/// Whoever holds the session of this request.
#[derive(Debug)]
pub(crate) struct Seat {
    pub(crate) who: Who,
    pub(crate) session: SessionHash,
    pub(crate) browser: Browser,
}

impl Seat {
    /// As `people` knows who asks.
    pub(crate) const fn actor(&self) -> Actor {
        Actor::Session(self.session)
    }

    /// One of two texts.
    pub(crate) const fn say(&self, fr: &'static str, en: &'static str) -> &'static str {
        match self.browser.lang {
            vauban_model::Lang::Fr => fr,
            vauban_model::Lang::En => en,
        }
    }
}

impl FromRequestParts<SignIn> for Seat {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, site: &SignIn) -> Result<Self, Response> {
        let browser = Browser::from_request_parts(parts, site).await?;
        let Some(session) = site.session(&parts.headers) else { return Err(away(&parts.method)) };
        match site.people().who(&session, site.now()) {
            Ok(Some(who)) => Ok(Self { who, session, browser }),
            Ok(None) => Err(away(&parts.method)),
            Err(error) => Err(Failed::from(error).response()),
        }
    }
}

/// Pages send people to sign in; whatever else asks is told that it may not.
fn away(method: &Method) -> Response {
    if method == Method::GET {
        Redirect::to("/signin").into_response()
    } else {
        Failed::from(Refusal::NoSession).response()
    }
}
