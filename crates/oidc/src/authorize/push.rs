//! Requests that a client pushes to us itself (RFC 9126): nothing of them passes through the browser, and nobody changes them there.

use jiff::Timestamp;
use rand::{CryptoRng, RngCore};
use serde_json::{Value, json};

use super::request::redirect;
use crate::{Call, Form, OidcError, Provider, Refusal, client::authenticate, paths, requests::Kind, rules::PUSHED};

/// What stands before the name of a request that was pushed.
pub(super) const PREFIX: &str = "urn:ietf:params:oauth:request_uri:";

/// A request that was pushed, as its client is told.
#[derive(Debug)]
pub struct Pushed(
    /// The answer (section 2.2).
    pub Value,
);

impl Provider {
    /// Takes a request that its client pushes.
    ///
    /// # Errors
    /// When the client does not authenticate, or the request is not as it should be.
    pub fn push<R: RngCore + CryptoRng>(
        &self,
        call: &Call<'_>,
        now: Timestamp,
        rng: &mut R,
    ) -> Result<Pushed, OidcError> {
        let form = Form::read(call.body)?;
        let client = authenticate(self, &form, call.authorization, now)?;
        if form.get("request_uri").is_some() {
            return Err(Refusal::RequestUri.into());
        }
        let redirect = redirect(&client, &form)?;
        let mut asked = self.asked(&client, &form, redirect)?;
        if let Some(shown) = self.proof(call, &client.known.id, (paths::PUSH, None), now)? {
            if asked.key.as_ref().is_some_and(|key| *key != shown) {
                return Err(Refusal::Proof("another key than dpop_jkt").into());
            }
            asked.key = Some(shown);
        }
        let secret = self.keep(Kind::Pushed, Some(&client), &asked, (now, PUSHED), rng)?;
        let name = format!("{PREFIX}{}", *secret.text());
        Ok(Pushed(json!({ "request_uri": name, "expires_in": PUSHED.as_secs() })))
    }
}
