//! From a value as people write it to what it looks for: refanging, and telling a domain from a hash from a path.
//!
//! Canonical forms are `vauban-matching`'s; here a value is only checked, and made what it was before it was defanged.

use std::{borrow::Cow, net::IpAddr, net::SocketAddr, sync::LazyLock};

use ipnet::IpNet;
use regex::{Captures, Regex};
use vauban_model::{HashAlgorithm, Observable, ObservableKind, Test};

/// A value that names nothing we can look for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAValue {
    /// Nothing stands there.
    #[error("empty")]
    Empty,
    /// It is longer than any value worth matching.
    #[error("longer than {LONGEST} bytes")]
    TooLong,
    /// It has the form of none of the kinds.
    #[error("neither a hash, an address, a network, a URL, an e-mail address, a domain nor a file name")]
    Unknown,
    /// It was said to be of a kind and is not.
    #[error("not a valid {0}")]
    Invalid(ObservableKind),
}

const LONGEST: usize = 8 << 10;

/// The value behind a defanged one: `hxxp://evil[.]example` is `http://evil.example`.
#[must_use]
pub fn refang(text: &str) -> Cow<'_, str> {
    static MARKS: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"(?i)\[\.\]|\(\.\)|\{\.\}|\[\.|\.\]|\s?[\[({]\s?dot\s?[\])}]\s?|\s?[\[({]\s?at\s?[\])}]\s?|[\[({]@[\])}]|\[:\]|\[://\]|\[/\]|\b(?:hxxp|h\*\*p|hXXp|meow|hxtp|htxp)(s?)(?:://|\[:\]//|\[://\]|:\\\\)|\bfxp://|\\\.",
        )
        .expect("the expression is a constant")
    });
    // Lists of a million names are plain: every mark has one of these.
    if !text.bytes().any(|byte| matches!(byte, b'[' | b']' | b'(' | b')' | b'{' | b'}' | b':' | b'\\')) {
        return Cow::Borrowed(text);
    }
    MARKS.replace_all(text, |captures: &Captures<'_>| {
        let mark = captures[0].trim().to_ascii_lowercase();
        if let Some(secure) = captures.get(1) {
            return format!("http{}://", secure.as_str().to_ascii_lowercase());
        }
        match mark.as_str() {
            "fxp://" => "ftp://",
            "[:]" => ":",
            "[://]" => "://",
            "[/]" => "/",
            mark if mark.contains('@') || mark.contains("at") => "@",
            _ => ".",
        }
        .to_owned()
    })
}

/// What a value of unknown kind looks for. More than one test when it names more than one thing: a URL without a path
/// also names its host.
///
/// # Errors
/// Why it names nothing.
pub fn classify(written: &str) -> Result<Vec<Test>, NotAValue> {
    let bare = strip(written);
    if bare.is_empty() {
        return Err(NotAValue::Empty);
    }
    if bare.len() > LONGEST {
        return Err(NotAValue::TooLong);
    }
    let value = refang(bare);
    let value = value.as_ref();
    if let Some(hash) = hash(value) {
        return Ok(vec![hash]);
    }
    if let Some(test) = address_or_network(value) {
        return Ok(vec![test]);
    }
    if value.contains("://") {
        return url(value);
    }
    if value.contains('\\') || value.starts_with(['%', '~']) {
        return Ok(vec![path(value)?]);
    }
    if value.contains('@') && !value.contains('/') {
        return email(value).map(|test| vec![test]);
    }
    if let Some((host, rest)) = value.split_once('/') {
        // `host:80:/path` is how some implants keep their addresses, and how some reports print them.
        if let Some(host) = host.strip_suffix(':') {
            return classify(&format!("{host}/{rest}"));
        }
        let host = host
            .split_once(':')
            .filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()))
            .map_or(host, |(host, _)| host);
        let host_ok = host.parse::<IpAddr>().is_ok() || domain_name(host).is_some_and(|name| has_known_suffix(&name));
        return if host_ok { url(value) } else { Err(NotAValue::Unknown) };
    }
    if let Some((host, port)) = value.rsplit_once(':') {
        let port_ok = !port.is_empty() && port.len() <= 5 && port.bytes().all(|byte| byte.is_ascii_digit());
        return if port_ok {
            host_test(host).map(|test| vec![test]).ok_or(NotAValue::Unknown)
        } else {
            Err(NotAValue::Unknown)
        };
    }
    let wildcard = value.trim_start_matches("*.").trim_start_matches('.');
    if let Some(name) = domain_name(wildcard)
        && (has_known_suffix(&name) || !has_file_extension(value))
    {
        return Ok(vec![observable(ObservableKind::DomainName, name)]);
    }
    // `<hash> – <name>` is two things, and the hash is the one that counts.
    let starts_with_hash = value.split_whitespace().next().is_some_and(|word| HashAlgorithm::of(word).is_some());
    if has_file_extension(value) && value.len() <= 255 && !value.contains(char::is_control) && !starts_with_hash {
        return Ok(vec![observable(ObservableKind::FileName, value)]);
    }
    Err(NotAValue::Unknown)
}

