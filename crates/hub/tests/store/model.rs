//! What the front's store ought to do, in the plainest way: lists that are walked from end to end.

use std::collections::BTreeMap;

use jiff::Timestamp;
use vauban_hub::store::{Filter, NewEntry, ObjectId, StreamId, Version};

/// An entry as the model has it.
#[derive(Debug, Clone)]
struct Kept {
    sequence: u64,
    added: Timestamp,
    entry: NewEntry,
}

#[derive(Debug, Clone, Default)]
struct Stream {
    kept: Vec<Kept>,
    last: u64,
    time: Option<Timestamp>,
}

/// All streams.
#[derive(Debug, Clone, Default)]
pub(crate) struct Model {
    streams: BTreeMap<StreamId, Stream>,
}

impl Model {
    /// Adds entries, or nothing when one of them is there in its version.
    pub(crate) fn add(&mut self, stream: StreamId, entries: &[NewEntry], now: Timestamp) -> bool {
        let stream = self.streams.entry(stream).or_default();
        let mut new = stream.clone();
        if entries.is_empty() {
            return true;
        }
        let earliest = new.time.map(|time| Timestamp::from_microsecond(time.as_microsecond() + 1).unwrap());
        let added = earliest.map_or(now, |earliest| earliest.max(now));
        new.time = Some(added);
        for entry in entries {
            if new.kept.iter().any(|kept| (&kept.entry.object, kept.entry.version) == (&entry.object, entry.version)) {
                return false;
            }
            new.last += 1;
            new.kept.push(Kept { sequence: new.last, added, entry: entry.clone() });
        }
        for object in entries.iter().map(|entry| &entry.object) {
            new.end_as_the_newest(object);
        }
        *stream = new;
        true
    }

    pub(crate) fn remove(&mut self, stream: StreamId, object: &ObjectId, version: Option<Version>) -> u64 {
        let kept = &mut self.streams.entry(stream).or_default().kept;
        let before = kept.len();
        kept.retain(|kept| {
            &kept.entry.object != object || version.is_some_and(|version| version != kept.entry.version)
        });
        (before - kept.len()) as u64
    }

    pub(crate) fn forget(&mut self, now: Timestamp) {
        for stream in self.streams.values_mut() {
            stream.kept.retain(|kept| kept.entry.expires.is_none_or(|expires| expires > now));
        }
    }

    /// Numbers and times of what is asked for, and whether more follows.
    pub(crate) fn page(
        &self,
        stream: StreamId,
        filter: &Filter,
        after: u64,
        most: usize,
        now: Timestamp,
    ) -> (Vec<(u64, Timestamp)>, bool) {
        let Some(stream) = self.streams.get(&stream) else { return (Vec::new(), false) };
        let asked = |kept: &&Kept| kept.sequence > after && stream.passes(kept, filter, now);
        let mut all: Vec<_> = stream.kept.iter().filter(asked).map(|kept| (kept.sequence, kept.added)).collect();
        let more = all.len() > most;
        all.truncate(most);
        (all, more)
    }
}

impl Stream {
    fn of<'a>(&'a self, object: &'a ObjectId) -> impl Iterator<Item = &'a Kept> {
        self.kept.iter().filter(move |kept| &kept.entry.object == object)
    }

    fn end_as_the_newest(&mut self, object: &ObjectId) {
        let newest = self.of(object).max_by_key(|kept| kept.entry.version).map(|kept| kept.entry.expires);
        for kept in &mut self.kept {
            if &kept.entry.object == object {
                kept.entry.expires = newest.unwrap_or_default();
            }
        }
    }

    fn passes(&self, kept: &Kept, filter: &Filter, now: Timestamp) -> bool {
        let entry = &kept.entry;
        let versions = &filter.versions;
        let every = !versions.last && !versions.first && versions.at.is_empty();
        let is_last = || self.of(&entry.object).all(|other| other.entry.version <= entry.version);
        let is_first = || self.of(&entry.object).all(|other| other.entry.version >= entry.version);
        entry.expires.is_none_or(|expires| expires > now)
            && filter.added_after.is_none_or(|after| kept.added > after)
            && (filter.objects.is_empty() || filter.objects.contains(&entry.object))
            && (filter.types.is_empty() || filter.types.contains(&entry.kind))
            && (filter.spec_versions.is_empty() || filter.spec_versions.contains(&entry.spec_version))
            && (every
                || versions.last && is_last()
                || versions.first && is_first()
                || versions.at.contains(&entry.version))
    }
}
