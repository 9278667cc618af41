//! What the interoperability profile asks for beyond the standard, when the rules say so.

use serde_json::Value;
use vauban_model::Marking;

use super::Constraint;
use crate::{
    fault::Problem,
    judge::{Faults, Subject},
};

pub(super) const ALL: &[Constraint] = &[one_tlp, more_properties];

/// One TLP marking at most.
fn one_tlp(subject: &Subject<'_>, faults: &mut Faults<'_>) {
    if !faults.rules.interop {
        return;
    }
    let references = subject.list("object_marking_refs").iter().filter_map(Value::as_str);
    if references.filter(|id| Marking::from_stix_id(id).is_some()).count() > 1 {
        faults.must(&subject.at("object_marking_refs"), "7.2.1.4", Problem::SeveralTlp);
    }
}

/// Properties that the standard leaves to the producer.
fn more_properties(subject: &Subject<'_>, faults: &mut Faults<'_>) {
    if !faults.rules.interop {
        return;
    }
    let Some((_, names)) = REQUIRED.iter().find(|(name, _)| *name == subject.object_type) else { return };
    for name in names.iter().chain(["created_by_ref"].iter()).filter(|name| !subject.has(name)) {
        faults.must(&subject.at(name), subject.section, Problem::Missing);
    }
}

/// Who made it is asked of all of them.
const REQUIRED: &[(&str, &[&str])] = &[
    ("attack-pattern", &["external_references", "kill_chain_phases"]),
    ("campaign", &[]),
    ("course-of-action", &[]),
    ("grouping", &[]),
    ("indicator", &["name", "indicator_types"]),
    ("infrastructure", &["infrastructure_types"]),
    ("intrusion-set", &["resource_level", "primary_motivation"]),
    ("location", &["region"]),
    ("malware", &["name", "malware_types", "first_seen", "last_seen", "implementation_languages"]),
    ("malware-analysis", &["version", "submitted", "analysis_started", "analysis_ended", "result"]),
    ("note", &[]),
    ("observed-data", &["object_refs"]),
    ("opinion", &[]),
    ("relationship", &[]),
    ("report", &["report_types"]),
    ("sighting", &["first_seen", "last_seen", "count"]),
    ("threat-actor", &["threat_actor_types", "roles", "sophistication", "resource_level", "primary_motivation"]),
    ("tool", &["tool_types"]),
    ("vulnerability", &["external_references"]),
];
