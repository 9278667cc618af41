//! What carries requests to the provider, and what is read of its answers in one way.

use jiff::{SignedDuration, Timestamp};
use serde::de::DeserializeOwned;

use super::ElsewhereError;

/// An error's name, at most: longer ones are no standard's.
const LONGEST_ERROR: usize = 64;
/// How long what a provider publishes is believed: a key that was withdrawn signs no longer than this.
pub(super) const LASTING: SignedDuration = SignedDuration::from_hours(1);

/// What a provider answered.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The body, bounded by whoever carries it.
    pub body: Vec<u8>,
}

/// Carries requests: over HTTPS, without following anybody elsewhere, in bounded time.
pub trait Carrier: Send + Sync {
    /// Gets a document, of so many bytes at most.
    ///
    /// # Errors
    /// Why it could not be had, in words for a log.
    fn get(&self, url: &str, most: u64) -> Result<Reply, String>;

    /// Posts a form, with name and password of the client where the provider wants them so (RFC 6749, section 2.3.1).
    ///
    /// # Errors
    /// Why there is no answer, in words for a log.
    fn post(&self, url: &str, form: &str, authorization: Option<&str>, most: u64) -> Result<Reply, String>;
}

/// A document that the provider publishes; `what` it should be.
pub(super) fn published<T: DeserializeOwned>(
    carrier: &dyn Carrier,
    url: &str,
    most: u64,
    what: &'static str,
) -> Result<T, ElsewhereError> {
    let reply = carrier.get(url, most).map_err(ElsewhereError::Unreachable)?;
    if reply.status != 200 {
        return Err(ElsewhereError::Unreachable(format!("status {}", reply.status)));
    }
    serde_json::from_slice(&reply.body).map_err(|_| ElsewhereError::Metadata(what))
}

/// An error's name as a provider wrote it, for a log: short, and nothing that drives a terminal.
pub(super) fn error_name(told: &str) -> String {
    told.chars().filter(char::is_ascii_graphic).take(LONGEST_ERROR).collect()
}

/// Whether something happened so lately. What is yet to come did not: a clock that went back makes nothing last.
pub(super) fn is_within(at: Timestamp, now: Timestamp, span: SignedDuration) -> bool {
    (SignedDuration::ZERO..span).contains(&now.duration_since(at))
}
