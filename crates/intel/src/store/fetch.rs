//! Getting a document over HTTPS: the address that the person named, and no other.

use std::time::Duration;

/// Gets the bytes behind an address. A seam, so that a test needs no network.
pub trait Fetch {
    /// The bytes behind `url`, at most `limit` of them.
    ///
    /// # Errors
    /// Why they could not be had.
    fn get(&self, url: &str, limit: u64) -> Result<Vec<u8>, FetchError>;
}

/// Why a document could not be had.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The address is not one of HTTPS.
    #[error("{0} is not an https address")]
    NotHttps(String),
    /// The server sends elsewhere, and only the named address is dialled.
    #[error("{0} sends elsewhere; name the address it sends to")]
    Redirected(String),
    /// The server says there is no such document.
    #[error("{0} does not exist")]
    Missing(String),
    /// The server answered with another status.
    #[error("{url} answered with status {status}")]
    Status {
        /// The address.
        url: String,
        /// The status.
        status: u16,
    },
    /// The connection or the transfer failed, or the document is too large.
    #[error("cannot fetch {url}: {reason}")]
    Failed {
        /// The address.
        url: String,
        /// Why.
        reason: String,
    },
}

/// HTTPS with the usual authorities, without redirects, proxies of the environment or cookies.
#[derive(Debug, Default, Clone, Copy)]
pub struct Https;

const PATIENCE: Duration = Duration::from_secs(120);

impl Fetch for Https {
    fn get(&self, url: &str, limit: u64) -> Result<Vec<u8>, FetchError> {
        if !url.starts_with("https://") {
            return Err(FetchError::NotHttps(url.to_owned()));
        }
        let failed = |error: ureq::Error| match error {
            ureq::Error::StatusCode(404) => FetchError::Missing(url.to_owned()),
            ureq::Error::StatusCode(status) => FetchError::Status { url: url.to_owned(), status },
            other => FetchError::Failed { url: url.to_owned(), reason: other.to_string() },
        };
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .https_only(true)
            .max_redirects(0)
            .proxy(None)
            .timeout_global(Some(PATIENCE))
            .timeout_connect(Some(Duration::from_secs(20)))
            .user_agent("vauban")
            .build()
            .into();
        let mut response = agent.get(url).call().map_err(failed)?;
        match response.status().as_u16() {
            200 => {}
            300..=399 => return Err(FetchError::Redirected(url.to_owned())),
            status => return Err(FetchError::Status { url: url.to_owned(), status }),
        }
        response.body_mut().with_config().limit(limit).read_to_vec().map_err(failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_is_refused_before_anything_is_dialled() {
        assert!(matches!(Https.get("http://intel.example/list", 10), Err(FetchError::NotHttps(_))));
        assert!(matches!(Https.get("file:///etc/passwd", 10), Err(FetchError::NotHttps(_))));
    }
}
