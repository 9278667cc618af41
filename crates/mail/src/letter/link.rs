//! Where a link leads, and what it shows. Nothing is ever resolved or fetched.

use std::net::IpAddr;

use percent_encoding::percent_decode_str;
use url::{Host, Url};
use vauban_lookalike::{in_unicode, registrable};
use vauban_model::printable;

/// Where a link was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shown {
    /// A link of the page, with its text.
    Page,
    /// An address in plain text.
    Plain,
    /// Where a form sends what is filled in.
    Form,
    /// In a code to be photographed.
    Code,
    /// In something attached.
    Attached,
}

/// A link.
#[derive(Debug, Clone)]
pub struct Link {
    /// The text over it, as a person sees it; empty where there is none.
    pub text: String,
    /// Where it leads.
    pub target: Target,
    /// Where it was found.
    pub place: Shown,
}

/// An address that a link leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// As it was written.
    pub written: String,
    /// `https`, `file`...
    pub scheme: String,
    /// The host in lower case, `xn--` where it is not ASCII; empty when there is none.
    pub host: String,
    /// Whether the host is a number instead of a name.
    pub is_ip: bool,
    /// What stands before an `@` in front of the host.
    pub userinfo: String,
    /// The path.
    pub path: String,
    /// The addresses of others that it carries in its query, path or fragment, decoded.
    pub carried: Vec<String>,
    /// The query and fragment, decoded once.
    pub rest: String,
}

/// The longest address that is looked at: browsers open no longer ones.
const LONGEST: usize = 8 << 10;
/// Addresses that one link may carry.
const MOST_CARRIED: usize = 4;

impl Target {
    /// Reads an address as browsers do. `None` for what leads nowhere (`#top`, relative paths).
    #[must_use]
    pub fn parse(written: &str) -> Option<Self> {
        let written = written.trim();
        let is_plain = written.len() <= LONGEST && !written.contains(['\t', '\n', '\r']);
        let trimmed: String = if is_plain {
            written.to_owned()
        } else {
            written.chars().filter(|c| !matches!(c, '\t' | '\n' | '\r')).take(LONGEST).collect()
        };
        // A share of Windows: opening it hands the password's hash to whoever owns it.
        let readable = if let Some(share) = trimmed.strip_prefix("\\\\") {
            format!("file://{}", share.replace('\\', "/"))
        } else if let Some(rest) = trimmed.strip_prefix("//") {
            format!("https://{rest}")
        } else if trimmed.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("www.")) {
            format!("https://{trimmed}")
        } else {
            trimmed.clone()
        };
        let url = Url::parse(&readable).ok()?;
        let host = url.host_str().unwrap_or_default().trim_end_matches('.').to_lowercase();
        let is_ip = matches!(url.host(), Some(Host::Ipv4(_) | Host::Ipv6(_))) || host.parse::<IpAddr>().is_ok();
        let rest = [url.query(), url.fragment()].into_iter().flatten().collect::<Vec<_>>().join("#");
        let mut carried = Vec::new();
        for piece in [url.path(), url.query().unwrap_or_default(), url.fragment().unwrap_or_default()] {
            carry(piece, &mut carried);
        }
        let userinfo = if matches!(url.scheme(), "http" | "https" | "ftp") {
            decode(&[url.username(), url.password().unwrap_or_default()].join(":")).trim_matches(':').to_owned()
        } else {
            String::new()
        };
        Some(Self {
            scheme: url.scheme().to_owned(),
            host,
            is_ip,
            userinfo,
            path: url.path().to_owned(),
            carried,
            rest: decode(&rest),
            written: trimmed,
        })
    }

    /// What somebody registered of the host; the host itself where nothing can be registered.
    #[must_use]
    pub fn domain(&self) -> &str {
        registrable(&self.host).unwrap_or(&self.host)
    }

    /// Whether a browser would open it over the network.
    #[must_use]
    pub fn is_web(&self) -> bool {
        matches!(self.scheme.as_str(), "http" | "https") && !self.host.is_empty()
    }

    /// For the evidence of a fact: the host as people see it, and a beginning of the path.
    #[must_use]
    pub fn shown(&self) -> String {
        let whole = if self.host.is_empty() {
            self.written.clone()
        } else {
            format!("{}://{}{}", self.scheme, in_unicode(&self.host), self.path)
        };
        let mut shown: String = printable(&whole).chars().take(120).collect();
        if shown.chars().count() == 120 {
            shown.push('…');
        }
        shown
    }

    /// The other address that this one carries to a third party, if any: not below the same owner.
    pub fn carried_elsewhere(&self) -> impl Iterator<Item = Self> + '_ {
        self.carried
            .iter()
            .filter_map(|address| Self::parse(address))
            .filter(|inner| inner.is_web() && inner.domain() != self.domain())
    }
}

