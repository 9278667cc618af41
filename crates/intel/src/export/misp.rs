//! A MISP event with one attribute for each value.

use jiff::Timestamp;
use serde_json::{Value, json};
use vauban_model::{HashAlgorithm, Indicator, IndicatorId, Marking, ObservableKind, Test};

use super::stix::{comparison, pretty};

/// The event, and how many indicators stand in it.
pub(super) fn write(indicators: &[&Indicator], now: Timestamp) -> (String, usize) {
    let (attributes, written) = attributes(indicators, now);
    // Each attribute carries its own TLP tag; one on the event would be read as a lower bound for all of them.
    let strictest = indicators.iter().map(|indicator| indicator.marking).max().unwrap_or_default();
    let event = json!({ "Event": {
        "uuid": bare(&IndicatorId::derived("event", &now.to_string(), &written.to_string())),
        "info": "Indicators exported by Vauban", "date": now.to_string().get(..10), "timestamp": now.as_second().to_string(),
        "published": false, "analysis": "2", "threat_level_id": "2", "distribution": distribution(strictest),
        "Orgc": { "name": "Vauban", "uuid": "4f0b7a52-6c1d-5e0e-9d0a-8f4c2f6e7b11" },
        "Attribute": attributes,
    }});
    (pretty(&event), written)
}

/// One attribute for each value, and how many indicators stand in them.
pub(super) fn attributes(indicators: &[&Indicator], now: Timestamp) -> (Vec<Value>, usize) {
    let mut written = 0;
    let mut attributes: Vec<Value> = Vec::new();
    for indicator in indicators {
        let mut any = false;
        for (index, test) in indicator.tests.iter().enumerate() {
            let Some((kind, category)) = kind_of(test) else { continue };
            any = true;
            let value = match test {
                Test::Yara { text, .. } | Test::Sigma { text, .. } => text,
                other => other.value(),
            };
            let written;
            let value = match test {
                Test::Observable(observable) if kind == "stix2-pattern" => {
                    written = format!("[{}]", comparison(observable).unwrap_or_default());
                    &written
                }
                _ => value,
            };
            let id = if index == 0 {
                indicator.id.clone()
            } else {
                IndicatorId::derived(indicator.id.as_str(), kind, value)
            };
            let time = indicator.validity.from.unwrap_or(now).as_second();
            attributes.push(json!({
                "uuid": bare(&id), "type": kind, "category": category, "value": value, "to_ids": true,
                "comment": comment(indicator), "timestamp": time.to_string(), "distribution": distribution(indicator.marking),
                "Tag": tags(indicator),
            }));
        }
        written += usize::from(any);
    }
    (attributes, written)
}

fn kind_of(test: &Test) -> Option<(&'static str, &'static str)> {
    Some(match test {
        Test::Network(_) => ("ip-dst", "Network activity"),
        Test::Pattern(_) => ("stix2-pattern", "Artifacts dropped"),
        Test::Yara { .. } => ("yara", "Payload delivery"),
        Test::Sigma { .. } => ("sigma", "Payload installation"),
        Test::Observable(observable) => match observable.kind {
            ObservableKind::DomainName => ("domain", "Network activity"),
            ObservableKind::Url => ("url", "Network activity"),
            ObservableKind::Ipv4Addr | ObservableKind::Ipv6Addr => ("ip-dst", "Network activity"),
            ObservableKind::EmailAddr => ("email-src", "Payload delivery"),
            ObservableKind::FileName => ("filename", "Payload delivery"),
            ObservableKind::Ja3 => ("ja3-fingerprint-md5", "Network activity"),
            ObservableKind::Ja4 => ("ja4-plus", "Network activity"),
            ObservableKind::FileHash => match HashAlgorithm::of(&observable.value)? {
                HashAlgorithm::Md5 => ("md5", "Payload delivery"),
                HashAlgorithm::Sha1 => ("sha1", "Payload delivery"),
                HashAlgorithm::Sha256 => ("sha256", "Payload delivery"),
                HashAlgorithm::Sha512 => ("sha512", "Payload delivery"),
            },
            ObservableKind::CertificateFingerprint => match HashAlgorithm::of(&observable.value)? {
                HashAlgorithm::Md5 => ("x509-fingerprint-md5", "Network activity"),
                HashAlgorithm::Sha1 => ("x509-fingerprint-sha1", "Network activity"),
                HashAlgorithm::Sha256 => ("x509-fingerprint-sha256", "Network activity"),
                HashAlgorithm::Sha512 => return None,
            },
            ObservableKind::ProcessName => ("process-name", "Artifacts dropped"),
            ObservableKind::AppId => ("mobile-application-id", "Payload delivery"),
            // MISP has no type for these; a pattern says what they are.
            ObservableKind::ConfigurationProfile | ObservableKind::FilePath => ("stix2-pattern", "Artifacts dropped"),
            ObservableKind::Text | ObservableKind::Bytes | ObservableKind::Event => return None,
        },
    })
}

/// MISP's distribution levels: 0 is the organisation alone, 1 the community, 3 everybody.
pub(super) const fn distribution(marking: Marking) -> &'static str {
    match marking {
        Marking::Clear => "3",
        Marking::Green => "1",
        Marking::Amber | Marking::AmberStrict | Marking::Red => "0",
    }
}

fn tags(indicator: &Indicator) -> Vec<Value> {
    let mut names = vec![indicator.marking.as_str().to_ascii_lowercase()];
    names.extend(
        indicator.techniques.iter().map(|technique| format!("misp-galaxy:mitre-attack-pattern=\"{technique}\"")),
    );
    names.extend(indicator.labels.iter().cloned());
    names.into_iter().map(|name| json!({ "name": name })).collect()
}

fn comment(indicator: &Indicator) -> String {
    let parts = [indicator.name.as_str(), indicator.description.as_str(), indicator.source.name.as_str()];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
}

fn bare(id: &IndicatorId) -> &str {
    id.as_str().trim_start_matches("indicator--")
}
