//! What a resolver is told.

use std::{fmt, sync::Arc, time::SystemTime};

use crate::{BadAnchor, BadUpstream, Name};

/// How a resolver resolves.
#[derive(Clone)]
pub struct Settings {
    /// Upstream servers, as a person names them, in the order of preference.
    pub upstreams: Vec<String>,
    /// PEM text with the authorities that sign for upstream servers; Mozilla's when there is none.
    pub authorities: Option<Vec<u8>>,
    /// Whether answers are validated.
    pub validate: bool,
    /// DS or DNSKEY records that are trusted, one to a line; the root's when there is none.
    pub trust_anchors: Option<String>,
    /// Names below which nothing is asked to be signed (RFC 7646).
    pub insecure: Vec<String>,
    /// Questions under way at once; more are answered with what is at hand, or SERVFAIL.
    pub most_questions: usize,
    /// What time it is: signatures have a beginning and an end.
    pub clock: Arc<dyn Fn() -> SystemTime + Send + Sync>,
}

impl Settings {
    /// Validates with the root's trust anchors.
    #[must_use]
    pub fn new(upstreams: Vec<String>, clock: Arc<dyn Fn() -> SystemTime + Send + Sync>) -> Self {
        Self {
            upstreams,
            authorities: None,
            validate: true,
            trust_anchors: None,
            insecure: Vec::new(),
            most_questions: 4096,
            clock,
        }
    }

    pub(crate) fn insecure_names(&self) -> Result<Vec<Name>, BadSettings> {
        let name = |text: &String| Name::from_text(text).ok_or_else(|| BadSettings::Insecure(text.clone()));
        self.insecure.iter().map(name).collect()
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Settings")
            .field("upstreams", &self.upstreams)
            .field("validate", &self.validate)
            .field("insecure", &self.insecure)
            .finish_non_exhaustive()
    }
}

/// What is wrong with settings.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadSettings {
    /// There is no upstream server.
    #[error("no upstream server is named")]
    NoUpstream,
    /// A text names no upstream server.
    #[error("{0} names no upstream server")]
    Upstream(String, #[source] BadUpstream),
    /// The PEM text has no certificate, or something else in it.
    #[error("the certificate authorities cannot be read")]
    Authorities,
    /// The trust anchors cannot be read.
    #[error("the trust anchors cannot be read")]
    Anchors(#[source] BadAnchor),
    /// A text is no name.
    #[error("{0} is no name")]
    Insecure(String),
}
