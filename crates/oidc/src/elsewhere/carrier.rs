//! What carries requests to the provider.

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
