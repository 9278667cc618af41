//! Somebody who is signed in.

use axum::{extract::FromRequestParts, http::request::Parts, response::Response};
use vauban_people::{Actor, Refusal, Role, SessionHash, Who};

use crate::{
    SignIn,
    away::{away, is_script},
    failed::Failed,
    pages,
    visit::Browser,
};

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

    /// Whether this session administers, and if not, why.
    pub(crate) fn must_administer(&self) -> Result<(), Refusal> {
        match self.who.role {
            _ if self.who.may_administer => Ok(()),
            Role::Administrator if self.who.is_elsewhere => Err(Refusal::ByAccount),
            Role::Administrator => Err(Refusal::NotBound),
            Role::Member => Err(Refusal::NotAdministrator),
        }
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
        match site.held(&parts.headers) {
            Ok(Some((session, who))) => Ok(Self { who, session, browser }),
            Ok(None) => Err(away(site, parts)),
            Err(error) if is_script(&parts.headers) => Err(Failed::from(error).response()),
            Err(error) => Err(pages::turned_away(site, browser.lang, &error.into())),
        }
    }
}