/// Absolute addresses inside a piece of an address, coded or not.
fn carry(piece: &str, carried: &mut Vec<String>) {
    let mut text = piece.to_owned();
    // Coded twice is how redirectors nest.
    for _ in 0..3 {
        for scheme in ["http://", "https://"] {
            for (at, _) in text.match_indices(scheme) {
                let rest = text.get(at..).unwrap_or_default();
                let end = rest.find(|c: char| c.is_whitespace() || "\"'<>&".contains(c)).unwrap_or(rest.len());
                let found = rest.get(..end).unwrap_or_default().to_owned();
                if carried.len() < MOST_CARRIED && !carried.contains(&found) {
                    carried.push(found);
                }
            }
        }
        coded(&text, carried);
        let decoded = decode(&text);
        if decoded == text || !carried.is_empty() {
            break;
        }
        text = decoded;
    }
}

/// Addresses in base64, as some redirectors carry them. What begins with `http` begins so.
fn coded(text: &str, carried: &mut Vec<String>) {
    for start in ["aHR0cHM6Ly", "aHR0cDovL"] {
        for (at, _) in text.match_indices(start) {
            let rest = text.get(at..).unwrap_or_default();
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && !"+/-_".contains(c)).unwrap_or(rest.len());
            let plain = rest.get(..end).unwrap_or_default().replace('-', "+").replace('_', "/");
            let whole = plain.get(..plain.len() - plain.len() % 4).unwrap_or_default();
            if let Ok(bytes) = data_encoding::BASE64.decode(whole.as_bytes())
                && carried.len() < MOST_CARRIED
            {
                carried.push(String::from_utf8_lossy(&bytes).into_owned());
            }
        }
    }
}

fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_as_browsers_do() {
        let target = Target::parse("https://www.google.com/url?q=https%3A%2F%2Fowa-campagne0.example%2Flogin").unwrap();
        assert_eq!((target.host.as_str(), target.domain()), ("www.google.com", "google.com"));
        assert_eq!(target.carried, ["https://owa-campagne0.example/login"]);
        assert_eq!(target.carried_elsewhere().next().unwrap().host, "owa-campagne0.example");
        let bing =
            Target::parse("https://www.bing.com/ck/a?!&&p=98&u=a1aHR0cHM6Ly9ldmlsLmV4YW1wbGUvbG9naW4&ntb=1").unwrap();
        assert_eq!(bing.carried_elsewhere().next().unwrap().host, "evil.example");
        assert_eq!(Target::parse("http://accounts.google.com@evil.example/").unwrap().userinfo, "accounts.google.com");
        assert!(Target::parse("http://0xc0000201/").unwrap().is_ip);
        assert!(Target::parse("http://3221225985/login").unwrap().is_ip);
        assert_eq!(Target::parse("ht\ntps://ev\til.example").unwrap().host, "evil.example");
        assert_eq!(Target::parse("\\\\192.0.2.1\\share\\a").unwrap().scheme, "file");
        assert_eq!(Target::parse("//evil.example/x").unwrap().host, "evil.example");
        assert!(Target::parse("#top").is_none() && Target::parse("page.html").is_none());
        assert!(!Target::parse("mailto:a@b.example").unwrap().is_web());
    }
}