/// What a value looks for that its document says is of this kind.
///
/// # Errors
/// Why it is not of that kind.
pub(crate) fn of_kind(kind: ObservableKind, written: &str) -> Result<Vec<Test>, NotAValue> {
    let bare = strip(written);
    if bare.is_empty() {
        return Err(NotAValue::Empty);
    }
    if bare.len() > LONGEST {
        return Err(NotAValue::TooLong);
    }
    let value = refang(bare);
    let value = value.as_ref();
    let invalid = NotAValue::Invalid(kind);
    let one = |test: Option<Test>| test.map(|test| vec![test]).ok_or(invalid.clone());
    match kind {
        ObservableKind::DomainName => {
            let wildcard = value.trim_start_matches("*.").trim_start_matches('.');
            match domain_name(wildcard) {
                Some(name) => Ok(vec![observable(kind, name)]),
                // Lists of domains hold URLs too; with a path it is one.
                None if value.contains("://")
                    || value.split_once('/').is_some_and(|(host, _)| domain_name(host).is_some()) =>
                {
                    url(value)
                }
                None => one(address_or_network(value)),
            }
        }
        ObservableKind::Url => url(value),
        ObservableKind::Ipv4Addr | ObservableKind::Ipv6Addr => one(address_or_network(value)),
        ObservableKind::EmailAddr => email(value).map(|test| vec![test]),
        ObservableKind::FileHash => one(hash(value)),
        ObservableKind::FileName => path(bare).map(|test| vec![test]),
        // Values that stand for themselves: nobody defangs them, and a bracket in one is its own.
        ObservableKind::ProcessName | ObservableKind::AppId | ObservableKind::ConfigurationProfile => {
            one(is_plain(bare, 255).then(|| observable(kind, bare)))
        }
        ObservableKind::FilePath => one((is_plain(bare, 4096)
            && bare.contains(['/', '\\'])
            && bare.contains(|c: char| !matches!(c, '/' | '\\' | '.')))
        .then(|| observable(kind, bare))),
        ObservableKind::Ja3 => {
            one((value.len() == 32 && is_hex(value)).then(|| observable(kind, value.to_lowercase())))
        }
        ObservableKind::CertificateFingerprint => {
            let digits: String = value.chars().filter(|c| !matches!(c, ':' | ' ')).collect();
            one((matches!(digits.len(), 32 | 40 | 64) && is_hex(&digits))
                .then(|| observable(kind, digits.to_lowercase())))
        }
        ObservableKind::Ja4 | ObservableKind::Text | ObservableKind::Bytes | ObservableKind::Event => {
            Ok(vec![observable(kind, bare)])
        }
    }
}

/// A host name in lower-case ASCII form, if it is one: two labels or more, legal characters, a last label that is no
/// number.
pub(crate) fn domain_name(text: &str) -> Option<String> {
    let text = text.strip_suffix('.').unwrap_or(text);
    let ascii = if text.is_ascii() { text.to_ascii_lowercase() } else { idna::domain_to_ascii(text).ok()? };
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let labels_legal = ascii.split('.').all(|label| !label.is_empty() && label.len() <= 63 && label.bytes().all(legal));
    let (_, last) = ascii.rsplit_once('.')?;
    let last_legal =
        last.len() >= 2 && (last.starts_with("xn--") || last.bytes().all(|byte| byte.is_ascii_alphabetic()));
    (labels_legal && last_legal && ascii.len() <= 253).then_some(ascii)
}

/// Whether a name in lower case ends in a public suffix, or in a name of special use that reports and examples write.
pub(crate) fn has_known_suffix(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or(name);
    matches!(last, "example" | "test" | "invalid" | "onion" | "i2p" | "bit" | "local")
        || psl::suffix(name.as_bytes()).is_some_and(|suffix| suffix.is_known())
}

