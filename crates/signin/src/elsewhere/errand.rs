//! What is kept while somebody is away.

use serde::{Deserialize, Serialize};
use vauban_oidc::elsewhere::{Prompt, Trip};
use vauban_people::{CryptoRng, InvitationHash, RngCore};

use crate::{back::Back, failed::Failed};

/// What is kept while somebody is away, beside what for.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Errand {
    pub(super) trip: Trip,
    /// The SHA-256 of an invitation's link, where they came with one.
    link: Option<[u8; 32]>,
    /// Where they were going.
    back: String,
}

impl Errand {
    pub(crate) fn new<R: RngCore + CryptoRng>(
        prompt: Prompt,
        link: Option<InvitationHash>,
        back: &str,
        rng: &mut R,
    ) -> Self {
        let back = Back::new(back).map(|back| back.to_string()).unwrap_or_default();
        Self { trip: Trip::random(prompt, rng), link: link.map(|link| *link.bytes()), back }
    }

    pub(super) fn link(&self) -> Result<InvitationHash, Failed> {
        self.link.map(InvitationHash::new).ok_or(Failed::Ours)
    }

    pub(super) fn back(&self) -> Option<Back> {
        Back::new(&self.back)
    }

    pub(super) fn bytes(&self) -> Result<Vec<u8>, Failed> {
        serde_json::to_vec(self).map_err(|_| Failed::Ours)
    }

    pub(super) fn read(bytes: &[u8]) -> Result<Self, Failed> {
        serde_json::from_slice(bytes).map_err(|_| Failed::Ours)
    }
}
