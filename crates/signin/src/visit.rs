//! From where somebody comes: the browser, told from others by a cookie, and the address that was seen.

use std::net::{IpAddr, SocketAddr};

use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::{HeaderMap, header, request::Parts},
    response::Response,
};
use vauban_model::Lang;
use vauban_people::{Agent, BrowserToken, Visit};

use crate::{SignIn, cookie, failed::Failed};

/// The name of the language's cookie.
pub const LANGUAGE: &str = "vauban-lang";

/// A browser in the middle of something.
#[derive(Debug)]
pub(crate) struct Browser {
    /// What it showed, or what it is to keep from now on.
    pub(crate) token: BrowserToken,
    /// From where it comes.
    pub(crate) visit: Visit,
    /// In which language.
    pub(crate) lang: Lang,
}

impl FromRequestParts<SignIn> for Browser {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, site: &SignIn) -> Result<Self, Response> {
        let shown = cookie::value(&parts.headers, site.cookies().browser).and_then(|text| text.parse().ok());
        let token = match shown {
            Some(token) => token,
            None => BrowserToken::random(&mut site.rng().map_err(|error| Failed::from(error).response())?),
        };
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
        let address = address(&parts.headers, peer, site.settings().is_behind_proxy);
        let agent = parts.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let visit = Visit { binding: site.binding(&parts.headers), address, agent: Agent::new(agent) };
        Ok(Self { token, visit, lang: language(&parts.headers, site.settings().lang) })
    }
}

/// Who is at the other end. What a client writes into `X-Forwarded-For` itself stands before what our proxy adds, so that only the last
/// word of the last line is believed, and only where there is a proxy.
fn address(headers: &HeaderMap, peer: Option<IpAddr>, is_behind_proxy: bool) -> Option<IpAddr> {
    if !is_behind_proxy {
        return peer;
    }
    let last = headers.get_all("x-forwarded-for").iter().next_back()?.to_str().ok()?;
    last.rsplit(',').next()?.trim().parse().ok()
}

/// The language that was chosen, else the first one the browser asks for that there is, else this machine's.
#[must_use]
pub fn language(headers: &HeaderMap, otherwise: Lang) -> Lang {
    let known = |word: &str| match word.get(..2).unwrap_or_default().to_ascii_lowercase().as_str() {
        "fr" => Some(Lang::Fr),
        "en" => Some(Lang::En),
        _ => None,
    };
    if let Some(chosen) = cookie::value(headers, LANGUAGE).and_then(known) {
        return chosen;
    }
    let asked = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    asked.split(',').find_map(|word| known(word.trim())).unwrap_or(otherwise)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_client_says_of_its_address_is_not_believed() {
        let headers = |lines: &[&'static str]| {
            lines.iter().map(|line| ("x-forwarded-for".parse().unwrap(), line.parse().unwrap())).collect::<HeaderMap>()
        };
        let peer: IpAddr = "192.0.2.1".parse().unwrap();
        let of = |lines: &[&'static str], is_behind| {
            address(&headers(lines), Some(peer), is_behind).map(|address| address.to_string())
        };
        assert_eq!(of(&["203.0.113.9"], false).as_deref(), Some("192.0.2.1"), "there is no proxy");
        assert_eq!(of(&["127.0.0.1, 203.0.113.9"], true).as_deref(), Some("203.0.113.9"));
        assert_eq!(of(&["127.0.0.1", "198.51.100.2, 2001:db8::7"], true).as_deref(), Some("2001:db8::7"));
        assert_eq!(of(&["203.0.113.9, evil"], true), None);
        assert_eq!(of(&[], true), None, "the proxy's own address is nobody's");
    }
}
