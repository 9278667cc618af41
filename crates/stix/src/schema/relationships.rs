//! Which relationships the standard suggests between which types (the tables "Relationships" of sections 4 and 6, summed up in
//! appendix B). Any other is allowed, and is only pointed out.

use super::types::is_observable;

/// What every object may say of every other (section 3.7).
pub(crate) const OF_ALL: &[&str] = &["derived-from", "duplicate-of", "related-to"];

/// How a relationship stands to the standard's tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Suggestion {
    Suggested,
    /// The source has no such relationship.
    OtherRelationship,
    /// The source has it, with other targets.
    OtherTarget,
}

pub(crate) fn suggestion(source: &str, relationship: &str, target: &str) -> Suggestion {
    let targets = TABLE.iter().find(|(from, name, _)| *from == source && *name == relationship);
    match targets {
        None => Suggestion::OtherRelationship,
        Some((.., targets)) if targets.split(' ').any(|to| to == target || to == "*" && is_observable(target)) => {
            Suggestion::Suggested
        }
        Some(_) => Suggestion::OtherTarget,
    }
}

/// Source, relationship, targets. The star is every observable.
const TABLE: &[(&str, &str, &str)] = &[
    ("attack-pattern", "delivers", "malware"),
    ("attack-pattern", "targets", "location vulnerability identity"),
    ("attack-pattern", "uses", "malware tool"),
    ("campaign", "attributed-to", "intrusion-set threat-actor"),
    ("campaign", "compromises", "infrastructure"),
    ("campaign", "originates-from", "location"),
    ("campaign", "targets", "location identity vulnerability"),
    ("campaign", "uses", "attack-pattern infrastructure malware tool"),
    ("course-of-action", "investigates", "indicator"),
    ("course-of-action", "mitigates", "attack-pattern indicator malware tool vulnerability"),
    ("course-of-action", "remediates", "malware vulnerability"),
    ("domain-name", "resolves-to", "domain-name ipv4-addr ipv6-addr"),
    ("identity", "located-at", "location"),
    ("indicator", "indicates", "attack-pattern campaign infrastructure intrusion-set malware threat-actor tool"),
    ("indicator", "based-on", "observed-data"),
    ("infrastructure", "communicates-with", "infrastructure ipv4-addr ipv6-addr domain-name url"),
    ("infrastructure", "consists-of", "infrastructure observed-data *"),
    ("infrastructure", "controls", "infrastructure malware"),
    ("infrastructure", "delivers", "malware"),
    ("infrastructure", "has", "vulnerability"),
    ("infrastructure", "hosts", "tool malware"),
    ("infrastructure", "located-at", "location"),
    ("infrastructure", "uses", "infrastructure"),
    ("intrusion-set", "attributed-to", "threat-actor"),
    ("intrusion-set", "compromises", "infrastructure"),
    ("intrusion-set", "hosts", "infrastructure"),
    ("intrusion-set", "originates-from", "location"),
    ("intrusion-set", "owns", "infrastructure"),
    ("intrusion-set", "targets", "identity location vulnerability"),
    ("intrusion-set", "uses", "attack-pattern infrastructure malware tool"),
    ("ipv4-addr", "resolves-to", "mac-addr"),
    ("ipv4-addr", "belongs-to", "autonomous-system"),
    ("ipv6-addr", "resolves-to", "mac-addr"),
    ("ipv6-addr", "belongs-to", "autonomous-system"),
    ("malware", "authored-by", "threat-actor intrusion-set"),
    ("malware", "beacons-to", "infrastructure"),
    ("malware", "exfiltrates-to", "infrastructure"),
    ("malware", "communicates-with", "ipv4-addr ipv6-addr domain-name url"),
    ("malware", "controls", "malware"),
    ("malware", "downloads", "malware file tool"),
    ("malware", "drops", "malware file tool"),
    ("malware", "exploits", "vulnerability"),
    ("malware", "originates-from", "location"),
    ("malware", "targets", "identity infrastructure location"),
    ("malware", "uses", "attack-pattern infrastructure malware tool"),
    ("malware", "variant-of", "malware"),
    ("malware-analysis", "characterizes", "malware"),
    ("malware-analysis", "static-analysis-of", "malware"),
    ("malware-analysis", "dynamic-analysis-of", "malware"),
    ("malware-analysis", "av-analysis-of", "malware"),
    ("malware-analysis", "analysis-of", "malware"),
    ("threat-actor", "attributed-to", "identity"),
    ("threat-actor", "compromises", "infrastructure"),
    ("threat-actor", "hosts", "infrastructure"),
    ("threat-actor", "owns", "infrastructure"),
    ("threat-actor", "impersonates", "identity"),
    ("threat-actor", "located-at", "location"),
    ("threat-actor", "targets", "identity location vulnerability"),
    ("threat-actor", "uses", "attack-pattern infrastructure malware tool"),
    ("tool", "delivers", "malware"),
    ("tool", "drops", "malware"),
    ("tool", "uses", "infrastructure"),
    ("tool", "has", "vulnerability"),
    ("tool", "targets", "identity infrastructure location vulnerability"),
];
