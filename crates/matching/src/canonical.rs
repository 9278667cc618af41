//! The one place where two ways of writing the same thing become one: case, trailing dots, IDNA, URL forms,
//! address forms, e-mail addresses, hashes.
//!
//! Both sides of a match pass through here: indicators when a set is built, observables when they are looked up.

use std::{
    borrow::Cow,
    net::{Ipv4Addr, Ipv6Addr},
};

use ipnet::IpNet;
use vauban_model::{HashAlgorithm, ObservableKind};

/// An observable in canonical form: equal keys are the same thing.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Key {
    kind: ObservableKind,
    bytes: Vec<u8>,
}

impl Key {
    /// The canonical form of `value`, or `None` when it is not a value of that kind at all. The kind may change:
    /// an IPv4 address written as a domain name or mapped into IPv6 is an IPv4 address.
    #[must_use]
    pub fn new(kind: ObservableKind, value: &str) -> Option<Self> {
        let value = value.trim();
        if value.is_empty() || value.len() > LONGEST {
            return None;
        }
        match kind {
            ObservableKind::DomainName => domain_or_address(value),
            ObservableKind::Url => url(value),
            ObservableKind::Ipv4Addr => value.parse().ok().map(Self::ipv4),
            ObservableKind::Ipv6Addr => value.trim_matches(['[', ']']).parse().ok().map(Self::ipv6),
            ObservableKind::EmailAddr => email(value),
            ObservableKind::FileHash => {
                HashAlgorithm::of(value)?;
                Some(Self { kind, bytes: hex(value)? })
            }
            ObservableKind::CertificateFingerprint => {
                let bare: String = value.chars().filter(|c| !matches!(c, ':' | ' ')).collect();
                matches!(bare.len(), 32 | 40 | 64).then(|| hex(&bare)).flatten().map(|bytes| Self { kind, bytes })
            }
            ObservableKind::Ja3 => (value.len() == 32).then(|| hex(value)).flatten().map(|bytes| Self { kind, bytes }),
            ObservableKind::Ja4 => Some(Self { kind, bytes: value.to_ascii_lowercase().into_bytes() }),
            ObservableKind::FileName => file_name(value),
            ObservableKind::FilePath => file_path(value),
            // Neither system knows two applications, or two profiles, that differ by case alone.
            ObservableKind::AppId | ObservableKind::ConfigurationProfile => {
                let bare = value.trim_matches(|c: char| c.is_whitespace() || matches!(c, '{' | '}'));
                (!bare.is_empty()).then(|| Self { kind, bytes: bare.to_ascii_lowercase().into_bytes() })
            }
            ObservableKind::ProcessName | ObservableKind::Text | ObservableKind::Bytes | ObservableKind::Event => {
                Some(Self { kind, bytes: value.as_bytes().to_vec() })
            }
        }
    }

    pub(crate) fn ipv4(address: Ipv4Addr) -> Self {
        Self { kind: ObservableKind::Ipv4Addr, bytes: address.octets().to_vec() }
    }

    pub(crate) fn ipv6(address: Ipv6Addr) -> Self {
        match address.to_ipv4_mapped() {
            Some(inner) => Self::ipv4(inner),
            None => Self { kind: ObservableKind::Ipv6Addr, bytes: address.octets().to_vec() },
        }
    }

    /// The kind after canonicalisation.
    #[must_use]
    pub const fn kind(&self) -> ObservableKind {
        self.kind
    }

    /// The canonical bytes: text for names, raw bytes for hashes and addresses.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The canonical form as text.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        text_of(self.kind, &self.bytes)
    }
}

/// No observable worth matching is longer: a longer URL is matched by its host.
const LONGEST: usize = 8 << 10;

/// The text form of canonical bytes.
pub(crate) fn text_of(kind: ObservableKind, bytes: &[u8]) -> Cow<'_, str> {
    use std::fmt::Write as _;
    match kind {
        ObservableKind::Ipv4Addr => match <[u8; 4]>::try_from(bytes) {
            Ok(octets) => Ipv4Addr::from(octets).to_string().into(),
            Err(_) => Cow::Borrowed(""),
        },
        ObservableKind::Ipv6Addr => match <[u8; 16]>::try_from(bytes) {
            Ok(octets) => Ipv6Addr::from(octets).to_string().into(),
            Err(_) => Cow::Borrowed(""),
        },
        ObservableKind::FileHash | ObservableKind::CertificateFingerprint | ObservableKind::Ja3 => {
            let mut hex = String::with_capacity(bytes.len() * 2);
            for byte in bytes {
                let _ = write!(hex, "{byte:02x}");
            }
            hex.into()
        }
        _ => String::from_utf8_lossy(bytes),
    }
}

