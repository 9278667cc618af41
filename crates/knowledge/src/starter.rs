//! The starter set, built into the program so that the first run is useful.

use vauban_intel::{Document, Reading, read_document};
use vauban_model::Marking;

/// The starter set's documents: name and bytes.
pub(crate) const DOCUMENTS: &[(&str, &[u8])] = &[
    ("apt28.csv", include_bytes!("../../../starter/apt28.csv")),
    ("apt28.yar", include_bytes!("../../../starter/rules/apt28.yar")),
    ("phishing.yar", include_bytes!("../../../starter/rules/phishing.yar")),
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

    use super::*;

    #[test]
    fn every_row_and_rule_of_the_starter_set_is_good() {
        let reading = starter();
        assert!(reading.refused.is_empty(), "{:?}", reading.refused);
        assert!(reading.indicators.len() > 200);
        let sources: Vec<vauban_yara::RuleSource<'_>> = reading
            .indicators
            .iter()
            .flat_map(|indicator| &indicator.tests)
            .filter_map(|test| match test {
                Test::Yara { rule, text } => Some(vauban_yara::RuleSource { rule, text }),
                _ => None,
            })
            .collect();
        assert!(sources.len() >= 10);
        assert!(vauban_yara::RuleSet::compile(&sources).refused().is_empty());
        let built = vauban_matching::set::build(&reading.indicators);
        assert!(built.refused.is_empty(), "{:?}", built.refused);
    }
}
