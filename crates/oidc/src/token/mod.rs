//! The token endpoint (RFC 6749, section 3.2): a code, or a refresh token, for tokens. There is no other grant: no password, no device code,
//! nothing without a person who touched a key here.

mod code;
mod issue;
mod refresh;

use jiff::Timestamp;
use rand::{CryptoRng, RngCore};
use serde_json::Value;

use crate::{Call, Form, OidcError, Provider, Refusal, Subjects, client::authenticate, paths};

/// What the three steps of both grants share.
struct Exchange<'a> {
    client: crate::Client,
    form: &'a Form,
    /// The thumbprint of the key that was shown.
    key: Option<String>,
}

impl Provider {
    /// Exchanges a code or a refresh token for tokens (sections 4.1.3 and 6). Who is signed in is asked again each time.
    ///
    /// # Errors
    /// When the client does not authenticate, or a rule refuses.
    pub fn token<R: RngCore + CryptoRng>(
        &self,
        call: &Call<'_>,
        subjects: &impl Subjects,
        now: Timestamp,
        rng: &mut R,
    ) -> Result<Value, OidcError> {
        let form = Form::read(call.body)?;
        let grant_type = form.need("grant_type")?;
        if !matches!(grant_type, "authorization_code" | "refresh_token") {
            return Err(Refusal::GrantType.into());
        }
        let client = authenticate(self, &form, call.authorization, now)?;
        let key = self.proof(call, &client.known.id, (paths::TOKEN, None), now)?;
        let exchange = Exchange { client, form: &form, key };
        match grant_type {
            "authorization_code" => self.redeem(&exchange, subjects, now, rng),
            _ => self.refresh(&exchange, subjects, now, rng),
        }
    }
}