fn hex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) {
        return None;
    }
    let digit = |byte: u8| char::from(byte).to_digit(16);
    text.as_bytes().chunks_exact(2).map(|pair| u8::try_from(digit(pair[0])? * 16 + digit(pair[1])?).ok()).collect()
}

/// A host name in lower case, in its ASCII form (IDNA, UTS 46), without its final dot.
fn domain(value: &str) -> Option<Vec<u8>> {
    let value = value.strip_suffix('.').unwrap_or(value);
    let ascii = if value.is_ascii() {
        value.to_ascii_lowercase()
    } else {
        let mapped = idna::domain_to_ascii(value).ok()?;
        mapped.strip_suffix('.').unwrap_or(&mapped).to_owned()
    };
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let labels_legal = ascii.split('.').all(|label| !label.is_empty() && label.len() <= 63 && label.bytes().all(legal));
    (labels_legal && ascii.len() <= 253).then(|| ascii.into_bytes())
}

fn domain_or_address(value: &str) -> Option<Key> {
    if let Ok(address) = value.parse() {
        return Some(Key::ipv4(address));
    }
    domain(value).map(|bytes| Key { kind: ObservableKind::DomainName, bytes })
}

/// Lower case throughout: no provider worth attacking tells mailboxes apart by case.
fn email(value: &str) -> Option<Key> {
    let value = value.strip_prefix("mailto:").unwrap_or(value).trim_matches(['<', '>']);
    let (local, host) = value.rsplit_once('@')?;
    let host = domain(host)?;
    if local.is_empty() || local.len() > 128 {
        return None;
    }
    let mut bytes = local.to_lowercase().into_bytes();
    bytes.push(b'@');
    bytes.extend(host);
    Some(Key { kind: ObservableKind::EmailAddr, bytes })
}

/// The last component of a path, in lower case.
fn file_name(value: &str) -> Option<Key> {
    let name = value.rsplit(['/', '\\']).next().unwrap_or(value).trim();
    if name.is_empty() || name.len() > 255 {
        return None;
    }
    Some(Key { kind: ObservableKind::FileName, bytes: name.to_lowercase().into_bytes() })
}

/// A path with slashes that lean forward, without its first: `private` before the three folders that iOS and macOS keep
/// there under a second name is left out. Case counts, but for paths of Windows, which are told by their drive or
/// backslashes.
fn file_path(value: &str) -> Option<Key> {
    let mut value = Cow::Borrowed(value);
    let is_drive = |part: &str| part.len() == 2 && part.ends_with(':') && part.starts_with(|c: char| c.is_alphabetic());
    if value.contains('\\') || components(&value).next().is_some_and(is_drive) {
        value = value.to_lowercase().into();
    }
    let mut parts: Vec<&str> = components(&value).collect();
    if let ["private", "var" | "tmp" | "etc", ..] = parts.as_slice() {
        parts.remove(0);
    }
    let mut path = parts.join("/");
    if path.is_empty() {
        return None;
    }
    if value.ends_with(['/', '\\']) {
        path.push('/');
    }
    Some(Key { kind: ObservableKind::FilePath, bytes: path.into_bytes() })
}

fn components(path: &str) -> impl Iterator<Item = &str> {
    path.split(['/', '\\']).map(str::trim).filter(|part| !matches!(*part, "" | "."))
}

/// A URL as WHATWG parses it, without user name, password and fragment. `http` and `https` are one, since lists
/// and logs disagree about them; so are a missing path and `/`, and `%41` and `A`.
fn url(value: &str) -> Option<Key> {
    let parsed = if has_scheme(value) { url::Url::parse(value) } else { url::Url::parse(&format!("http://{value}")) };
    let parsed = parsed.ok()?;
    let host = parsed.host_str()?.trim_end_matches('.');
    if host.is_empty() {
        return None;
    }
    let mut text = String::with_capacity(value.len());
    if !matches!(parsed.scheme(), "http" | "https") {
        text.push_str(parsed.scheme());
        text.push_str("://");
    }
    text.push_str(host);
    // A port that is the default of either of the two schemes says nothing.
    if let Some(port) = parsed.port().filter(|port| !matches!((parsed.scheme(), port), ("http", 443) | ("https", 80))) {
        text.push_str(&format!(":{port}"));
    }
    text.push_str(&unescaped(parsed.path()));
    if let Some(query) = parsed.query() {
        text.push('?');
        text.push_str(&unescaped(query));
    }
    Some(Key { kind: ObservableKind::Url, bytes: text.into_bytes() })
}

