//! What is known to be bad, and by whom.

use std::{fmt, str::FromStr};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Marking, Observable, Technique, Text};

/// The id of an indicator: `indicator--` and a UUID (STIX 2.1 section 2.9).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct IndicatorId(Box<str>);

/// An id that is not of STIX's form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an indicator id: {0:?}")]
pub struct InvalidId(pub String);

impl IndicatorId {
    /// The id that Vauban gives an indicator whose document has none. `uuid` is written in lower case with
    /// its hyphens.
    #[must_use]
    pub fn from_uuid(uuid: &str) -> Self {
        Self(format!("indicator--{uuid}").into())
    }

    /// The id of an indicator whose document gives it none: the same source, kind and value always get the same
    /// id (a version 5 UUID, RFC 9562 section 5.5, in a namespace of our own).
    #[must_use]
    pub fn derived(source: &str, kind: &str, value: &str) -> Self {
        const NAMESPACE: uuid::Uuid = uuid::uuid!("4f0b7a52-6c1d-5e0e-9d0a-8f4c2f6e7b11");
        let mut name = Vec::with_capacity(source.len() + kind.len() + value.len() + 2);
        for (index, part) in [source, kind, value].into_iter().enumerate() {
            if index > 0 {
                name.push(0);
            }
            name.extend_from_slice(part.as_bytes());
        }
        let mut text = [0_u8; uuid::fmt::Hyphenated::LENGTH];
        Self::from_uuid(uuid::Uuid::new_v5(&NAMESPACE, &name).as_hyphenated().encode_lower(&mut text))
    }

    /// The whole id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for IndicatorId {
    type Err = InvalidId;

    fn from_str(id: &str) -> Result<Self, Self::Err> {
        let uuid = id.strip_prefix("indicator--").unwrap_or_default();
        let well_formed = uuid.len() == 36
            && uuid.bytes().enumerate().all(|(at, byte)| match at {
                8 | 13 | 18 | 23 => byte == b'-',
                _ => byte.is_ascii_hexdigit(),
            });
        if well_formed { Ok(Self(id.into())) } else { Err(InvalidId(id.to_owned())) }
    }
}

impl fmt::Display for IndicatorId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One thing that tells an attack, with all that was said about it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Indicator {
    /// Its id; stable when the same document is read again.
    pub id: IndicatorId,
    /// A short name for people: the malware, the campaign, or the value itself.
    pub name: String,
    /// What it says, in the source's words. May be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Any one of these suffices for a sighting. Never empty.
    pub tests: Vec<Test>,
    /// Who may see it.
    pub marking: Marking,
    /// How sure the source is, 0 to 100 (STIX 2.1 section 3.2); none when it did not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<u8>,
    /// When it counts.
    #[serde(default)]
    pub validity: Validity,
    /// ATT&CK techniques it tells of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub techniques: Vec<Technique>,
    /// Names of malware, groups, campaigns and other labels.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<String>,
    /// Where it comes from.
    pub source: Source,
}

/// What an indicator looks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Test {
    /// This observable, at the right boundary: a domain also means the names below it.
    Observable(Observable),
    /// Any address in this network, in CIDR form.
    Network(Box<str>),
    /// A STIX 2.1 pattern (section 9) that is more than a choice between observables.
    Pattern(Box<str>),
    /// A YARA rule: its identifier and its whole source text.
    Yara {
        /// The rule's identifier, unique in its document.
        rule: Box<str>,
        /// The source text that defines it, with the imports it needs.
        text: Box<str>,
    },
    /// A Sigma rule over single events: its title and its whole text.
    Sigma {
        /// The rule's title.
        rule: Box<str>,
        /// The source text: one YAML document.
        text: Box<str>,
    },
}

impl Test {
    /// The value to show a person: the observable's value, the network, the pattern, or the rule's name.
    #[must_use]
    pub fn value(&self) -> &str {
        match self {
            Self::Observable(observable) => &observable.value,
            Self::Network(value) | Self::Pattern(value) => value,
            Self::Yara { rule, .. } | Self::Sigma { rule, .. } => rule,
        }
    }
}

/// The time in which an indicator counts. An open end is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Validity {
    /// From when on (STIX `valid_from`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Timestamp>,
    /// Until when, exclusive (STIX `valid_until`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

impl Validity {
    /// Whether it has ended at `now`. Evidence is older than the indicators that name it, so an indicator
    /// whose time has not begun still counts.
    #[must_use]
    pub fn has_expired(&self, now: Timestamp) -> bool {
        self.until.is_some_and(|until| until <= now)
    }
}

/// Where an indicator comes from.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Source {
    /// The publisher or feed, as a person would name it.
    pub name: String,
    /// The document it was read from.
    pub document: String,
    /// The line in it, from 1, where the format has lines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// Where the public can read about it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<String>,
}

/// An indicator that does not fire alone, and why: it names something that honest people use.
#[derive(Debug, Clone, PartialEq)]
pub struct SetAside {
    /// The indicator.
    pub indicator: Indicator,
    /// Why, for a person.
    pub reason: Text,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_checked() {
        assert!("indicator--6ba7b810-9dad-11d1-80b4-00c04fd430c8".parse::<IndicatorId>().is_ok());
        for bad in ["indicator--", "malware--6ba7b810-9dad-11d1-80b4-00c04fd430c8", "indicator--zz"] {
            assert!(bad.parse::<IndicatorId>().is_err(), "{bad}");
        }
    }

    #[test]
    fn the_end_of_validity_is_exclusive() {
        let end: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        let validity = Validity { from: None, until: Some(end) };
        assert!(validity.has_expired(end));
        assert!(!validity.has_expired("2025-12-31T23:59:59Z".parse().unwrap()));
    }
}
