//! A key signs (Web Authentication Level 3, §7.2): what signing in, coming back and approving have in common.

use webauthn_rs_core::proto::{
    AuthenticationResult, AuthenticationState, PublicKeyCredential, PublicKeyCredentialRequestOptions,
    UserVerificationPolicy,
};

use crate::{
    authenticator_data, client_data,
    credential::Credential,
    door::{Door, NotAsked, written},
    library::refused,
    refused::Refused,
    response,
    state::name,
};

impl Door {
    /// The options for keys that are named, or for any.
    pub(crate) fn question(&self, keys: &[Credential], challenge: [u8; 32]) -> Result<String, NotAsked> {
        let keys = keys.iter().map(|key| key.for_library(key.counter())).collect();
        let builder = self
            .library
            .new_challenge_authenticate_builder(keys, Some(UserVerificationPolicy::Required))
            .map_err(|_| NotAsked::Library)?;
        let (options, _) = self.library.generate_challenge_authenticate(builder).map_err(|_| NotAsked::Library)?;
        written(&PublicKeyCredentialRequestOptions { challenge: challenge.to_vec(), ..options.public_key })
    }

    /// Verifies a response to a challenge against the credential that was looked up. `counter` is the last one that counts.
    pub(crate) fn verify(
        &self,
        response: &PublicKeyCredential,
        challenge: &[u8; 32],
        credential: &Credential,
        counter: u32,
    ) -> Result<AuthenticationResult, Refused> {
        if response.raw_id != credential.id() {
            return Err(Refused::OtherCredential);
        }
        if response::handle(response)?.is_some_and(|person| person != credential.person()) {
            return Err(Refused::OtherPerson);
        }
        client_data::check(&response.response.client_data_json, "webauthn.get", challenge, &self.origin)?;
        authenticator_data::of_assertion(&response.response.authenticator_data)?;
        let asked: AuthenticationState = self.assertion.fill(challenge).ok_or(Refused::OtherCeremony)?;
        self.library
            .authenticate_single_credential(response, &asked, &credential.for_library(counter))
            .map_err(|error| refused(&error))
    }
}

/// Whether the response is from one of the keys that were named.
pub(crate) fn is_among(allowed: &[[u8; 32]], response: &PublicKeyCredential) -> Result<(), Refused> {
    if allowed.contains(&name(&response.raw_id)) { Ok(()) } else { Err(Refused::OtherCredential) }
}
