//! A STIX 2.1 bundle with TLP 2.0 markings.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::{Value, json};
use vauban_model::{HashAlgorithm, Indicator, IndicatorId, Marking, Observable, ObservableKind, Test};

use crate::value::pattern_constant;

/// The extension definition of TLP 2.0 (OASIS, 2022).
const TLP_2: &str = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d";

/// The bundle, and how many indicators stand in it.
pub(super) fn write(indicators: &[&Indicator], now: Timestamp) -> (String, usize) {
    let mut markings = BTreeSet::new();
    let mut authors = BTreeMap::new();
    let mut objects = Vec::new();
    let mut written = 0;
    for indicator in indicators {
        let all = patterns(indicator);
        written += usize::from(!all.is_empty());
        for (index, (kind, pattern)) in all.into_iter().enumerate() {
            markings.insert(indicator.marking);
            let author = identity_of(&indicator.source.name);
            authors.entry(author.clone()).or_insert((indicator.source.name.as_str(), indicator.marking));
            if let Some((_, marking)) = authors.get_mut(&author) {
                *marking = (*marking).min(indicator.marking);
            }
            let id = if index == 0 {
                indicator.id.clone()
            } else {
                IndicatorId::derived(indicator.id.as_str(), kind, &pattern)
            };
            objects.push(object(indicator, id.as_str(), &author, kind, &pattern, now));
        }
    }
    let mut all: Vec<Value> = markings
        .iter()
        .chain(authors.values().map(|(_, marking)| marking))
        .collect::<BTreeSet<_>>()
        .into_iter()
        .map(|marking| definition(*marking))
        .collect();
    all.extend(authors.iter().map(|(id, (name, marking))| {
        json!({
            "type": "identity", "spec_version": "2.1", "id": id, "created": stamp(now), "modified": stamp(now),
            "name": name, "identity_class": "organization", "object_marking_refs": [marking.stix_id()],
        })
    }));
    all.extend(objects);
    let id = IndicatorId::derived("bundle", &now.to_string(), &all.len().to_string())
        .as_str()
        .replace("indicator--", "bundle--");
    (pretty(&json!({ "type": "bundle", "id": id, "objects": all })), written)
}

/// JSON for people to read, with a final line feed.
pub(super) fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}

fn object(indicator: &Indicator, id: &str, author: &str, kind: &str, pattern: &str, now: Timestamp) -> Value {
    let mut references: Vec<Value> = indicator
        .source
        .references
        .iter()
        .map(|url| json!({ "source_name": indicator.source.name, "url": url }))
        .collect();
    references.extend(
        indicator.techniques.iter().map(|technique| json!({ "source_name": "mitre-attack", "external_id": technique })),
    );
    let from = indicator.validity.from.unwrap_or(now);
    let mut object = json!({
        "type": "indicator", "spec_version": "2.1", "id": id, "created": stamp(from), "modified": stamp(from.max(now)),
        "created_by_ref": author, "name": indicator.name, "indicator_types": ["malicious-activity"],
        "pattern": pattern, "pattern_type": kind, "valid_from": stamp(from),
        "object_marking_refs": [indicator.marking.stix_id()],
    });
    let mut set = |key: &str, value: Value| object[key] = value;
    if kind == "stix" {
        set("pattern_version", json!("2.1"));
    }
    if !indicator.description.is_empty() {
        set("description", json!(indicator.description));
    }
    if let Some(sure) = indicator.confidence {
        set("confidence", json!(sure));
    }
    // An end that is not after the beginning is against the standard (section 4.7).
    if let Some(until) = indicator.validity.until.filter(|until| *until > from) {
        set("valid_until", json!(stamp(until)));
    }
    if !indicator.labels.is_empty() {
        set("labels", json!(indicator.labels));
    }
    if !references.is_empty() {
        set("external_references", Value::Array(references));
    }
    object
}

/// The patterns of an indicator: all its values as one choice, then each rule.
fn patterns(indicator: &Indicator) -> Vec<(&'static str, String)> {
    let mut all = Vec::new();
    let mut choices: Vec<String> = Vec::new();
    for test in &indicator.tests {
        match test {
            Test::Observable(observable) => {
                choices.extend(comparison(observable).map(|comparison| format!("[{comparison}]")))
            }
            Test::Network(network) => {
                let kind = if network.contains(':') { "ipv6-addr" } else { "ipv4-addr" };
                choices.push(format!("[{kind}:value = {}]", pattern_constant(network)));
            }
            Test::Pattern(pattern) => {
                choices.push(if indicator.tests.len() > 1 { format!("({pattern})") } else { pattern.to_string() })
            }
            Test::Yara { text, .. } => all.push(("yara", text.to_string())),
            Test::Sigma { text, .. } => all.push(("sigma", text.to_string())),
        }
    }
    if !choices.is_empty() {
        all.insert(0, ("stix", choices.join(" OR ")));
    }
    all
}

/// The comparison that an observable is, where a pattern can say it.
pub(super) fn comparison(observable: &Observable) -> Option<String> {
    let path = match observable.kind {
        ObservableKind::DomainName => "domain-name:value".to_owned(),
        ObservableKind::Url => "url:value".to_owned(),
        ObservableKind::Ipv4Addr => "ipv4-addr:value".to_owned(),
        ObservableKind::Ipv6Addr => "ipv6-addr:value".to_owned(),
        ObservableKind::EmailAddr => "email-addr:value".to_owned(),
        ObservableKind::FileHash => format!("file:hashes.'{}'", HashAlgorithm::of(&observable.value)?.stix_name()),
        ObservableKind::FileName => "file:name".to_owned(),
        ObservableKind::CertificateFingerprint => {
            format!("x509-certificate:hashes.'{}'", HashAlgorithm::of(&observable.value)?.stix_name())
        }
        ObservableKind::Ja3 => "network-traffic:extensions.'tls-ext'.ja3".to_owned(),
        ObservableKind::Ja4 => "network-traffic:extensions.'tls-ext'.ja4".to_owned(),
        ObservableKind::ProcessName => "process:name".to_owned(),
        ObservableKind::AppId => "app:id".to_owned(),
        ObservableKind::ConfigurationProfile => "configuration-profile:id".to_owned(),
        ObservableKind::FilePath => "file:path".to_owned(),
        ObservableKind::Text | ObservableKind::Bytes | ObservableKind::Event => return None,
    };
    Some(format!("{path} = {}", pattern_constant(&observable.value)))
}

fn definition(marking: Marking) -> Value {
    let label = marking.as_str().trim_start_matches("TLP:").to_ascii_lowercase();
    json!({
        "type": "marking-definition", "spec_version": "2.1", "id": marking.stix_id(), "created": "2022-10-01T00:00:00.000Z",
        "name": marking.as_str(),
        "extensions": { (TLP_2): { "extension_type": "property-extension", "tlp_2_0": label } },
    })
}

fn identity_of(name: &str) -> String {
    IndicatorId::derived("identity", "name", name).as_str().replace("indicator--", "identity--")
}

fn stamp(time: Timestamp) -> String {
    format!("{time:.3}")
}
