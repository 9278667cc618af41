//! Somebody signs in, or shows once more that it is them.

use webauthn_rs_core::proto::AuthenticationResult;

use crate::{
    assertion::is_among,
    credential::Credential,
    door::{Asked, Door, Nonce, NotAsked, allowed},
    refused::Refused,
    response,
    state::{Ceremony, State},
};

/// A key that signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The credential after this use, to be kept in place of the one before: its counter went on, it may be copied by now.
    pub credential: Credential,
}

impl Verified {
    pub(crate) fn new(credential: &Credential, result: &AuthenticationResult) -> Self {
        Self { credential: credential.used(result.counter(), result.backup_state()) }
    }
}

impl Door {
    /// Asks whoever is there to sign in. No key is named, so that nobody learns who has one; the same options serve for the button and
    /// for what a browser offers in the field of a form (conditional mediation).
    ///
    /// # Errors
    ///
    /// [`NotAsked::Library`] alone.
    pub fn sign_in(&self, nonce: Nonce) -> Result<Asked, NotAsked> {
        let state = State { challenge: nonce.0, ceremony: Ceremony::SignIn };
        Ok(Asked { options: self.question(&[], nonce.0)?, state })
    }

    /// Verifies who signed in. `credential` is the one that [`claim`](crate::claim) named, looked up by person *and* id.
    ///
    /// # Errors
    ///
    /// [`Refused`], by the first check that fails.
    pub fn signed_in(&self, state: &State, response: &[u8], credential: &Credential) -> Result<Verified, Refused> {
        if state.ceremony != Ceremony::SignIn {
            return Err(Refused::OtherCeremony);
        }
        let response = response::assertion(response)?;
        if response::handle(&response)?.is_none() {
            return Err(Refused::NoHandle);
        }
        let result = self.verify(&response, &state.challenge, credential, credential.counter())?;
        Ok(Verified::new(credential, &result))
    }

    /// Asks somebody who is signed in to show once more that it is them, with one of their keys.
    ///
    /// # Errors
    ///
    /// [`NotAsked`] for no keys, too many, and keys of several people.
    pub fn refresh(&self, keys: &[Credential], nonce: Nonce) -> Result<Asked, NotAsked> {
        let ceremony = Ceremony::Refresh { allowed: allowed(keys)? };
        Ok(Asked { options: self.question(keys, nonce.0)?, state: State { challenge: nonce.0, ceremony } })
    }

    /// Verifies that it is them. `credential` is the one that the response names, looked up among those that were asked for.
    ///
    /// # Errors
    ///
    /// [`Refused`], by the first check that fails.
    pub fn refreshed(&self, state: &State, response: &[u8], credential: &Credential) -> Result<Verified, Refused> {
        let Ceremony::Refresh { allowed } = &state.ceremony else { return Err(Refused::OtherCeremony) };
        let response = response::assertion(response)?;
        is_among(allowed, &response)?;
        let result = self.verify(&response, &state.challenge, credential, credential.counter())?;
        Ok(Verified::new(credential, &result))
    }
}
