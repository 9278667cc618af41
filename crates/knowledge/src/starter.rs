//! The starter set, built into the program so that the first run is useful.

use vauban_intel::{Document, Reading, read_document};
use vauban_model::Marking;

/// The starter set's documents: name and bytes.
pub(crate) const DOCUMENTS: &[(&str, &[u8])] = &[
    ("apt28.csv", include_bytes!("../../../starter/apt28.csv")),
    ("apt28.yar", include_bytes!("../../../starter/rules/apt28.yar")),
    ("phishing.yar", include_bytes!("../../../starter/rules/phishing.yar")),
    ("windows.yml", include_bytes!("../../../starter/rules/windows.yml")),
];

/// Reads the starter set. What it says is published: whatever it does not mark is TLP:CLEAR.
#[must_use]
pub fn starter() -> Reading {
    let mut reading = Reading::default();
    for (name, bytes) in DOCUMENTS {
        reading.absorb(read_document(&Document::new(name, "Vauban starter set", bytes).with_marking(Marking::Clear)));
    }
    reading
}

#[cfg(test)]
mod tests {
    use vauban_model::Test;
    use vauban_sigma::{LogSource, RuleSource, SigmaSet};

    use super::*;

    #[test]
    fn every_row_and_rule_of_the_starter_set_is_good() {
        let reading = starter();
        assert!(reading.refused.is_empty(), "{:?}", reading.refused);
        assert!(reading.indicators.len() > 200);
        let sources: Vec<RuleSource<'_>> = reading
            .indicators
            .iter()
            .flat_map(|indicator| &indicator.tests)
            .filter_map(|test| match test {
                Test::Yara { rule, text } => Some(RuleSource { rule, text }),
                _ => None,
            })
            .collect();
        assert!(sources.len() >= 10);
        assert!(vauban_yara::RuleSet::compile(&sources).refused().is_empty());
        let built = vauban_matching::set::build(&reading.indicators);
        assert!(built.refused.is_empty(), "{:?}", built.refused);
    }

    /// What each rule over events must and must not meet stands in `conformance/starter/events.json`, by its title.
    #[test]
    fn every_rule_over_events_meets_its_attack_and_not_its_harmless_twin() {
        let reading = starter();
        let rules: Vec<(&str, &str, &str)> = reading
            .indicators
            .iter()
            .flat_map(|indicator| indicator.tests.iter().map(|test| (indicator.name.as_str(), test)))
            .filter_map(|(title, test)| match test {
                Test::Sigma { rule, text } => Some((title, &**rule, &**text)),
                _ => None,
            })
            .collect();
        let cases: serde_json::Value =
            serde_json::from_str(include_str!("../../../conformance/starter/events.json")).unwrap();
        assert!(rules.len() >= 12);
        assert_eq!(cases.as_object().unwrap().len(), rules.len());
        let sources: Vec<RuleSource<'_>> = rules.iter().map(|(_, rule, text)| RuleSource { rule, text }).collect();
        let set = SigmaSet::compile(&sources);
        assert!(set.refused().is_empty(), "{:?}", set.refused());
        for (number, (title, ..)) in rules.iter().enumerate() {
            for (which, wanted) in [("hits", true), ("misses", false)] {
                for event in cases[title][which].as_array().unwrap() {
                    let source = LogSource {
                        product: "windows",
                        channel: event["channel"].as_str().unwrap(),
                        event_id: event["id"].as_u64().unwrap(),
                        ..LogSource::default()
                    };
                    let met = set.matching(&source, &event["fields"]);
                    assert_eq!(met.iter().any(|one| one.number == number), wanted, "{title}: {event}");
                }
            }
        }
    }
}
