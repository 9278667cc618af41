//! An upstream server as a person names it: `udp://192.0.2.53`, `tcp://[2001:db8::53]:53`,
//! `tls://192.0.2.53:853#dns.example`, `https://192.0.2.53/dns-query#dns.example`.

use std::{
    net::{IpAddr, SocketAddr},
    str::FromStr,
};

use rustls::pki_types::ServerName;

/// How a server is spoken with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// UDP, and TCP for what does not fit (RFC 1035).
    Udp,
    /// TCP (RFC 7766).
    Tcp,
    /// DNS over TLS (RFC 7858); the name its certificate must have.
    Tls(String),
    /// DNS over HTTPS (RFC 8484); the name its certificate must have, and the path.
    Https(String, String),
}

/// An upstream server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upstream {
    /// Where it is. Always an address: no name is looked up to find it.
    pub address: SocketAddr,
    /// How it is spoken with.
    pub protocol: Protocol,
}

/// A text names no upstream server.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadUpstream {
    /// It begins with nothing known.
    #[error("an upstream server begins with udp://, tcp://, tls:// or https://")]
    Scheme,
    /// There is no address in it. A name is none: looking it up would need the server that it names.
    #[error("an upstream server is named by its address, perhaps with a port")]
    Address,
    /// What follows `#` is no name that a certificate can have.
    #[error("what follows # is no name of a certificate")]
    Name,
    /// It says something that its protocol does not have: a path without https, or a name without TLS.
    #[error("only https has a path, and only tls and https have a name")]
    Superfluous,
}

impl FromStr for Upstream {
    type Err = BadUpstream;

    fn from_str(text: &str) -> Result<Self, BadUpstream> {
        let (scheme, rest) = text.split_once("://").ok_or(BadUpstream::Scheme)?;
        let (rest, name) = rest.split_once('#').map_or((rest, None), |(rest, name)| (rest, Some(name)));
        let (place, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let port = match scheme {
            "udp" | "tcp" => 53,
            "tls" => 853,
            "https" => 443,
            _ => return Err(BadUpstream::Scheme),
        };
        let address = address(place, port).ok_or(BadUpstream::Address)?;
        let is_plain = matches!(scheme, "udp" | "tcp");
        if is_plain && name.is_some() || scheme != "https" && !path.is_empty() {
            return Err(BadUpstream::Superfluous);
        }
        let name = name.map_or_else(|| address.ip().to_string(), str::to_owned);
        if !is_plain && ServerName::try_from(&*name).is_err() {
            return Err(BadUpstream::Name);
        }
        let protocol = match scheme {
            "udp" => Protocol::Udp,
            "tcp" => Protocol::Tcp,
            "tls" => Protocol::Tls(name),
            _ if matches!(path, "" | "/") => Protocol::Https(name, "/dns-query".to_owned()),
            _ if path.bytes().all(|byte| byte.is_ascii_graphic()) => Protocol::Https(name, path.to_owned()),
            _ => return Err(BadUpstream::Address),
        };
        Ok(Self { address, protocol })
    }
}

fn address(text: &str, port: u16) -> Option<SocketAddr> {
    if let Ok(address) = text.parse::<SocketAddr>() {
        return (address.port() != 0).then_some(address);
    }
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    bare.parse::<IpAddr>().ok().map(|address| SocketAddr::new(address, port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_are_named_by_address() {
        let parse = |text: &str| text.parse::<Upstream>();
        let at = |text: &str| text.parse::<SocketAddr>().unwrap();
        assert_eq!(parse("udp://192.0.2.53"), Ok(Upstream { address: at("192.0.2.53:53"), protocol: Protocol::Udp }));
        assert_eq!(parse("tcp://[2001:db8::1]").unwrap().address, at("[2001:db8::1]:53"));
        assert_eq!(parse("tls://192.0.2.53:8530#dns.example").unwrap().address, at("192.0.2.53:8530"));
        assert_eq!(parse("tls://192.0.2.53").unwrap().protocol, Protocol::Tls("192.0.2.53".to_owned()));
        let https = parse("https://[2001:db8::1]:8443/q#dns.example").unwrap();
        assert_eq!(https.protocol, Protocol::Https("dns.example".to_owned(), "/q".to_owned()));
    }

    #[test]
    fn what_names_no_server_is_refused() {
        let fault = |text: &str| text.parse::<Upstream>().unwrap_err();
        assert_eq!(fault("192.0.2.53"), BadUpstream::Scheme);
        assert_eq!(fault("quic://192.0.2.53"), BadUpstream::Scheme);
        assert_eq!(fault("udp://dns.example"), BadUpstream::Address);
        assert_eq!(fault("udp://192.0.2.53:0"), BadUpstream::Address);
        assert_eq!(fault("tls://192.0.2.53#not a name"), BadUpstream::Name);
        assert_eq!(fault("udp://192.0.2.53#dns.example"), BadUpstream::Superfluous);
        assert_eq!(fault("tls://192.0.2.53/dns-query"), BadUpstream::Superfluous);
    }
}
