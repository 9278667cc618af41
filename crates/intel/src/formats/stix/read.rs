//! Reading a bundle: indicators first, then what relationships, markings and identities say about them.

use std::collections::{HashMap, HashSet};

use serde_json::Value;
use vauban_model::{IndicatorId, Technique, Test, Text, Validity};

use super::{marking, pattern::plain_alternatives};
use crate::{
    Document,
    formats::{Format, yara},
    reading::{Draft, Place, Reading},
    when::timestamp,
};

/// STIX 2.0 and 2.1.
pub(crate) struct Stix;

/// More objects than this are not joined by relationships into one indicator.
const MOST_RELATIONS: usize = 64;
/// A pattern that is longer is an attack on whoever parses it.
const LONGEST_PATTERN: usize = 1 << 20;

impl Format for Stix {
    fn name(&self) -> &'static str {
        "stix"
    }

    fn recognises(&self, document: &Document<'_>) -> bool {
        document.json().is_ok_and(|json| !objects(json).is_empty())
    }

    fn read(&self, document: &Document<'_>, out: &mut Reading) {
        let Ok(json) = document.json() else { return };
        let objects = objects(json);
        let mut by_id: HashMap<&str, &Value> = HashMap::new();
        let mut newest: HashMap<&str, &str> = HashMap::new();
        for object in &objects {
            let Some(id) = text(object, "id") else { continue };
            by_id.insert(id, object);
            if text(object, "type") == Some("indicator") {
                // The versions of one object share its id; the newest alone counts (STIX 2.1 section 3.6).
                let modified = text(object, "modified").unwrap_or_default();
                let latest = newest.entry(id).or_default();
                *latest = (*latest).max(modified);
            }
        }
        let relations = relations(&objects);
        out.title = json.get("name").and_then(Value::as_str).map(str::to_owned).or_else(|| title(&objects));
        let mut seen = HashSet::new();
        for (index, object) in objects.iter().enumerate() {
            match text(object, "type") {
                Some("indicator") => {}
                Some(_) => continue,
                None => {
                    out.refuse(document, place(index), "", "an object without a type");
                    continue;
                }
            }
            let id = text(object, "id").unwrap_or_default();
            let modified = text(object, "modified").unwrap_or_default();
            if newest.get(id).is_some_and(|latest| *latest != modified)
                || (!id.is_empty() && !seen.insert((id, modified)))
            {
                out.ignore(document, place(index), id, "an older version, or a repetition, of another object");
                continue;
            }
            read_indicator(object, index, &by_id, &relations, document, out);
        }
    }
}

fn read_indicator(
    object: &Value,
    index: usize,
    by_id: &HashMap<&str, &Value>,
    relations: &HashMap<&str, Vec<&str>>,
    document: &Document<'_>,
    out: &mut Reading,
) {
    let Some(pattern) = text(object, "pattern") else {
        out.refuse(document, place(index), text(object, "id").unwrap_or_default(), "an indicator without a pattern");
        return;
    };
    let tests = match tests(object, pattern) {
        Ok(tests) => tests,
        Err(reason) => {
            out.refuse(document, place(index), pattern, reason);
            return;
        }
    };
    let id = text(object, "id").and_then(|id| id.parse::<IndicatorId>().ok());
    let mut draft = Draft {
        id,
        name: text(object, "name").unwrap_or_default().to_owned(),
        description: text(object, "description").unwrap_or_default().to_owned(),
        tests,
        marking: marking::of(object, by_id),
        confidence: object
            .get("confidence")
            .and_then(Value::as_u64)
            .and_then(|sure| u8::try_from(sure).ok())
            .filter(|sure| *sure <= 100),
        validity: Validity {
            from: text(object, "valid_from").and_then(timestamp),
            until: text(object, "valid_until").and_then(timestamp),
        },
        source: text(object, "created_by_ref")
            .and_then(|id| by_id.get(id))
            .and_then(|author| text(author, "name"))
            .map(str::to_owned),
        ..Draft::default()
    };
    references(object, &mut draft);
    for id in relations.get(text(object, "id").unwrap_or_default()).into_iter().flatten() {
        if let Some(target) = by_id.get(id) {
            relate(target, &mut draft);
        }
    }
    for phase in array(object, "kill_chain_phases") {
        if let Some(name) = text(phase, "phase_name") {
            draft.labels.push(name.to_owned());
        }
    }
    for label in array(object, "labels").filter_map(Value::as_str) {
        draft.techniques.extend(Technique::find(label).filter(|technique| !draft.techniques.contains(technique)));
    }
    if object.get("revoked").and_then(Value::as_bool) == Some(true) {
        let reason = Text::new("retiré par son éditeur", "revoked by its publisher");
        out.set_aside(document, draft, reason);
    } else {
        out.add(document, draft);
    }
}