/// Whether the name ends like the files that reports list.
pub(crate) fn has_file_extension(name: &str) -> bool {
    const EXTENSIONS: &str = " exe dll sys scr ocx cpl msi bat cmd ps1 psm1 vbs vbe js jse wsf wsh hta lnk url doc docx \
        docm dot dotm xls xlsx xlsm xlsb ppt pptx pptm rtf pdf zip rar 7z iso img vhd jar apk ipa dex elf so dylib bin dat \
        tmp log txt cab chm inf drv mui cfg ini nls tpl cache clb share php asp aspx jsp py sh pl reg db xml json html \
        htm pdb tlb plist macho dmg pkg deb rpm ko efi sct ";
    name.rsplit_once('.').is_some_and(|(stem, extension)| {
        !stem.is_empty()
            && (1..=5).contains(&extension.len())
            && EXTENSIONS.split_whitespace().any(|known| known.eq_ignore_ascii_case(extension))
    })
}

/// An observable as a test.
pub(crate) fn observable(kind: ObservableKind, value: impl Into<Box<str>>) -> Test {
    Test::Observable(Observable::new(kind, value))
}

/// A constant in a STIX pattern: quotes and backslashes escaped (STIX 2.1 section 9.3).
pub(crate) fn pattern_constant(value: &str) -> String {
    format!("'{}'", value.replace('\\', "\\\\").replace('\'', "\\'"))
}

fn strip(written: &str) -> &str {
    written
        .trim()
        .trim_matches(|c: char| matches!(c, '"' | '\'' | '`' | '<' | '>' | ',' | ';' | '\u{feff}' | '\0'))
        .trim()
}

fn is_plain(text: &str, longest: usize) -> bool {
    text.len() <= longest && !text.contains(char::is_control)
}

fn is_hex(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn hash(value: &str) -> Option<Test> {
    let digits = match value.split_once(':') {
        Some((name, rest))
            if matches!(
                name.to_ascii_lowercase().as_str(),
                "md5" | "sha1" | "sha-1" | "sha256" | "sha-256" | "sha512" | "sha-512"
            ) =>
        {
            rest.trim()
        }
        _ => value,
    };
    HashAlgorithm::of(digits)?;
    Some(observable(ObservableKind::FileHash, digits.to_ascii_lowercase()))
}

fn address_or_network(value: &str) -> Option<Test> {
    if !value.bytes().all(|byte| byte.is_ascii_hexdigit() || matches!(byte, b'.' | b':' | b'/' | b'[' | b']' | b'%')) {
        return None;
    }
    let address = |address: IpAddr| match address {
        IpAddr::V4(four) => observable(ObservableKind::Ipv4Addr, four.to_string()),
        IpAddr::V6(six) => observable(ObservableKind::Ipv6Addr, six.to_string()),
    };
    if let Ok(network) = value.parse::<IpNet>() {
        let network = network.trunc();
        return Some(if network.prefix_len() == network.max_prefix_len() {
            address(network.addr())
        } else {
            Test::Network(network.to_string().into())
        });
    }
    if let Ok(socket) = value.parse::<SocketAddr>() {
        return Some(address(socket.ip()));
    }
    value.trim_matches(['[', ']']).parse().ok().map(address)
}

fn host_test(host: &str) -> Option<Test> {
    address_or_network(host).or_else(|| domain_name(host).map(|name| observable(ObservableKind::DomainName, name)))
}

fn url(value: &str) -> Result<Vec<Test>, NotAValue> {
    let invalid = || NotAValue::Invalid(ObservableKind::Url);
    // White space ends a URL; what follows is somebody's sentence.
    if value.contains(|c: char| c.is_control() || c.is_whitespace()) {
        return Err(invalid());
    }
    let (scheme, rest) = value.split_once("://").unwrap_or(("http", value));
    let web = matches!(
        scheme.to_ascii_lowercase().as_str(),
        "http" | "https" | "ftp" | "ftps" | "sftp" | "ws" | "wss" | "smb"
    );
    let parsed =
        url::Url::parse(&if web && value.contains("://") { value.to_owned() } else { format!("http://{rest}") })
            .map_err(|_| invalid())?;
    let host = parsed.host_str().unwrap_or_default();
    let host = host_test(host).ok_or_else(invalid)?;
    if !web {
        // `dns://name`, `tcp://name:443`: the host is all there is to look for.
        return Ok(vec![host]);
    }
    let mut tests = vec![observable(ObservableKind::Url, value)];
    if parsed.path() == "/" && parsed.query().is_none() && parsed.fragment().is_none() {
        tests.push(host);
    }
    Ok(tests)
}

fn email(value: &str) -> Result<Test, NotAValue> {
    let invalid = || NotAValue::Invalid(ObservableKind::EmailAddr);
    let value = value.strip_prefix("mailto:").unwrap_or(value);
    let (local, host) = value.rsplit_once('@').ok_or_else(invalid)?;
    let host = domain_name(host).ok_or_else(invalid)?;
    if local.len() > 128
        || local.contains(|c: char| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | ',' | '@'))
    {
        return Err(invalid());
    }
    // A whole domain of senders (`@evil.example`) is that domain.
    Ok(if local.is_empty() {
        observable(ObservableKind::DomainName, host)
    } else {
        observable(ObservableKind::EmailAddr, format!("{local}@{host}"))
    })
}

