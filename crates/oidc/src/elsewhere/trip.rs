//! One attempt: what is kept while somebody is away at the provider.

use data_encoding::BASE64URL_NOPAD;
use rand::{CryptoRng, RngCore};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::Secret;

/// What is kept while somebody is away. It opens nothing without the code that comes back, in the browser that set out.
#[derive(Clone, Serialize, Deserialize)]
pub struct Trip {
    nonce: String,
    verifier: String,
    prompt: Prompt,
}

/// What a provider is asked to do with whoever is signed in there already (OpenID Connect Core, section 3.1.2.1, `prompt`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Prompt {
    /// To let them in.
    Usual,
    /// To let them choose an account: of somebody else's there may be one on this computer.
    Choose,
    /// To have them sign in anew, and say when that was.
    Anew,
}

impl Trip {
    /// A new one.
    pub fn random<R: RngCore + CryptoRng>(prompt: Prompt, rng: &mut R) -> Self {
        let mut text = || String::clone(&Secret::random(rng).text());
        Self { nonce: text(), verifier: text(), prompt }
    }

    /// What the ID token has to repeat (OpenID Connect Core, section 3.1.2.1).
    pub(super) fn nonce(&self) -> &str {
        &self.nonce
    }

    /// What shows that we are who asked (RFC 7636, section 4.1).
    pub(super) fn verifier(&self) -> &str {
        &self.verifier
    }

    /// What the provider is asked to do.
    pub(super) const fn prompt(&self) -> Prompt {
        self.prompt
    }

    /// Whether whoever comes back has just signed in, even where that is not said.
    pub(super) fn is_anew(&self) -> bool {
        self.prompt == Prompt::Anew
    }

    /// What is sent ahead of it.
    pub(super) fn challenge(&self) -> String {
        BASE64URL_NOPAD.encode(&Sha256::digest(self.verifier.as_bytes()))
    }
}

impl std::fmt::Debug for Trip {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Trip(..)")
    }
}