fn tests(object: &Value, pattern: &str) -> Result<Vec<Test>, String> {
    if pattern.len() > LONGEST_PATTERN {
        return Err(format!("a pattern longer than {LONGEST_PATTERN} bytes"));
    }
    match text(object, "pattern_type").unwrap_or("stix") {
        "stix" => {
            if !pattern.trim_start().starts_with(['[', '(']) {
                return Err("not a STIX pattern".to_owned());
            }
            match plain_alternatives(pattern) {
                Ok(Some(tests)) => Ok(tests),
                Ok(None) => Ok(vec![Test::Pattern(pattern.trim().into())]),
                Err(error) => Err(error.to_string()),
            }
        }
        "yara" => {
            let split = yara::split(bare(pattern));
            match split.rules.is_empty() {
                false => Ok(split
                    .rules
                    .into_iter()
                    .map(|rule| Test::Yara { rule: rule.name.into(), text: rule.text.into() })
                    .collect()),
                true => Err(split
                    .broken
                    .into_iter()
                    .next()
                    .map_or_else(|| "no YARA rule".to_owned(), |broken| broken.reason)),
            }
        }
        "sigma" => crate::formats::sigma_tests(bare(pattern)),
        other => Err(format!("patterns of type {other} are not supported")),
    }
}

/// MISP's converter writes rules in brackets, as if they were patterns of STIX. No rule begins with one.
fn bare(rule: &str) -> &str {
    let inner = rule.trim().strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    inner.unwrap_or(rule)
}

/// What an indicator points at: names become labels, attack patterns techniques.
fn relate(target: &Value, draft: &mut Draft) {
    match text(target, "type") {
        Some("attack-pattern") => {
            let ids = array(target, "external_references").filter_map(|reference| text(reference, "external_id"));
            for technique in ids.filter_map(|id| id.parse::<Technique>().ok()) {
                if draft.techniques.len() < MOST_RELATIONS && !draft.techniques.contains(&technique) {
                    draft.techniques.push(technique);
                }
            }
        }
        Some("malware" | "threat-actor" | "intrusion-set" | "campaign" | "tool" | "infrastructure") => {
            if let Some(name) = text(target, "name")
                && draft.labels.len() < MOST_RELATIONS
                && !draft.labels.iter().any(|label| label == name)
            {
                draft.labels.push(name.to_owned());
            }
        }
        _ => {}
    }
}

fn references(object: &Value, draft: &mut Draft) {
    for reference in array(object, "external_references").take(MOST_RELATIONS) {
        if let Some(url) = text(reference, "url") {
            draft.references.push(url.to_owned());
        }
        if let Some(technique) = text(reference, "external_id").and_then(|id| id.parse().ok()) {
            draft.techniques.push(technique);
        }
    }
}

/// The targets of each object's `indicates` relationships.
fn relations<'o>(objects: &[&'o Value]) -> HashMap<&'o str, Vec<&'o str>> {
    let mut all: HashMap<&str, Vec<&str>> = HashMap::new();
    for object in objects.iter().filter(|object| text(object, "type") == Some("relationship")) {
        let indicates = matches!(text(object, "relationship_type"), Some("indicates" | "related-to"));
        if let (true, Some(from), Some(to)) = (indicates, text(object, "source_ref"), text(object, "target_ref")) {
            let targets = all.entry(from).or_default();
            if targets.len() < MOST_RELATIONS {
                targets.push(to);
            }
        }
    }
    all
}

/// The objects of a bundle, of a TAXII envelope, of an array, or the one object.
fn objects(json: &Value) -> Vec<&Value> {
    let is_stix = |object: &Value| {
        text(object, "id")
            .zip(text(object, "type"))
            .is_some_and(|(id, kind)| id.strip_prefix(kind).is_some_and(|rest| rest.starts_with("--")))
    };
    if let Some(objects) = json.get("objects").and_then(Value::as_array) {
        let bundle = text(json, "type") == Some("bundle");
        return if bundle || objects.iter().any(is_stix) { objects.iter().collect() } else { Vec::new() };
    }
    match json {
        Value::Array(objects) if objects.iter().any(is_stix) => objects.iter().collect(),
        object if is_stix(object) && text(object, "type") == Some("indicator") => vec![object],
        _ => Vec::new(),
    }
}

fn title(objects: &[&Value]) -> Option<String> {
    ["report", "grouping", "campaign", "malware", "intrusion-set"].into_iter().find_map(|kind| {
        objects
            .iter()
            .find(|object| text(object, "type") == Some(kind))
            .and_then(|object| text(object, "name"))
            .map(str::to_owned)
    })
}

fn text<'v>(object: &'v Value, key: &str) -> Option<&'v str> {
    object.get(key)?.as_str()
}

fn array<'v>(object: &'v Value, key: &str) -> impl Iterator<Item = &'v Value> {
    object.get(key).and_then(Value::as_array).into_iter().flatten()
}

fn place(index: usize) -> Place {
    Place::Pointer(format!("/objects/{index}"))
}
