//! The door over HTTPS: one origin, the credential shown to it alone, no redirects, no proxy of the environment, no cookies.

use std::{net::IpAddr, time::Duration};

use super::{Door, DoorError, Reply};
use crate::Credential;
use url::{Host, Url};

/// How long one request may take: a release may have a gigabyte.
const PATIENCE: Duration = Duration::from_secs(3600);
const CONNECT: Duration = Duration::from_secs(20);
/// How long the hub may think before its answer begins: a batch takes a second.
const THINK: Duration = Duration::from_secs(60);
/// The most bytes of any body: a release and its head. Each reader has a lower limit of its own.
const LARGEST: u64 = (1 << 30) + (1 << 20);

/// A hub behind an address.
pub struct Https {
    agent: ureq::Agent,
    base: String,
    credential: Credential,
}

impl Https {
    /// A hub at `https://…`, or `http://` on this machine (a front behind an onion service, or a tunnel).
    ///
    /// # Errors
    /// [`DoorError::Address`].
    pub fn new(address: &str, credential: Credential) -> Result<Self, DoorError> {
        let base = checked(address)?;
        let agent = ureq::Agent::config_builder()
            .max_redirects(0)
            .http_status_as_error(false)
            .proxy(None)
            .timeout_global(Some(PATIENCE))
            .timeout_connect(Some(CONNECT))
            .timeout_recv_response(Some(THINK))
            .user_agent("vauban")
            .build()
            .into();
        Ok(Self { agent, base, credential })
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    fn bearer(&self) -> String {
        format!("Bearer {}", self.credential.as_str())
    }
}

/// The address without its last slash, if the credential may be shown there.
pub(crate) fn checked(address: &str) -> Result<String, DoorError> {
    let wrong = || DoorError::Address(address.to_owned());
    let url = Url::parse(address).map_err(|_| wrong())?;
    let is_here = match url.host() {
        Some(Host::Ipv4(host)) => IpAddr::V4(host).is_loopback(),
        Some(Host::Ipv6(host)) => IpAddr::V6(host).is_loopback(),
        Some(Host::Domain(host)) => host == "localhost",
        None => false,
    };
    let is_safe = url.scheme() == "https" || (url.scheme() == "http" && is_here);
    let is_plain = url.username().is_empty() && url.password().is_none() && url.query().is_none();
    let is_whole = url.has_host() && url.fragment().is_none();
    if is_safe && is_plain && is_whole { Ok(url.as_str().trim_end_matches('/').to_owned()) } else { Err(wrong()) }
}

impl Door for Https {
    fn get(&self, path: &str, etag: Option<&str>) -> Result<Reply, DoorError> {
        let mut request = self.agent.get(self.url(path)).header("authorization", self.bearer());
        if let Some(etag) = etag {
            request = request.header("if-none-match", etag);
        }
        reply(request.call())
    }

    fn put(&self, path: &str, body: &[u8]) -> Result<Reply, DoorError> {
        reply(self.agent.put(self.url(path)).header("authorization", self.bearer()).send(body))
    }

    fn post(&self, path: &str, body: &[u8]) -> Result<Reply, DoorError> {
        reply(self.agent.post(self.url(path)).header("authorization", self.bearer()).send(body))
    }
}

fn reply(answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Result<Reply, DoorError> {
    let answer = answer.map_err(|error| DoorError::Failed(error.to_string()))?;
    let header = |name| answer.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let (status, etag) = (answer.status().as_u16(), header("etag"));
    let retry_after = header("retry-after").and_then(|seconds| seconds.trim().parse().ok());
    let body = Box::new(answer.into_body().into_with_config().limit(LARGEST).reader());
    Ok(Reply { status, etag, retry_after, body })
}

impl std::fmt::Debug for Https {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Https({}, ..)", self.base)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_credential_is_shown_to_safe_addresses_alone() {
        for address in
            ["https://hub.example", "https://hub.example:8443/agency/", "http://127.0.0.1:1", "http://[::1]:1/"]
        {
            assert!(checked(address).is_ok(), "{address}");
        }
        for address in [
            "http://hub.example",
            "http://localhost.hub.example",
            "http://127.0.0.1.hub.example",
            "https://user@hub.example",
            "https://hub.example/?a=b",
            "file:///hub",
            "hub.example",
            "",
        ] {
            assert!(matches!(checked(address), Err(DoorError::Address(_))), "{address}");
        }
    }
}
