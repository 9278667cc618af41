//! A request to be sent, and the response to it, both as values.

use std::fmt;

use zeroize::Zeroizing;

use crate::{credentials::Credentials, media::TAXII};

/// A GET that is to be sent as it is. Whoever sends it follows no redirect and checks the server's certificate.
#[derive(Clone, PartialEq, Eq)]
pub struct Ask {
    /// The whole URL.
    pub url: String,
    /// The value of `Authorization`.
    pub authorization: Option<Zeroizing<String>>,
}

impl Ask {
    /// The value of `Accept`.
    pub const ACCEPT: &'static str = TAXII;

    pub(super) fn new(url: String, credentials: Option<&Credentials>) -> Self {
        Self { url, authorization: credentials.map(Credentials::header) }
    }
}

impl fmt::Debug for Ask {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "Ask({})", self.url)
    }
}

/// What came back.
#[derive(Debug, Clone, Copy)]
pub struct Reply<'r> {
    /// The status.
    pub status: u16,
    /// The `Content-Type` header.
    pub content_type: Option<&'r str>,
    /// The `X-TAXII-Date-Added-Last` header.
    pub added_last: Option<&'r str>,
    /// The body. Whoever reads it from the net stops one byte behind [`Bounds::reply`](crate::Bounds::reply).
    pub body: &'r [u8],
}
