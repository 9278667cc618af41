//! The memory itself.

use crate::{Digest, Epoch, HubId, Number, StreamId, Time, log::LogHead, signing::PublicKey};

/// The newest release that was accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Its number.
    pub number: Number,
    /// Its epoch.
    pub epoch: Epoch,
    /// The digest of its manifest.
    pub digest: Digest,
    /// When it was made.
    pub time: Time,
    /// From when on it is not to be relied on as the newest.
    pub expires: Time,
}

/// One stream of one hub, as one party knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    pub(super) hub: HubId,
    pub(super) stream: StreamId,
    pub(super) signer: PublicKey,
    pub(super) head: Option<Head>,
    pub(super) log: Option<LogHead>,
}

impl Chain {
    /// A stream of which nothing was accepted yet, and the key that signs it, pinned by an enrolment code or by hand.
    #[must_use]
    pub const fn new(hub: HubId, stream: StreamId, signer: PublicKey) -> Self {
        Self { hub, stream, signer, head: None, log: None }
    }

    /// The hub.
    #[must_use]
    pub const fn hub(&self) -> HubId {
        self.hub
    }

    /// The stream.
    #[must_use]
    pub const fn stream(&self) -> StreamId {
        self.stream
    }

    /// The key that signs it now.
    #[must_use]
    pub const fn signer(&self) -> &PublicKey {
        &self.signer
    }

    /// The newest release.
    #[must_use]
    pub const fn head(&self) -> Option<&Head> {
        self.head.as_ref()
    }

    /// The head of the log of keys; its words are what two parties compare.
    #[must_use]
    pub const fn log(&self) -> Option<&LogHead> {
        self.log.as_ref()
    }

    /// Whether the newest release is past its time: the hub is silent, or somebody keeps its releases away.
    #[must_use]
    pub fn is_stale(&self, now: jiff::Timestamp) -> bool {
        self.head.is_some_and(|head| head.expires <= Time::from(now))
    }
}
