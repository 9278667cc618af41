//! Events of a MISP feed: a folder of events, with a manifest of them and the hashes of all values.

use jiff::{Timestamp, civil::Date};
use md5::{Digest as _, Md5};
use serde_json::{Value, json};
use vauban_model::{Indicator, Marking};

use super::{
    misp::{attributes, distribution},
    stix::pretty,
};

/// What stands at the head of an event. Everything in it has one marking, so that the event's own tag says neither too much nor too little.
#[derive(Debug, Clone, Copy)]
pub struct MispEvent<'e> {
    /// Its UUID, which stays the same for as long as the event is the same one.
    pub uuid: &'e str,
    /// What it is about.
    pub info: &'e str,
    /// The day it is of.
    pub date: Date,
    /// When it changed.
    pub changed: Timestamp,
    /// The name and the UUID of who made it.
    pub author: (&'e str, &'e str),
    /// The marking of all that is in it.
    pub marking: Marking,
}

/// An event as a feed holds it.
#[derive(Debug, Clone, PartialEq)]
pub struct WrittenMispEvent {
    /// The document.
    pub text: String,
    /// What `manifest.json` says under the event's UUID.
    pub manifest: Value,
    /// The MD5 of each value, in hexadecimal: what a line of `hashes.csv` begins with.
    pub hashes: Vec<String>,
}

impl MispEvent<'_> {
    /// Writes the event; nothing when no indicator has a form in MISP. Indicators of other markings are left out.
    #[must_use]
    pub fn write(&self, indicators: &[&Indicator]) -> Option<WrittenMispEvent> {
        let own: Vec<&Indicator> =
            indicators.iter().copied().filter(|indicator| indicator.marking == self.marking).collect();
        let (attributes, _) = attributes(&own, self.changed);
        let values = attributes.iter().filter_map(|attribute| attribute["value"].as_str());
        let hashes: Vec<String> = values.map(|value| format!("{:x}", Md5::digest(value))).collect();
        if hashes.is_empty() {
            return None;
        }
        let (name, author) = self.author;
        let time = self.changed.as_second().to_string();
        let manifest = json!({
            "Orgc": { "name": name, "uuid": author },
            "Tag": [{ "name": self.marking.as_str().to_ascii_lowercase() }],
            "info": self.info, "date": self.date.to_string(), "analysis": "2", "threat_level_id": "2", "timestamp": time,
        });
        let mut event = manifest.clone();
        for (key, value) in [
            ("uuid", json!(self.uuid)),
            ("published", json!(true)),
            ("publish_timestamp", json!(time)),
            ("distribution", json!(distribution(self.marking))),
            ("Attribute", Value::Array(attributes)),
        ] {
            event[key] = value;
        }
        Some(WrittenMispEvent { text: pretty(&json!({ "Event": event })), manifest, hashes })
    }
}
