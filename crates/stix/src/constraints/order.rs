//! Times that have to follow each other.

use super::Constraint;
use crate::{
    fault::Problem,
    form::Timestamp,
    judge::{Faults, Subject},
};

pub(super) const ALL: &[Constraint] = &[versions, periods];

/// The property that has to be later, the one that it follows, whether they may be equal.
type Order = (&'static str, &'static str, &'static str, bool);

const PERIODS: &[Order] = &[
    ("campaign", "last_seen", "first_seen", true),
    ("indicator", "valid_until", "valid_from", false),
    ("infrastructure", "last_seen", "first_seen", true),
    ("intrusion-set", "last_seen", "first_seen", true),
    ("malware", "last_seen", "first_seen", true),
    ("observed-data", "last_observed", "first_observed", true),
    ("relationship", "stop_time", "start_time", false),
    ("sighting", "last_seen", "first_seen", true),
    ("threat-actor", "last_seen", "first_seen", true),
    ("network-traffic", "end", "start", true),
];

/// No version is older than the object (section 3.2).
fn versions(subject: &Subject<'_>, faults: &mut Faults<'_>) {
    follows(subject, "modified", "created", true, "3.2", faults);
}

/// The end of a period follows its beginning (sections 4, 5 and 6.12).
fn periods(subject: &Subject<'_>, faults: &mut Faults<'_>) {
    for (_, later, earlier, equal) in PERIODS.iter().filter(|(name, ..)| *name == subject.object_type) {
        follows(subject, later, earlier, *equal, subject.section, faults);
    }
}

fn follows(
    subject: &Subject<'_>,
    later: &str,
    earlier: &'static str,
    equal: bool,
    section: &'static str,
    faults: &mut Faults<'_>,
) {
    let time = |name| subject.text(name).and_then(|text| text.parse::<Timestamp>().ok());
    if let (Some(end), Some(start)) = (time(later), time(earlier))
        && (end < start || end == start && !equal)
    {
        faults.must(&subject.at(later), section, Problem::TooEarly(earlier));
    }
}
