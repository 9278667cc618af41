//! From a hit to a sighting: how urgent it is and what it says.
//!
//! Severity is a short, readable rule, not a score: the strength of the evidence (a file that *is* the malware, a
//! machine that *talked* to the attacker) against the weakness of the indicator (a file name anybody may use, a
//! source that is not sure).

use vauban_model::{Exposure, Indicator, IndicatorRef, ObservableKind, Severity};

/// How urgently to look at an observable of this kind, met this way.
#[must_use]
pub fn severity(kind: ObservableKind, how: &[&'static str], exposure: Exposure, confidence: Option<u8>) -> Severity {
    let confidence = confidence.unwrap_or(50);
    let mentioned = how.contains(&"mentioned");
    let base = match kind {
        // A name alone proves little: attackers choose names that others use.
        ObservableKind::FileName if exposure < Exposure::Opened => return Severity::Low,
        ObservableKind::FileName => Severity::Medium,
        // A hash that a text mentions is a lead; an item that has the hash is the thing itself.
        ObservableKind::FileHash if mentioned => Severity::Medium,
        // Addresses change hands; one that was talked to is another matter.
        ObservableKind::Ipv4Addr | ObservableKind::Ipv6Addr if exposure < Exposure::Contacted => Severity::Medium,
        // Honest programs, too, bear such names; one that ran is another matter.
        ObservableKind::ProcessName | ObservableKind::FilePath if exposure < Exposure::Opened => Severity::Medium,
        ObservableKind::Text => Severity::Medium,
        _ => Severity::High,
    };
    match confidence {
        0..=24 => Severity::Low,
        25..=49 => base.min(Severity::Medium),
        _ => base,
    }
}

/// What a sighting says of its indicator.
#[must_use]
pub fn reference(indicator: &Indicator, value: String) -> IndicatorRef {
    IndicatorRef {
        id: indicator.id.clone(),
        value,
        name: indicator.name.clone(),
        source: indicator.source.name.clone(),
        marking: indicator.marking,
        confidence: indicator.confidence,
        known_since: indicator.validity.from,
        references: indicator.source.references.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_thing_itself_weighs_more_than_its_mention() {
        let hash = ObservableKind::FileHash;
        assert_eq!(severity(hash, &[], Exposure::Present, None), Severity::High);
        assert_eq!(severity(hash, &["mentioned"], Exposure::Present, None), Severity::Medium);
        assert_eq!(severity(ObservableKind::FileName, &[], Exposure::Present, Some(100)), Severity::Low);
        assert_eq!(severity(ObservableKind::Ipv4Addr, &[], Exposure::Contacted, None), Severity::High);
        assert_eq!(severity(ObservableKind::DomainName, &[], Exposure::Contacted, Some(10)), Severity::Low);
    }
}
