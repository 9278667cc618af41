//! STIX patterns that are more than a choice: evaluated over everything an item showed, as one observation.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use vauban_matching::pattern::{self, Observation, Pattern};
use vauban_matching::set::IndicatorSet;
use vauban_model::{HashAlgorithm, ObservableKind};

use crate::Hashes;

/// Observables of one item that are kept for patterns; more would cost more than they tell.
const MOST: usize = 20_000;

/// What an item showed.
#[derive(Debug, Default)]
pub(crate) struct Shown {
    values: BTreeSet<(ObservableKind, Box<str>)>,
    anchors: BTreeSet<usize>,
}

impl Shown {
    pub(crate) fn observable(&mut self, kind: ObservableKind, value: &str) {
        if self.values.len() < MOST {
            self.values.insert((kind, value.into()));
        }
    }

    pub(crate) fn anchor(&mut self, pattern: usize) {
        self.anchors.insert(pattern);
    }

    /// The numbers of the patterns that match.
    pub(crate) fn matching(
        &self,
        set: &IndicatorSet,
        name: &str,
        size: usize,
        hashes: &Hashes,
        at: Option<Timestamp>,
    ) -> Vec<usize> {
        let candidates = set.patterns().iter().enumerate();
        let candidates: Vec<usize> = candidates
            .filter(|(number, entry)| !entry.anchored || self.anchors.contains(number))
            .map(|(number, _)| number)
            .collect();
        if candidates.is_empty() {
            return Vec::new();
        }
        let observation = Observation::at(at.unwrap_or_default(), self.objects(name, size, hashes));
        let matches = |number: &usize| {
            let parsed: Option<Pattern> =
                set.patterns().get(*number).and_then(|entry| pattern::parse(&entry.pattern).ok());
            // A pattern that cannot be evaluated here says nothing about this item.
            parsed.is_some_and(|parsed| parsed.matches(std::slice::from_ref(&observation)).unwrap_or(false))
        };
        candidates.into_iter().filter(|number| matches(number)).collect()
    }

    /// The item as a file object, and one object for each thing it named.
    fn objects(&self, name: &str, size: usize, hashes: &Hashes) -> Vec<(String, Value)> {
        let mut file = Map::new();
        file.insert("type".into(), json!("file"));
        file.insert("size".into(), json!(size));
        // Where there are patterns, all three are computed.
        file.insert("hashes".into(), json!({ "MD5": hashes.md5, "SHA-1": hashes.sha1, "SHA-256": hashes.sha256 }));
        if !name.is_empty() {
            file.insert("name".into(), json!(name));
        }
        let mut objects = vec![("0".to_owned(), Value::Object(file))];
        for (kind, value) in &self.values {
            let object = match kind {
                ObservableKind::FileHash => match HashAlgorithm::of(value) {
                    Some(algorithm) => json!({ "type": "file", "hashes": { algorithm.stix_name(): value } }),
                    None => continue,
                },
                ObservableKind::FileName => json!({ "type": "file", "name": value }),
                ObservableKind::DomainName
                | ObservableKind::Url
                | ObservableKind::Ipv4Addr
                | ObservableKind::Ipv6Addr
                | ObservableKind::EmailAddr => json!({ "type": kind.as_str(), "value": value }),
                ObservableKind::FilePath => json!({ "type": "file", "path": value }),
                ObservableKind::ProcessName => json!({ "type": "process", "name": value }),
                ObservableKind::AppId => json!({ "type": "app", "id": value }),
                ObservableKind::ConfigurationProfile => json!({ "type": "configuration-profile", "id": value }),
                _ => continue,
            };
            objects.push((objects.len().to_string(), object));
        }
        objects
    }
}