fn has_scheme(value: &str) -> bool {
    value.split_once("://").is_some_and(|(scheme, _)| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
    })
}

/// Percent-encoded unreserved characters as themselves (RFC 3986, section 6.2.2.2), other escapes in upper case.
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        let escape = rest.get(at + 1..at + 3).and_then(|pair| u8::from_str_radix(pair, 16).ok());
        match escape {
            Some(byte) if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') => {
                out.push(char::from(byte));
                rest = &rest[at + 3..];
            }
            Some(byte) => {
                out.push_str(&format!("%{byte:02X}"));
                rest = &rest[at + 3..];
            }
            None => {
                out.push('%');
                rest = &rest[at + 1..];
            }
        }
    }
    out.push_str(rest);
    out
}

/// A network in canonical form: host bits cleared. `None` when it is no network.
pub(crate) fn network(value: &str) -> Option<IpNet> {
    let value = value.trim();
    value
        .parse::<IpNet>()
        .ok()
        .or_else(|| value.parse::<std::net::IpAddr>().ok().map(IpNet::from))
        .map(|network| network.trunc())
}

#[cfg(test)]
mod tests {
    use ObservableKind::{
        AppId, ConfigurationProfile, DomainName, EmailAddr, FileHash, FileName, FilePath, Ipv4Addr, Ipv6Addr,
        ProcessName, Url,
    };

    use super::*;

    fn text(kind: ObservableKind, value: &str) -> Option<String> {
        Key::new(kind, value).map(|key| key.text().into_owned())
    }

    #[test]
    fn one_form_for_each_thing() {
        for (kind, written, canonical) in [
            (DomainName, "Evil.COM.", "evil.com"),
            (DomainName, "BÜCHER.example", "xn--bcher-kva.example"),
            (DomainName, "192.0.2.1", "192.0.2.1"),
            (Url, "HTTP://Evil.com", "evil.com/"),
            (Url, "https://user:pw@evil.com:443/a/../b%41?q=%2f#frag", "evil.com/bA?q=%2F"),
            (Url, "evil.com/a", "evil.com/a"),
            (Url, "http://evil.com:8080/", "evil.com:8080/"),
            (Url, "ftp://evil.com/x", "ftp://evil.com/x"),
            (Url, "http://0xC0000201/a", "192.0.2.1/a"),
            (Ipv6Addr, "2001:DB8:0:0::1", "2001:db8::1"),
            (Ipv6Addr, "::ffff:192.0.2.1", "192.0.2.1"),
            (Ipv4Addr, " 192.0.2.1 ", "192.0.2.1"),
            (EmailAddr, "John.Doe@EVIL.example", "john.doe@evil.example"),
            (FileHash, "D41D8CD98F00B204E9800998ECF8427E", "d41d8cd98f00b204e9800998ecf8427e"),
            (FileName, r"C:\Temp\Evil.EXE", "evil.exe"),
            (FilePath, r"C:\Temp\\Evil.EXE", "c:/temp/evil.exe"),
            (FilePath, "/private/var/tmp/Evil", "var/tmp/Evil"),
            (FilePath, "/tmp/l/", "tmp/l/"),
            (AppId, "com.Evil.App", "com.evil.app"),
            (ConfigurationProfile, "{76DAB334-7E17}", "76dab334-7e17"),
            (ProcessName, "BackupAgent", "BackupAgent"),
        ] {
            assert_eq!(text(kind, written).as_deref(), Some(canonical), "{written}");
        }
    }

    #[test]
    fn what_is_not_of_the_kind_is_refused() {
        for (kind, written) in [
            (DomainName, "evil..com"),
            (DomainName, "a b.com"),
            (Url, "http://"),
            (Ipv4Addr, "1.2.3"),
            (EmailAddr, "nobody"),
            (FileHash, "zz"),
            (FilePath, "///"),
            (FileHash, "d41d8cd98f00b204e9800998ecf842"),
        ] {
            assert_eq!(text(kind, written), None, "{written}");
        }
    }

    proptest::proptest! {
        #[test]
        fn canonical_forms_are_stable(value in "\\PC{0,60}") {
            for kind in [
                DomainName, Url, Ipv4Addr, Ipv6Addr, EmailAddr, FileHash, FileName, FilePath, AppId, ProcessName,
                ConfigurationProfile,
            ] {
                if let Some(key) = Key::new(kind, &value) {
                    let again = Key::new(key.kind(), &key.text());
                    proptest::prop_assert_eq!(again.as_ref(), Some(&key));
                }
            }
        }
    }
}
