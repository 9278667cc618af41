//! Where answers may go. Addresses are compared byte by byte; a native application may have any port of this machine, where it was
//! registered so (RFC 8252, section 7.3).

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use url::Url;

/// The longest that is taken.
const LONGEST: usize = 1_024;
/// What stands for any port.
const ANY_PORT: &str = ":*";
const LOOPBACK: [&str; 2] = ["http://127.0.0.1", "http://[::1]"];

/// A text that is no address to answer to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidRedirect {
    /// No address, or a longer one than is taken.
    #[error("not an address")]
    NotAnAddress,
    /// Something behind a `#`, which answers must not have (RFC 6749, section 3.1.2).
    #[error("an address to answer to has no fragment")]
    Fragment,
    /// In the clear over a network, or by a scheme that a browser runs.
    #[error("https, http on this machine alone, or the scheme of an application, as org.example.app")]
    Scheme,
    /// A name or a password before the host: what people take for the host is none.
    #[error("an address to answer to has no user name")]
    User,
    /// Any port of something that is not this machine by its address.
    #[error("any port is for 127.0.0.1 and [::1] alone")]
    AnyPort,
}

/// An address that answers may go to. `http://127.0.0.1:*/callback` is any port of this machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct RedirectUri(String);

impl RedirectUri {
    /// As it was registered.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The host that it leads to, without a port; none for the scheme of an application.
    #[must_use]
    pub fn host(&self) -> Option<String> {
        Some(parsed(&self.0)?.host_str()?.to_owned())
    }

    /// Whether something can be posted there: no scheme of an application, no port that is left open.
    #[must_use]
    pub fn is_web(&self) -> bool {
        (self.0.starts_with("https://") || self.0.starts_with("http://")) && !self.0.contains(ANY_PORT)
    }

    /// Whether this is what a request asks for.
    #[must_use]
    pub fn is(&self, asked: &str) -> bool {
        match self.0.split_once(ANY_PORT) {
            None => self.0 == asked,
            Some((host, path)) => {
                let port = asked.strip_prefix(host).and_then(|rest| rest.strip_prefix(':')?.strip_suffix(path));
                port.is_some_and(|port| {
                    !port.starts_with('0')
                        && port.bytes().all(|byte| byte.is_ascii_digit())
                        && port.parse::<u16>().is_ok()
                })
            }
        }
    }
}

/// Whether an address leads to this machine, so that nothing of it crosses a network.
pub(crate) fn is_here(url: &Url) -> bool {
    matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"))
}

/// An address, with some port where it has any.
fn parsed(text: &str) -> Option<Url> {
    let url = text.split_once(ANY_PORT).map(|(host, path)| format!("{host}:1{path}"));
    url.as_deref().unwrap_or(text).parse().ok()
}

impl FromStr for RedirectUri {
    type Err = InvalidRedirect;

    fn from_str(text: &str) -> Result<Self, InvalidRedirect> {
        let is_plain = text.len() <= LONGEST && text.bytes().all(|byte| byte.is_ascii_graphic());
        let any_port = text.split_once(ANY_PORT);
        let url = parsed(text).filter(|_| is_plain).ok_or(InvalidRedirect::NotAnAddress)?;
        if text.contains('#') {
            return Err(InvalidRedirect::Fragment);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(InvalidRedirect::User);
        }
        if any_port.is_some_and(|(host, path)| !LOOPBACK.contains(&host) || !path.starts_with('/')) {
            return Err(InvalidRedirect::AnyPort);
        }
        match url.scheme() {
            "https" => Ok(Self(text.to_owned())),
            "http" if is_here(&url) => Ok(Self(text.to_owned())),
            // A name that is turned around (RFC 8252, section 7.1): none that a browser knows has a dot.
            scheme if scheme.contains('.') => Ok(Self(text.to_owned())),
            _ => Err(InvalidRedirect::Scheme),
        }
    }
}

impl TryFrom<String> for RedirectUri {
    type Error = InvalidRedirect;

    fn try_from(text: String) -> Result<Self, InvalidRedirect> {
        text.parse()
    }
}

impl From<RedirectUri> for String {
    fn from(uri: RedirectUri) -> Self {
        uri.0
    }
}

impl fmt::Display for RedirectUri {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_of_a_tool_is_that_of_its_address() {
        for (address, host) in [
            ("https://cloud.campagne.example/apps/oidc", Some("cloud.campagne.example")),
            ("https://cloud.campagne.example:8443/a", Some("cloud.campagne.example")),
            ("http://127.0.0.1:*/back", Some("127.0.0.1")),
            ("http://[::1]:*/back", Some("[::1]")),
            ("org.example.app:/back", None),
        ] {
            assert_eq!(address.parse::<RedirectUri>().unwrap().host().as_deref(), host, "{address}");
        }
    }

    #[test]
    fn an_address_is_compared_byte_by_byte() {
        let uri: RedirectUri = "https://cloud.example/cb?a=b".parse().unwrap();
        assert!(uri.is("https://cloud.example/cb?a=b"));
        for other in [
            "https://cloud.example/cb",
            "https://cloud.example/cb?a=b&c=d",
            "https://cloud.example/cb?a=b#",
            "https://CLOUD.example/cb?a=b",
            "https://cloud.example:443/cb?a=b",
            "https://cloud.example/./cb?a=b",
            "https://cloud.example.evil.example/cb?a=b",
            "https://cloud.example@evil.example/cb?a=b",
            "https://evil.example/https://cloud.example/cb?a=b",
        ] {
            assert!(!uri.is(other), "{other}");
        }
    }

    #[test]
    fn any_port_is_a_port_and_nothing_else() {
        let uri: RedirectUri = "http://127.0.0.1:*/cb".parse().unwrap();
        assert!(uri.is("http://127.0.0.1:1/cb") && uri.is("http://127.0.0.1:65535/cb"));
        for other in [
            "http://127.0.0.1/cb",
            "http://127.0.0.1:/cb",
            "http://127.0.0.1:0/cb",
            "http://127.0.0.1:65536/cb",
            "http://127.0.0.1:1@evil.example/cb",
            "http://127.0.0.1:1/x/cb",
            "http://127.0.0.1.evil.example:1/cb",
            "http://127.0.0.1:+1/cb",
            "http://127.0.0.1:*/cb",
        ] {
            assert!(!uri.is(other), "{other}");
        }
    }

    #[test]
    fn what_cannot_be_answered_safely_is_not_registered() {
        for (bad, why) in [
            ("", InvalidRedirect::NotAnAddress),
            ("/cb", InvalidRedirect::NotAnAddress),
            ("https://a.example/\n", InvalidRedirect::NotAnAddress),
            ("https://a.example/#x", InvalidRedirect::Fragment),
            ("https://a@b.example/", InvalidRedirect::User),
            ("http://a.example/", InvalidRedirect::Scheme),
            ("javascript:alert(1)", InvalidRedirect::Scheme),
            ("data:text/html,x", InvalidRedirect::Scheme),
            ("http://localhost:*/cb", InvalidRedirect::AnyPort),
            ("https://a.example:*/cb", InvalidRedirect::AnyPort),
        ] {
            assert_eq!(bad.parse::<RedirectUri>().unwrap_err(), why, "{bad:?}");
        }
        for good in ["http://localhost:8080/cb", "org.example.app:/cb", "https://a.example"] {
            assert!(good.parse::<RedirectUri>().is_ok(), "{good}");
        }
    }
}
