//! What was seen.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The kind of an observable. The words are STIX 2.1's type names where it has one (section 6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[repr(u8)]
pub enum ObservableKind {
    /// A host name.
    DomainName = 1,
    /// A URL, with or without its scheme.
    Url = 2,
    /// An IPv4 address.
    Ipv4Addr = 3,
    /// An IPv6 address.
    Ipv6Addr = 4,
    /// An e-mail address.
    EmailAddr = 5,
    /// A file's hash in hexadecimal; its length tells the algorithm.
    FileHash = 6,
    /// The last component of a file's path.
    FileName = 7,
    /// A JA3 fingerprint of a TLS client.
    Ja3 = 8,
    /// A JA4 fingerprint of a TLS client.
    Ja4 = 9,
    /// The SHA-1 or SHA-256 fingerprint of an X.509 certificate.
    CertificateFingerprint = 10,
    /// A piece of text.
    Text = 11,
    /// Raw bytes, in hexadecimal where they are shown.
    Bytes = 12,
    /// The name of a program as the system shows it while it runs, without folders.
    ProcessName = 13,
    /// What an application is called by its system: a bundle identifier (iOS, macOS) or a package name (Android).
    AppId = 14,
    /// What a configuration profile is called: its identifier or its UUID.
    ConfigurationProfile = 15,
    /// Where a file lay on the machine that it was on: a path, which ends in `/` for a folder with all that is in it.
    FilePath = 16,
    /// An event of a log: its provider and its number.
    Event = 17,
}

impl ObservableKind {
    /// All of them, in the order of their numbers.
    pub const ALL: &[Self] = &[
        Self::DomainName,
        Self::Url,
        Self::Ipv4Addr,
        Self::Ipv6Addr,
        Self::EmailAddr,
        Self::FileHash,
        Self::FileName,
        Self::Ja3,
        Self::Ja4,
        Self::CertificateFingerprint,
        Self::Text,
        Self::Bytes,
        Self::ProcessName,
        Self::AppId,
        Self::ConfigurationProfile,
        Self::FilePath,
        Self::Event,
    ];

    /// The kind with this number (`kind as u8`), for compact stores.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number).checked_sub(1)?).copied().filter(|kind| *kind as u8 == number)
    }

    /// The word used in every output.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::DomainName => "domain-name",
            Self::Url => "url",
            Self::Ipv4Addr => "ipv4-addr",
            Self::Ipv6Addr => "ipv6-addr",
            Self::EmailAddr => "email-addr",
            Self::FileHash => "file-hash",
            Self::FileName => "file-name",
            Self::Ja3 => "ja3",
            Self::Ja4 => "ja4",
            Self::CertificateFingerprint => "certificate-fingerprint",
            Self::Text => "text",
            Self::Bytes => "bytes",
            Self::ProcessName => "process-name",
            Self::AppId => "app-id",
            Self::ConfigurationProfile => "configuration-profile",
            Self::FilePath => "file-path",
            Self::Event => "event",
        }
    }
}

impl fmt::Display for ObservableKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Something seen, as it was seen: the value is not yet in canonical form. Canonical forms and boundaries
/// are `vauban-matching`'s, in one place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Observable {
    /// What kind of thing it is.
    #[serde(rename = "type")]
    pub kind: ObservableKind,
    /// Its value as text.
    pub value: Box<str>,
}

impl Observable {
    /// An observable of this kind and value.
    #[must_use]
    pub fn new(kind: ObservableKind, value: impl Into<Box<str>>) -> Self {
        Self { kind, value: value.into() }
    }
}

/// A hash algorithm, told from the length of the hexadecimal value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HashAlgorithm {
    /// 32 digits.
    Md5,
    /// 40 digits.
    Sha1,
    /// 64 digits.
    Sha256,
    /// 128 digits.
    Sha512,
}

impl HashAlgorithm {
    /// The algorithm of a hexadecimal hash, if its length is one we know and every character is a digit.
    #[must_use]
    pub fn of(hex: &str) -> Option<Self> {
        if !hex.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        Some(match hex.len() {
            32 => Self::Md5,
            40 => Self::Sha1,
            64 => Self::Sha256,
            128 => Self::Sha512,
            _ => return None,
        })
    }

    /// The name in STIX's hash-algorithm-ov (section 10.7).
    #[must_use]
    pub const fn stix_name(self) -> &'static str {
        match self {
            Self::Md5 => "MD5",
            Self::Sha1 => "SHA-1",
            Self::Sha256 => "SHA-256",
            Self::Sha512 => "SHA-512",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_found_by_its_number() {
        for kind in ObservableKind::ALL {
            assert_eq!(ObservableKind::from_number(*kind as u8), Some(*kind));
        }
        assert_eq!(ObservableKind::from_number(0), None);
        assert_eq!(ObservableKind::from_number(200), None);
    }
}
