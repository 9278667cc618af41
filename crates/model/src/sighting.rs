//! An indicator met an observable, at a location.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Exposure, IndicatorId, Location, Marking, Observable, Severity, Technique, Text};

/// What a sighting says of the indicator: enough to act on without looking it up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IndicatorRef {
    /// The indicator's id.
    pub id: IndicatorId,
    /// The value it looks for.
    pub value: String,
    /// Its name for people.
    pub name: String,
    /// The source's name.
    pub source: String,
    /// Its TLP label.
    #[serde(rename = "tlp")]
    pub marking: Marking,
    /// How sure the source is, 0 to 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<u8>,
    /// Since when it has been known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known_since: Option<Timestamp>,
    /// Where the public can read about it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<String>,
}

/// An indicator met an observable.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sighting {
    /// Where.
    pub location: Location,
    /// At which byte of the item at that location, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset: Option<u64>,
    /// What was seen.
    pub observable: Observable,
    /// What it met.
    pub indicator: IndicatorRef,
    /// How they met, outermost step first: `subdomain`, `base64`, `defanged`, …; empty for a plain match.
    pub how: Vec<String>,
    /// How far it got.
    pub exposure: Exposure,
    /// How urgently to look.
    pub severity: Severity,
    /// ATT&CK techniques of the indicator.
    pub techniques: Vec<Technique>,
    /// What to do next.
    pub advice: Text,
    /// The words around it, printable; secrets in it are the evidence's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub excerpt: Option<String>,
    /// When it happened, by the evidence's own account (a message's date, a visit's time).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// How often the same thing was seen at this location.
    pub occurrences: u64,
}

impl Sighting {
    /// A short name by which a person asks for it: the same indicator, observable and location always have the same.
    #[must_use]
    pub fn short_name(&self) -> String {
        const NAMESPACE: uuid::Uuid = uuid::uuid!("9a7e4c1d-2f60-5b3a-8d15-6c0fb2a94e73");
        let mut key = format!("{}\0{}\0{}", self.indicator.id, self.observable.kind, self.observable.value);
        for segment in self.location.segments() {
            key.push('\0');
            key.push_str(segment);
        }
        let name = uuid::Uuid::new_v5(&NAMESPACE, key.as_bytes()).simple().to_string();
        name.get(..10).unwrap_or(&name).to_owned()
    }
}
