//! From rules to indicators, with what they say of themselves.

use vauban_model::{IndicatorId, Technique, Test, Validity};
use yaml_serde::Value;

use super::divide::divide;
use crate::{
    Document,
    formats::Format,
    reading::{Draft, Place, Reading},
    when::timestamp,
};

/// Sigma rules.
pub(crate) struct Sigma;

/// The longest text of one rule, in bytes.
const LONGEST: usize = 1 << 20;
/// Opening brackets in one rule: the YAML reader takes quadratic time for lists that nest and never end.
const MOST_BRACKETS: usize = 4096;
/// Techniques, labels and references of one rule.
const MOST_NAMES: usize = 64;

impl Format for Sigma {
    fn name(&self) -> &'static str {
        "sigma"
    }

    fn recognises(&self, document: &Document<'_>) -> bool {
        let has = |key: &str| {
            document.text().lines().any(|line| line.strip_prefix(key).is_some_and(|rest| rest.starts_with(':')))
        };
        !document.looks_like_json()
            && has("title")
            && (has("logsource") && has("detection") || has("correlation") && has("level"))
    }

    fn read(&self, document: &Document<'_>, out: &mut Reading) {
        for (line, text) in divide(document.text()) {
            match rule(text) {
                Ok(Rule::Looks(draft)) => out.add(document, Draft { line: Some(line), ..*draft }),
                Ok(Rule::Retired(title, status)) => {
                    out.ignore(document, Place::Line(line), &title, format!("its authors call it {status}"));
                }
                Err((title, reason)) => out.refuse(document, Place::Line(line), &title, reason),
            }
        }
    }
}

/// The rules in a text that another format carries.
pub(crate) fn tests(text: &str) -> Result<Vec<Test>, String> {
    let mut tests = Vec::new();
    for (_, text) in divide(text) {
        match rule(text) {
            Ok(Rule::Looks(draft)) => tests.extend(draft.tests),
            Ok(Rule::Retired(..)) => {}
            Err((_, reason)) => return Err(reason),
        }
    }
    if tests.is_empty() { Err("no Sigma rule".to_owned()) } else { Ok(tests) }
}

enum Rule {
    Looks(Box<Draft>),
    /// One that its authors took back: its title and status.
    Retired(String, String),
}

/// Reads one document; the error comes with the rule's title.
fn rule(text: &str) -> Result<Rule, (String, String)> {
    let untitled = |reason: String| (String::new(), reason);
    if text.len() > LONGEST {
        return Err(untitled(format!("longer than {LONGEST} bytes")));
    }
    if text.bytes().filter(|byte| matches!(byte, b'[' | b'{')).count() > MOST_BRACKETS {
        return Err(untitled(format!("more than {MOST_BRACKETS} opening brackets")));
    }
    let root: Value = yaml_serde::from_str(text).map_err(|error| untitled(format!("broken YAML: {error}")))?;
    let word = |key: &str| root.get(key).and_then(Value::as_str).map(str::trim).filter(|word| !word.is_empty());
    let title = word("title").unwrap_or_default().to_owned();
    let refuse = |reason: &str| Err((title.clone(), reason.to_owned()));
    if root.get("correlation").is_some() || root.get("filter").is_some() {
        return refuse("correlations and filters are not evaluated: each event is looked at alone");
    }
    if root.get("action").is_some() {
        return refuse("collections with an action are no longer part of Sigma");
    }
    let Some(name) = word("title") else { return refuse("a rule without a title") };
    if !root.get("logsource").is_some_and(Value::is_mapping) {
        return refuse("a rule without a log source");
    }
    if root.get("detection").and_then(|detection| detection.get("condition")).is_none() {
        return refuse("a rule without a condition");
    }
    if let Some(status @ ("deprecated" | "unsupported")) = word("status") {
        return Ok(Rule::Retired(title, status.to_owned()));
    }
    let list = |key: &str| {
        let values = root.get(key).and_then(Value::as_sequence).into_iter().flatten();
        values.filter_map(Value::as_str).take(MOST_NAMES).map(str::to_owned).collect::<Vec<_>>()
    };
    let tags = list("tags");
    Ok(Rule::Looks(Box::new(Draft {
        // Titles are changed; the id makes the indicator the same when it is read again.
        id: word("id").map(|id| IndicatorId::derived("", "sigma", &id.to_ascii_lowercase())),
        name: title.clone(),
        description: word("description").unwrap_or_default().to_owned(),
        marking: tags.iter().find_map(|tag| tag.strip_prefix("tlp.")).and_then(|label| label.parse().ok()),
        confidence: word("level").and_then(confidence),
        validity: Validity { from: word("date").and_then(|date| timestamp(&date.replace('/', "-"))), until: None },
        techniques: tags
            .iter()
            .filter_map(|tag| tag.to_ascii_lowercase().strip_prefix("attack.")?.to_ascii_uppercase().parse().ok())
            .collect::<Vec<Technique>>(),
        labels: tags
            .iter()
            .filter_map(|tag| tag.strip_prefix("attack."))
            .filter(|tag| tag.starts_with(['g', 's']) && tag.get(1..).is_some_and(|rest| rest.parse::<u32>().is_ok()))
            .map(str::to_ascii_uppercase)
            .collect(),
        references: list("references").into_iter().filter(|link| link.starts_with("http")).collect(),
        tests: vec![Test::Sigma { rule: name.into(), text: text.into() }],
        ..Draft::default()
    })))
}

/// A level says how much a sighting weighs: `high` and above are urgent, `low` and below are hints.
fn confidence(level: &str) -> Option<u8> {
    Some(match level {
        "critical" => 95,
        "high" => 80,
        "medium" => 55,
        "low" => 30,
        "informational" => 10,
        _ => return None,
    })
}