/// A path as a test: a registry key and a folder as STIX patterns, anything else by its file name.
fn path(value: &str) -> Result<Test, NotAValue> {
    let upper = value.to_ascii_uppercase();
    if ["HKLM\\", "HKCU\\", "HKCR\\", "HKU\\", "HKEY_"].iter().any(|hive| upper.starts_with(hive)) {
        return Ok(Test::Pattern(format!("[windows-registry-key:key = {}]", pattern_constant(value)).into()));
    }
    let name = value.rsplit(['/', '\\']).next().unwrap_or(value).trim();
    if name.is_empty() {
        let folder = value.trim_end_matches(['/', '\\']);
        if folder.is_empty() {
            return Err(NotAValue::Empty);
        }
        return Ok(Test::Pattern(format!("[directory:path = {}]", pattern_constant(folder)).into()));
    }
    if name.len() > 255 || name.contains(char::is_control) {
        return Err(NotAValue::Invalid(ObservableKind::FileName));
    }
    Ok(observable(ObservableKind::FileName, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(value: &str) -> Vec<String> {
        classify(value)
            .map(|tests| {
                tests
                    .iter()
                    .map(|test| match test {
                        Test::Observable(observable) => format!("{} {}", observable.kind, observable.value),
                        Test::Network(network) => format!("network {network}"),
                        other => other.value().to_owned(),
                    })
                    .collect()
            })
            .unwrap_or_default()
    }

    #[test]
    fn every_kind_is_told() {
        for (written, expected) in [
            ("hxxps://Evil[.]example/a", vec!["url https://Evil.example/a"]),
            ("hxxp[://]evil(dot)example/a", vec!["url http://evil.example/a"]),
            ("http://evil.example", vec!["url http://evil.example", "domain-name evil.example"]),
            ("dns://evil.example", vec!["domain-name evil.example"]),
            ("tcp://192.0.2.1:443", vec!["ipv4-addr 192.0.2.1"]),
            ("*.evil[.]example", vec!["domain-name evil.example"]),
            ("bücher.example.", vec!["domain-name xn--bcher-kva.example"]),
            ("192.0.2[.]1", vec!["ipv4-addr 192.0.2.1"]),
            ("192.0.2.1:8080", vec!["ipv4-addr 192.0.2.1"]),
            ("192.0.2.9/24", vec!["network 192.0.2.0/24"]),
            ("192.0.2.9/32", vec!["ipv4-addr 192.0.2.9"]),
            ("2001:db8::1", vec!["ipv6-addr 2001:db8::1"]),
            ("evil.example:8443", vec!["domain-name evil.example"]),
            ("spy[at]evil[.]example", vec!["email-addr spy@evil.example"]),
            ("@evil.example", vec!["domain-name evil.example"]),
            (
                "sha256:E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855",
                vec!["file-hash e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
            ),
            (r"C:\Temp\evil.exe", vec!["file-name evil.exe"]),
            (r"C:\Temp\", vec![r"[directory:path = 'C:\\Temp']"]),
            (r"HKLM\SOFTWARE\Evil", vec![r"[windows-registry-key:key = 'HKLM\\SOFTWARE\\Evil']"]),
            ("invoice.docm", vec!["file-name invoice.docm"]),
            ("evil.com/path", vec!["url evil.com/path"]),
            ("evil.com:80:/path", vec!["url evil.com:80/path"]),
        ] {
            assert_eq!(shown(written), expected, "{written}");
        }
    }

    #[test]
    fn what_names_nothing_is_refused() {
        for written in [
            "",
            "hello world",
            "evil",
            "1.2.3",
            "http://",
            "a@b@",
            "d41d8cd98f00b204e9800998ecf842",
            "e.g.",
            "and/or",
            "x:y",
        ] {
            assert!(classify(written).is_err(), "{written}");
        }
        assert_eq!(classify(&"a".repeat(9000)), Err(NotAValue::TooLong));
    }

    proptest::proptest! {
        #[test]
        fn never_panics(text in "\\PC{0,80}") {
            let _ = classify(&text);
            let _ = refang(&text);
        }
    }
}
