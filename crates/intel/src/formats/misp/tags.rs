//! What MISP tags and galaxies say: TLP, ATT&CK techniques, names, how sure.

use serde_json::Value;
use vauban_model::{Marking, Technique};

use crate::reading::Draft;

const MOST_NAMES: usize = 64;

/// What the tags of an event, an object or an attribute say.
#[derive(Debug, Default, Clone)]
pub(super) struct Tags {
    pub(super) marking: Option<Marking>,
    pub(super) confidence: Option<u8>,
    techniques: Vec<Technique>,
    labels: Vec<String>,
}

impl Tags {
    /// Reads `Tag` and `Galaxy` of a MISP element.
    pub(super) fn of(element: &Value) -> Self {
        let mut tags = Self::default();
        for name in list(element, "Tag").filter_map(|tag| tag.get("name")?.as_str()) {
            tags.read(name);
        }
        for galaxy in list(element, "Galaxy") {
            for cluster in list(galaxy, "GalaxyCluster") {
                let kind =
                    cluster.get("type").or_else(|| galaxy.get("type")).and_then(Value::as_str).unwrap_or_default();
                if let Some(value) = cluster.get("value").and_then(Value::as_str) {
                    tags.cluster(kind, value);
                }
            }
        }
        tags
    }

    /// Adds what these tags say to a draft; what the draft already says of marking and confidence stands.
    pub(super) fn apply(&self, draft: &mut Draft) {
        draft.marking = draft.marking.max(self.marking);
        draft.confidence = draft.confidence.or(self.confidence);
        for technique in &self.techniques {
            if !draft.techniques.contains(technique) {
                draft.techniques.push(technique.clone());
            }
        }
        for label in &self.labels {
            if !draft.labels.contains(label) {
                draft.labels.push(label.clone());
            }
        }
    }

    fn read(&mut self, name: &str) {
        let lower = name.to_ascii_lowercase();
        if lower.starts_with("tlp:") {
            self.marking = self.marking.max(name.parse().ok());
        } else if let Some((kind, value)) = name.strip_prefix("misp-galaxy:").and_then(|rest| rest.split_once('=')) {
            self.cluster(kind, value.trim_matches('"'));
        } else if let Some(sure) = confidence(&lower) {
            self.confidence = Some(sure);
        } else if !name.contains([':', '=']) && self.labels.len() < MOST_NAMES {
            self.label(name);
        }
    }

    fn cluster(&mut self, kind: &str, value: &str) {
        if kind.contains("attack-pattern") {
            if let Some(technique) = Technique::find(value)
                && self.techniques.len() < MOST_NAMES
                && !self.techniques.contains(&technique)
            {
                self.techniques.push(technique);
            }
        } else if [
            "threat-actor",
            "intrusion-set",
            "malware",
            "tool",
            "ransomware",
            "rat",
            "backdoor",
            "botnet",
            "banker",
            "stealer",
            "campaign",
            "malpedia",
        ]
        .iter()
        .any(|known| kind.contains(known))
        {
            // MITRE's clusters end in their number: `Turla - G0010`.
            self.label(value.split(" - ").next().unwrap_or(value));
        }
    }

    fn label(&mut self, name: &str) {
        let name = name.trim();
        if !name.is_empty() && self.labels.len() < MOST_NAMES && !self.labels.iter().any(|label| label == name) {
            self.labels.push(name.to_owned());
        }
    }
}

/// The taxonomies that say how sure a publisher is, as percentages: MISP's own, and the words of estimative language
/// at the middle of their ranges (ICD 203).
fn confidence(tag: &str) -> Option<u8> {
    let (name, value) = tag.split_once('=')?;
    let value = value.trim_matches('"');
    match name {
        "misp:confidence-level" => Some(match value {
            "completely-confident" => 95,
            "usually-confident" => 75,
            "fairly-confident" => 50,
            "rarely-confident" => 25,
            "unconfident" => 5,
            _ => return None,
        }),
        "estimative-language:likelihood-probability" => Some(match value {
            "almost-no-chance" => 3,
            "very-unlikely" => 13,
            "unlikely" => 33,
            "roughly-even-chance" => 50,
            "likely" => 68,
            "very-likely" => 88,
            "almost-certain" => 97,
            _ => return None,
        }),
        "estimative-language:confidence-in-analytic-judgment" => Some(match value {
            "low" => 25,
            "moderate" => 50,
            "high" => 85,
            _ => return None,
        }),
        _ => None,
    }
}

pub(super) fn list<'v>(element: &'v Value, key: &str) -> impl Iterator<Item = &'v Value> {
    element.get(key).and_then(Value::as_array).into_iter().flatten()
}
