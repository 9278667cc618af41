//! What tools ask themselves. They bring no cookie, and none is looked at; pages of others read no answer, since there is no CORS.

use axum::{
    body::Bytes,
    extract::State,
    http::{HeaderMap, Method, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use jiff::Timestamp;
use rand_chacha::ChaCha20Rng;
use serde_json::json;
use vauban_oidc::{Call, OidcError, Refusal};

use super::{
    Desk,
    answer::{failed, not_shown, told},
};

pub(super) async fn discovery(State(desk): State<Desk>) -> Response {
    told(StatusCode::OK, &desk.provider.metadata())
}

pub(super) async fn keys(State(desk): State<Desk>) -> Response {
    let keys = desk.beside(|desk, now, _| desk.provider.key_set(now)).await;
    keys.map_or_else(|error| failed(&error), |keys| told(StatusCode::OK, &keys))
}

pub(super) async fn token(State(desk): State<Desk>, headers: HeaderMap, body: Bytes) -> Response {
    let asked = Asked { method: Method::POST, headers, body };
    let tokens = asked.of(&desk, |desk, call, now, rng| desk.provider.token(call, &desk.site, now, rng)).await;
    tokens.map_or_else(|error| failed(&error), |tokens| told(StatusCode::OK, &tokens))
}

pub(super) async fn push(State(desk): State<Desk>, headers: HeaderMap, body: Bytes) -> Response {
    let asked = Asked { method: Method::POST, headers, body };
    let pushed = asked.of(&desk, |desk, call, now, rng| desk.provider.push(call, now, rng)).await;
    pushed.map_or_else(|error| failed(&error), |pushed| told(StatusCode::CREATED, &pushed.0))
}

pub(super) async fn revoke(State(desk): State<Desk>, headers: HeaderMap, body: Bytes) -> Response {
    let asked = Asked { method: Method::POST, headers, body };
    let revoked = asked.of(&desk, |desk, call, now, _| desk.provider.revoke(call, now)).await;
    revoked.map_or_else(|error| failed(&error), |()| told(StatusCode::OK, &json!({})))
}

pub(super) async fn userinfo(State(desk): State<Desk>, method: Method, headers: HeaderMap, body: Bytes) -> Response {
    // What HEAD would tell is nothing.
    if method == Method::HEAD {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    let asked = Asked { method, headers, body };
    let told_of = asked.of(&desk, |desk, call, now, _| desk.provider.userinfo(call, &desk.site, now)).await;
    told_of.map_or_else(|error| not_shown(&error), |claims| told(StatusCode::OK, &claims))
}

/// A request of a tool.
struct Asked {
    method: Method,
    headers: HeaderMap,
    body: Bytes,
}

impl Asked {
    async fn of<T, F>(self, desk: &Desk, work: F) -> Result<T, OidcError>
    where
        T: Send + 'static,
        F: FnOnce(&Desk, &Call<'_>, Timestamp, &mut ChaCha20Rng) -> Result<T, OidcError> + Send + 'static,
    {
        let is_form = self
            .text(header::CONTENT_TYPE.as_str())?
            .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
        if !is_form && !self.body.is_empty() {
            return Err(Refusal::Invalid("content-type").into());
        }
        desk.beside(move |desk, now, rng| {
            let proofs = self.headers.get_all("dpop").iter().map(|proof| proof.to_str());
            let proofs: Vec<&str> =
                proofs.collect::<Result<_, _>>().map_err(|_| Refusal::Proof("it cannot be read"))?;
            let authorization = self.text(header::AUTHORIZATION.as_str())?;
            let call = Call { method: self.method.as_str(), authorization, proofs: &proofs, body: &self.body };
            work(desk, &call, now, rng)
        })
        .await
    }

    /// A header that is there once.
    fn text(&self, name: &str) -> Result<Option<&str>, Refusal> {
        let mut values = self.headers.get_all(name).iter();
        let first = values.next().map(|value| value.to_str());
        if values.next().is_some() {
            return Err(Refusal::Twice);
        }
        first.transpose().map_err(|_| Refusal::Invalid("header"))
    }
}
