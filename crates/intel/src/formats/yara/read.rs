//! From rules to indicators, with what their `meta` says.

use vauban_model::{Technique, Test, Validity};

use super::split::split;
use crate::{
    Document,
    formats::Format,
    reading::{Draft, Place, Reading},
    when::timestamp,
};

/// YARA files.
pub(crate) struct Yara;

impl Format for Yara {
    fn name(&self) -> &'static str {
        "yara"
    }

    fn recognises(&self, document: &Document<'_>) -> bool {
        let begins_rule = |line: &str| {
            let mut words = line.split_whitespace().skip_while(|word| matches!(*word, "private" | "global"));
            words.next() == Some("rule")
                && words.next().is_some_and(|name| name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_'))
        };
        document.text().contains("condition")
            && document.text().contains('{')
            && (document.extension_is(&["yar", "yara", "yarac", "rule", "rules"]) || !document.looks_like_json())
            && document.text().lines().any(begins_rule)
    }

    fn read(&self, document: &Document<'_>, out: &mut Reading) {
        let split = split(document.text());
        for broken in split.broken {
            out.refuse(document, Place::Line(broken.line), &broken.name, broken.reason);
        }
        for (name, line) in split.private {
            out.ignore(document, Place::Line(line), &name, "a private rule, which serves other rules only");
        }
        for rule in split.rules {
            let meta = |wanted: &[&str]| {
                rule.meta
                    .iter()
                    .find(|(key, _)| wanted.contains(&key.to_ascii_lowercase().as_str()))
                    .map(|(_, value)| value.as_str())
            };
            let draft = Draft {
                name: rule.name.clone(),
                description: meta(&["description", "desc", "info"]).unwrap_or_default().to_owned(),
                marking: meta(&["tlp", "sharing"]).and_then(|label| label.parse().ok()),
                confidence: meta(&["confidence", "score"])
                    .and_then(|sure| sure.trim().parse().ok())
                    .filter(|sure| *sure <= 100),
                validity: Validity { from: meta(&["date", "created"]).and_then(timestamp), until: None },
                techniques: rule
                    .meta
                    .iter()
                    .filter(|(key, _)| key.to_ascii_lowercase().contains("mitre") || key.contains("technique"))
                    .filter_map(|(_, value)| Technique::find(value))
                    .collect(),
                labels: meta(&["malware", "family", "malware_family", "threat_name", "actor"])
                    .map(str::to_owned)
                    .into_iter()
                    .collect(),
                references: rule
                    .meta
                    .iter()
                    .filter(|(key, value)| key.to_ascii_lowercase().starts_with("ref") && value.starts_with("http"))
                    .map(|(_, value)| value.clone())
                    .collect(),
                line: Some(rule.line),
                tests: vec![Test::Yara { rule: rule.name.into(), text: rule.text.into() }],
                ..Draft::default()
            };
            out.add(document, draft);
        }
    }
}
