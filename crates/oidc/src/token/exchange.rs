//! What is the same for both grants: the client shows who it is, and a key if it has one.

use jiff::Timestamp;
use rand::{CryptoRng, RngCore};
use serde_json::Value;

use crate::{Call, Client, Form, OidcError, Provider, Refusal, Subjects, client::authenticate, paths};

/// What the three steps of both grants share.
pub(super) struct Exchange<'a> {
    pub(super) client: Client,
    pub(super) form: &'a Form,
    /// The thumbprint of the key that was shown.
    pub(super) key: Option<String>,
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
