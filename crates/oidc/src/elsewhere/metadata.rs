//! What a provider says of itself (OpenID Connect Discovery, section 4): asked at its own address, and worth nothing about another one.

use serde::Deserialize;
use url::Url;

use super::{Carrier, ElsewhereError, carrier::published};
use crate::client::is_here;

/// A provider's description, at most: those of large ones have some kilobytes.
const LONGEST: u64 = 256 << 10;

/// The prompt by which people choose an account (OpenID Connect Core, section 3.1.2.1).
pub(super) const CHOOSE: &str = "select_account";
/// Google, Microsoft.
const CHOOSING: [&str; 2] = ["https://accounts.google.com", "https://login.microsoftonline.com/"];

/// What we need of it.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Metadata {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    /// Initiating User Registration via OpenID Connect, section 4.1.
    #[serde(default)]
    prompt_values_supported: Option<Vec<String>>,
    /// Section 3: where it is left out, `client_secret_basic`.
    #[serde(default)]
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
}

impl Metadata {
    /// Asks the provider.
    pub(super) fn asked(carrier: &dyn Carrier, issuer: &str) -> Result<Self, ElsewhereError> {
        let url = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
        let read: Self = published(carrier, &url, LONGEST, "not a description")?;
        // Section 4.3: compared whole, or one provider could speak for another.
        if read.issuer != issuer {
            return Err(ElsewhereError::Metadata("it names another issuer"));
        }
        for endpoint in [&read.authorization_endpoint, &read.token_endpoint, &read.jwks_uri] {
            if !is_safe(endpoint) {
                return Err(ElsewhereError::Metadata("an address that is not https"));
            }
        }
        Ok(read)
    }

    pub(super) fn authorization(&self) -> &str {
        &self.authorization_endpoint
    }

    pub(super) fn token(&self) -> &str {
        &self.token_endpoint
    }

    pub(super) fn keys(&self) -> &str {
        &self.jwks_uri
    }

    /// Whether the provider lets people choose an account: it says so, or is one of those that do and do not say it. Others refuse what
    /// they do not know.
    pub(super) fn lets_choose(&self) -> bool {
        let is_said = self.prompt_values_supported.iter().flatten().any(|prompt| prompt == CHOOSE);
        is_said || CHOOSING.iter().any(|origin| self.issuer.starts_with(origin))
    }

    /// Whether the client's secret goes into the form, because the provider takes it nowhere else.
    pub(super) fn takes_secret_in_form(&self) -> bool {
        let methods = self.token_endpoint_auth_methods_supported.as_deref();
        methods.is_some_and(|methods| !methods.iter().any(|method| method == "client_secret_basic"))
    }
}

/// Over TLS, or on this machine; with no name or password in it, and nothing behind a `#`.
pub(super) fn is_safe(address: &str) -> bool {
    let Ok(url) = Url::parse(address) else { return false };
    let is_private = url.scheme() == "https" || url.scheme() == "http" && is_here(&url);
    is_private && url.has_host() && url.username().is_empty() && url.password().is_none() && url.fragment().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_sent_in_the_clear() {
        for address in ["https://id.example/realms/a", "http://127.0.0.1:8080/x", "http://localhost/"] {
            assert!(is_safe(address), "{address}");
        }
        let bad =
            ["http://id.example/", "https://u@id.example", "https://id.example/#a", "file:///etc", "id.example", ""];
        for address in bad {
            assert!(!is_safe(address), "{address}");
        }
    }
}
