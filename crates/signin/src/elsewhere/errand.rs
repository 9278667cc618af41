//! What is kept while somebody is away.

use serde::{Deserialize, Serialize};
use vauban_oidc::elsewhere::Trip;
use vauban_people::InvitationHash;

use crate::{back::Back, failed::Failed};

/// What is kept while somebody is away, beside what for.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Errand {
    pub(super) trip: Trip,
    /// The SHA-256 of an invitation's link, where they came with one.
    link: Option<[u8; 32]>,
    /// Where they were going.
    back: String,
}

impl Errand {
    pub(super) fn new(trip: Trip, link: Option<InvitationHash>, back: &str) -> Self {
        let back = Back::new(back).map(|back| back.to_string()).unwrap_or_default();
        Self { trip, link: link.map(|link| *link.bytes()), back }
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
