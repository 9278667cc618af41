//! What is looked up: one byte string for each observable, the same at the desk and at every party.

use std::{fmt, net::IpAddr};

use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

/// The longest type, in bytes.
pub const MAX_KIND: usize = 64;
/// The longest canonical value, in bytes.
pub const MAX_VALUE: usize = 8192;
/// The most names that [`parents`] gives for one.
pub const MAX_PARENTS: usize = 5;

/// Types that a thief of the signer's key could try through from the first value to the last.
const ENUMERABLE: [&str; 3] = ["ipv4-addr", "ipv6-addr", "autonomous-system"];

/// Why something cannot be looked up blindly. It never repeats the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ObservableError {
    /// The type is none of STIX's form (lower case, digits and hyphens, at most [`MAX_KIND`] bytes).
    #[error("this is not the name of a type of observable")]
    Kind,
    /// Nothing to look up.
    #[error("the value is empty")]
    Empty,
    /// More than [`MAX_VALUE`] bytes.
    #[error("the value is longer than {MAX_VALUE} bytes")]
    Long,
    /// All values of its sort can be tried one after the other, so a tag would hide nothing.
    #[error("a bare address or number is never in the blind tier, because all of them can be tried")]
    Enumerable,
}

/// An observable in the form in which it is looked up: the SHA-256 of `type NUL canonical-value`.
///
/// The digest, not the text, is the input of RFC 9497: all inputs have one length, so what is kept while an answer is awaited has
/// one, too, and holds no name. A digest hides nothing from who guesses the name, and is redacted.
#[derive(Clone, PartialEq, Eq)]
pub struct Observable(Zeroizing<[u8; 32]>);

impl Observable {
    /// Of a type, as STIX names it (`domain-name`, `url`, `file:hashes.SHA-256` is written `file-sha-256`), and the canonical
    /// form of a value.
    ///
    /// # Errors
    /// Bare addresses, networks, addresses dressed up as a name or as a URL without a path, and what exceeds the bounds.
    pub fn new(kind: &str, value: &str) -> Result<Self, ObservableError> {
        let is_kind = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if kind.is_empty() || kind.len() > MAX_KIND || !kind.bytes().all(is_kind) {
            return Err(ObservableError::Kind);
        }
        if value.is_empty() {
            return Err(ObservableError::Empty);
        }
        if value.len() > MAX_VALUE {
            return Err(ObservableError::Long);
        }
        if ENUMERABLE.contains(&kind) || is_bare_address(value) {
            return Err(ObservableError::Enumerable);
        }
        let mut hash = Sha256::new();
        hash.update(kind);
        hash.update([0]);
        hash.update(value);
        Ok(Self(Zeroizing::new(hash.finalize().into())))
    }

    pub(crate) fn from_digest(digest: [u8; 32]) -> Self {
        Self(Zeroizing::new(digest))
    }

    /// The input of the function.
    pub(crate) fn input(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for Observable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Observable(..)")
    }
}

/// Whether nothing but an address stands there: `192.0.2.1`, `192.0.2.0/24`, `http://[2001:db8::1]:8080/`.
fn is_bare_address(value: &str) -> bool {
    let rest = value.split_once("://").map_or(value, |(_, rest)| rest);
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let is_prefix = !path.is_empty() && path.bytes().all(|byte| byte.is_ascii_digit());
    (path.is_empty() || is_prefix)
        && (is_address(host) || host.rsplit_once(':').is_some_and(|(host, _)| is_address(host)))
}

fn is_address(host: &str) -> bool {
    let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    let host = host.trim_end_matches('.');
    host.parse::<IpAddr>().is_ok()
}

/// A domain and those above it that may be looked up for it: the name itself, then the nearest to the registrable domain, at
/// most [`MAX_PARENTS`] in all.
///
/// A blind look-up of `login.evil.example` does not meet `evil.example`, because equal tags mean equal names. Whoever asks
/// decides how many look-ups a name is worth; this is the choice we recommend. Who makes names of a hundred labels cannot use up the
/// batches with them, since what lies between is left out. `is_public_suffix` is asked about each parent; one that is
/// a public suffix, and all above it, are left out.
pub fn parents(domain: &str, is_public_suffix: impl Fn(&str) -> bool) -> Vec<&str> {
    let mut names: Vec<&str> =
        std::iter::successors(Some(domain), |name| name.split_once('.').map(|(_, parent)| parent))
            .enumerate()
            .take_while(|(depth, name)| *depth == 0 || (name.contains('.') && !is_public_suffix(name)))
            .map(|(_, name)| name)
            .collect();
    if names.len() > MAX_PARENTS {
        names.drain(1..=names.len() - MAX_PARENTS);
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn type_and_value_are_both_looked_up() {
        let of = |kind, value| Observable::new(kind, value).unwrap();
        assert_eq!(of("domain-name", "evil.example"), of("domain-name", "evil.example"));
        assert_ne!(of("domain-name", "evil.example"), of("url", "evil.example"));
        assert_ne!(of("domain-name", "evil.example"), of("domain-name", "evil.example."));
        let digest = data_encoding::HEXLOWER.encode(of("domain-name", "evil.example").input());
        assert_eq!(digest, "5d6d03cec9940ba8fb82ba87383fc391d01e7229bf517c0f3dc19bce5ed7145c");
        assert_eq!(format!("{:?}", of("domain-name", "evil.example")), "Observable(..)");
    }

    #[test]
    fn what_can_be_tried_through_is_refused() {
        for (kind, value) in [
            ("ipv4-addr", "192.0.2.1"),
            ("ipv6-addr", "2001:db8::1"),
            ("autonomous-system", "64496"),
            ("domain-name", "192.0.2.1"),
            ("domain-name", "192.0.2.1."),
            ("domain-name", "192.0.2.0/24"),
            ("url", "http://192.0.2.1"),
            ("url", "http://192.0.2.1/"),
            ("url", "https://user@192.0.2.1:8443/"),
            ("url", "http://[2001:db8::1]:8080/"),
            ("text", "192.0.2.1:25"),
        ] {
            assert_eq!(Observable::new(kind, value), Err(ObservableError::Enumerable), "{kind} {value}");
        }
        assert!(Observable::new("url", "http://192.0.2.1/gate.php").is_ok(), "a path makes it one of many");
        assert!(Observable::new("domain-name", "1.2.3.4.example").is_ok());
    }

    #[test]
    fn bounds_are_kept() {
        let long = "a".repeat(MAX_VALUE);
        assert!(Observable::new("text", &long).is_ok());
        assert_eq!(Observable::new("text", &format!("{long}a")), Err(ObservableError::Long));
        assert_eq!(Observable::new("text", ""), Err(ObservableError::Empty));
        for kind in ["", "Domain", "domain\0name", "domain name", &"k".repeat(MAX_KIND + 1)] {
            assert_eq!(Observable::new(kind, "a"), Err(ObservableError::Kind), "{kind:?}");
        }
    }

    #[test]
    fn parents_stop_below_the_public_suffix() {
        let suffix = |name: &str| matches!(name, "example" | "co.example");
        assert_eq!(parents("login.evil.co.example", suffix), ["login.evil.co.example", "evil.co.example"]);
        assert_eq!(parents("evil.example", suffix), ["evil.example"]);
        assert_eq!(parents("example", suffix), ["example"], "what was seen is looked up, whatever it is");
        let deep = format!("{}evil.example", "a.".repeat(100));
        let found = parents(&deep, suffix);
        assert_eq!(found, [deep.as_str(), "a.a.a.evil.example", "a.a.evil.example", "a.evil.example", "evil.example"]);
    }
}
