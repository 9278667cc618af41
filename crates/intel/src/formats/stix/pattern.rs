//! Patterns that are no more than a choice between values, told apart by their text alone.
//!
//! Anything with AND, FOLLOWEDBY, qualifiers, other operators or other properties is not plain and stays a pattern.

use std::sync::LazyLock;

use regex::Regex;
use vauban_model::{ObservableKind, Test};

use crate::value::{NotAValue, of_kind};

/// The tests of a plain pattern; `None` when it is not plain.
///
/// # Errors
/// When it is plain and one of its values is not of the kind that its property asks for.
pub(crate) fn plain_alternatives(pattern: &str) -> Result<Option<Vec<Test>>, NotAValue> {
    static COMPARISON: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"([a-z0-9][a-z0-9-]*):([\w.'\-]+)\s*=\s*'((?:[^'\\]|\\.)*)'").expect("the expression is a constant")
    });
    // MISP's converter says the type of what a connection leads to, and then its value, which says as much.
    static TYPED: LazyLock<Regex> = LazyLock::new(|| {
        let end = |end: &str| {
            format!(r"network-traffic:{end}_ref\.type\s*=\s*'[a-z0-9-]+'\s+AND\s+(network-traffic:{end}_ref\.value)")
        };
        Regex::new(&format!("{}|{}", end("dst"), end("src"))).expect("the expression is a constant")
    });
    let pattern = TYPED.replace_all(pattern, "$1$2");
    let mut tests = Vec::new();
    let mut last = 0;
    for found in COMPARISON.captures_iter(&pattern) {
        let Some(all) = found.get(0) else { continue };
        if !joins_alternatives(pattern.get(last..all.start()).unwrap_or("?"), last == 0) {
            return Ok(None);
        }
        last = all.end();
        let Some(kind) = kind_of(&found[1], &found[2]) else { return Ok(None) };
        tests.extend(of_kind(kind, &unescaped(&found[3]))?);
    }
    let rest = pattern.get(last..).unwrap_or("?");
    let closed = rest.chars().all(|c| c.is_whitespace() || matches!(c, ']' | ')'));
    let balanced = pattern.matches('[').count() == pattern.matches(']').count();
    Ok((closed && balanced && !tests.is_empty()).then_some(tests))
}

fn joins_alternatives(between: &str, first: bool) -> bool {
    let words: Vec<&str> = between
        .split(|c: char| c.is_whitespace() || matches!(c, '[' | ']' | '(' | ')'))
        .filter(|word| !word.is_empty())
        .collect();
    if first { words.is_empty() && between.contains('[') } else { words == ["OR"] }
}

fn kind_of(object: &str, property: &str) -> Option<ObservableKind> {
    Some(match (object, property) {
        ("domain-name", "value") => ObservableKind::DomainName,
        ("url", "value") => ObservableKind::Url,
        ("ipv4-addr", "value") => ObservableKind::Ipv4Addr,
        ("ipv6-addr", "value") => ObservableKind::Ipv6Addr,
        ("network-traffic", "dst_ref.value" | "src_ref.value") => ObservableKind::DomainName,
        ("email-addr", "value") | ("email-message", "from_ref.value" | "sender_ref.value") => ObservableKind::EmailAddr,
        ("file", "name") => ObservableKind::FileName,
        ("file", "path") => ObservableKind::FilePath,
        // What publishers of indicators for phones write; no object of the standard has these properties.
        ("process", "name") => ObservableKind::ProcessName,
        ("app", "id") => ObservableKind::AppId,
        ("app", "cert.md5" | "cert.sha1" | "cert.sha256") => ObservableKind::CertificateFingerprint,
        ("configuration-profile", "id") => ObservableKind::ConfigurationProfile,
        ("file" | "artifact", property) => {
            let name = property.strip_prefix("hashes.")?.trim_matches('\'').to_ascii_lowercase();
            matches!(name.as_str(), "md5" | "sha1" | "sha-1" | "sha256" | "sha-256" | "sha512" | "sha-512")
                .then_some(ObservableKind::FileHash)?
        }
        ("x509-certificate", property) if property.starts_with("hashes.") => ObservableKind::CertificateFingerprint,
        _ => return None,
    })
}

fn unescaped(constant: &str) -> String {
    let mut out = String::with_capacity(constant.len());
    let mut escaped = false;
    for c in constant.chars() {
        escaped = !escaped && c == '\\';
        if !escaped {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(pattern: &str) -> Option<Vec<String>> {
        plain_alternatives(pattern).unwrap().map(|tests| tests.iter().map(|test| test.value().to_owned()).collect())
    }

    #[test]
    fn plain_choices_become_values() {
        assert_eq!(values("[domain-name:value='evil.example']").unwrap(), ["evil.example"]);
        assert_eq!(
            values("[ipv4-addr:value = '192.0.2.1' OR ipv4-addr:value = '192.0.2.0/24'] OR [file:name = 'it\\'s.exe']")
                .unwrap(),
            ["192.0.2.1", "192.0.2.0/24", "it's.exe"]
        );
        assert_eq!(
            values("[file:hashes.'SHA-256' = '00000000000000000000000000000000000000000000000000000000000000aa']")
                .unwrap()
                .len(),
            1
        );
    }

    #[test]
    fn all_else_stays_a_pattern() {
        for pattern in [
            "[file:name = 'a.exe' AND file:size = 3]",
            "[file:name = 'a.exe' AND file:name = 'b.exe']",
            "[file:name = 'a.exe'] FOLLOWEDBY [file:name = 'b.exe']",
            "[file:name = 'a.exe'] REPEATS 3 TIMES",
            "[NOT file:name = 'a.exe']",
            "[file:name != 'a.exe']",
            "[process:pid = 'a']",
            "file:name = 'a.exe'",
            "[file:name = 'a.exe'",
            "",
        ] {
            assert_eq!(values(pattern), None, "{pattern}");
        }
    }

    #[test]
    fn a_value_that_is_not_of_its_kind_is_an_error() {
        assert!(plain_alternatives("[domain-name:value = 'not a domain']").is_err());
    }
}
