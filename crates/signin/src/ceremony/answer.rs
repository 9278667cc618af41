//! What the script sends, bounded and read once.

use data_encoding::BASE64URL_NOPAD;
use serde::Deserialize;
use serde_json::Value;
use vauban_oidc::elsewhere::Prompt;
use vauban_passkey::LONGEST_RESPONSE;
use vauban_people::{ChallengeHash, ChallengeToken, CredentialId, InvitationHash, InvitationToken, Label};

use crate::failed::Failed;

/// A body, at most: a response, and what stands around it.
pub(crate) const LONGEST: usize = LONGEST_RESPONSE + 4_096;

/// How pages write that a provider elsewhere shall have people sign in anew, or choose an account.
pub(crate) const ANEW: &str = "anew";
pub(crate) const CHOOSE: &str = "choose";

/// What the script sends. What a ceremony does not need is left out.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Sent {
    challenge: String,
    response: Value,
    link: String,
    label: String,
    back: String,
    prompt: String,
}

impl Sent {
    pub(crate) fn read(body: &[u8]) -> Result<Self, Failed> {
        serde_json::from_slice(body).map_err(|_| Failed::Unreadable)
    }

    pub(super) fn challenge(&self) -> Result<ChallengeHash, Failed> {
        Ok(self.challenge.parse::<ChallengeToken>()?.hash())
    }

    pub(crate) fn link(&self) -> Result<InvitationHash, Failed> {
        Ok(self.link.parse::<InvitationToken>()?.hash())
    }

    /// What the person calls the key; a plain word where they wrote nothing.
    pub(super) fn label(&self, otherwise: &str) -> Result<Label, Failed> {
        let told = self.label.trim();
        Ok(if told.is_empty() { otherwise } else { told }.parse()?)
    }

    /// Where the person was going, as the browser says.
    pub(crate) fn back(&self) -> &str {
        &self.back
    }

    /// What a provider elsewhere shall ask, as the page had it.
    pub(crate) fn prompt(&self) -> Prompt {
        match self.prompt.as_str() {
            ANEW => Prompt::Anew,
            CHOOSE => Prompt::Choose,
            _ => Prompt::Usual,
        }
    }

    /// The response as the browser wrote it.
    pub(super) fn response(&self) -> Vec<u8> {
        self.response.to_string().into_bytes()
    }

    /// The key that the response names: where keys were named in the question, it need not say whose it is.
    pub(super) fn key(&self) -> Result<CredentialId, Failed> {
        let named = self.response.get("rawId").and_then(Value::as_str).ok_or(Failed::Unreadable)?;
        key_id(named)
    }
}

/// A key's id as browsers and our addresses write it: base64url without padding.
pub(crate) fn key_id(text: &str) -> Result<CredentialId, Failed> {
    let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).map_err(|_| Failed::Unreadable)?;
    Ok(CredentialId::new(&bytes)?)
}
