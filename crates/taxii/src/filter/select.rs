//! What a filter means, written as plainly as it can be: the oracle of every store's query, and enough for a store in memory.

use std::collections::HashMap;

use jiff::Timestamp;

use super::{Filter, SpecVersion, SpecVersions, Versions};
use crate::{cursor::Sequence, ids::ObjectId, stamp::Stamp};

/// One version of one object in a collection: all that a filter looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its place in the stream.
    pub sequence: Sequence,
    /// When it was added. It never decreases as sequences grow (section 3.3).
    pub added: Timestamp,
    /// The object.
    pub id: ObjectId,
    /// The object's `modified`, else its `created`, else when it was added.
    pub version: Stamp,
    /// The version of STIX it is written in.
    pub spec_version: SpecVersion,
}

impl Filter {
    /// The entries that are asked for, in the order of their sequence.
    #[must_use]
    pub fn select<'e>(&self, entries: impl IntoIterator<Item = &'e Entry>) -> Vec<&'e Entry> {
        let mut left: Vec<&Entry> = entries.into_iter().filter(|entry| self.admits(entry)).collect();
        self.spec_versions.keep(&mut left);
        self.versions.keep(&mut left);
        left.sort_by_key(|entry| entry.sequence);
        left
    }

    /// Whether an entry passes what can be said of it alone.
    fn admits(&self, entry: &Entry) -> bool {
        self.after.is_none_or(|after| entry.added > after.instant())
            && self.ids.as_ref().is_none_or(|ids| ids.contains(&entry.id))
            && self.types.as_ref().is_none_or(|types| types.iter().any(|kind| kind.as_str() == entry.id.object_type()))
    }
}

impl SpecVersions {
    fn keep(&self, entries: &mut Vec<&Entry>) {
        match self {
            Self::Among(versions) => entries.retain(|entry| versions.contains(&entry.spec_version)),
            Self::Latest => {
                let latest = of_each(entries, |entry| entry.spec_version, Ord::max);
                entries.retain(|entry| latest[&entry.id] == entry.spec_version);
            }
        }
    }
}

impl Versions {
    fn keep(&self, entries: &mut Vec<&Entry>) {
        let Self::Chosen { first, last, at } = self else { return };
        let earliest = of_each(entries, |entry| entry.version, Ord::min);
        let latest = of_each(entries, |entry| entry.version, Ord::max);
        entries.retain(|entry| {
            at.contains(&entry.version)
                || *first && earliest[&entry.id] == entry.version
                || *last && latest[&entry.id] == entry.version
        });
    }
}

/// For each object, what remains of its entries.
fn of_each<'e, T: Copy>(
    entries: &[&'e Entry],
    what: impl Fn(&Entry) -> T,
    choose: impl Fn(T, T) -> T,
) -> HashMap<&'e ObjectId, T> {
    let mut chosen = HashMap::with_capacity(entries.len());
    for entry in entries {
        let value = what(entry);
        chosen.entry(&entry.id).and_modify(|before| *before = choose(*before, value)).or_insert(value);
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(sequence: u64, added: &str, version: &str) -> Entry {
        let id = ObjectId::try_from("indicator--00000000-0000-4000-8000-000000000000").unwrap();
        let (added, version) = (added.parse().unwrap(), version.parse().unwrap());
        Entry { sequence: Sequence(sequence), added, id, version, spec_version: SpecVersion::V21 }
    }

    #[test]
    fn what_was_added_at_the_time_was_not_added_after_it() {
        let entries = [
            entry(1, "2016-01-01T00:00:00.000001Z", "2020-01-01T00:00:00Z"),
            entry(2, "2016-01-01T00:00:00.000002Z", "2019-01-01T00:00:00Z"),
        ];
        let after = Some("2016-01-01T00:00:00.000001Z".parse().unwrap());
        // The last version is meant among what was added after, so it is the older one.
        let selected = Filter { after, ..Filter::default() }.select(&entries);
        assert_eq!(selected, [&entries[1]]);
        assert_eq!(Filter::default().select(&entries), [&entries[0]]);
    }
}
