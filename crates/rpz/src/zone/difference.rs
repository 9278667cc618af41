//! What is different between two states of a zone, and how a difference is applied (RFC 1995).

use std::{cmp::Ordering, collections::BTreeMap};

use super::{
    record::Record,
    records::{Cursor, Packer, Records},
};

/// From one state to the next.
#[derive(Debug)]
pub(crate) struct Difference {
    /// What went.
    pub(crate) deleted: Records,
    /// What came.
    pub(crate) added: Records,
}

impl Difference {
    /// What leads from `old` to `new`.
    pub(crate) fn between(old: &Records, new: &Records) -> Self {
        let (mut deleted, mut added) = (Packer::default(), Packer::default());
        let (mut before, mut after) = (old.cursor(), new.cursor());
        let (mut has_before, mut has_after) = (before.step().is_some(), after.step().is_some());
        while has_before || has_after {
            let order = match (has_before, has_after) {
                (true, true) => before.record().cmp(&after.record()),
                (true, false) => Ordering::Less,
                _ => Ordering::Greater,
            };
            if order == Ordering::Less {
                deleted.push(&before.record());
            }
            if order == Ordering::Greater {
                added.push(&after.record());
            }
            if order != Ordering::Greater {
                has_before = before.step().is_some();
            }
            if order != Ordering::Less {
                has_after = after.step().is_some();
            }
        }
        Self { deleted: deleted.finish(), added: added.finish() }
    }

    /// How many bytes of memory it takes.
    pub(crate) fn size(&self) -> usize {
        self.deleted.size() + self.added.size()
    }
}

/// The changes of a transfer, one after the other, as what they come to in the end.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    /// Whether the record came; else it went.
    net: BTreeMap<Change, bool>,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Change {
    path: Box<[u8]>,
    rtype: u16,
    data: Box<[u8]>,
    ttl: u32,
}

impl Change {
    fn of(record: &Record<'_>) -> Self {
        Self { path: record.path.into(), rtype: record.rtype, data: record.data.into(), ttl: record.ttl }
    }

    fn record(&self) -> Record<'_> {
        Record { path: &self.path, rtype: self.rtype, data: &self.data, ttl: self.ttl }
    }
}

impl Changes {
    /// How many records they touch.
    pub(crate) fn len(&self) -> usize {
        self.net.len()
    }

    /// How many records come and go.
    pub(crate) fn counts(&self) -> (usize, usize) {
        let added = self.net.values().filter(|came| **came).count();
        (added, self.net.len() - added)
    }

    /// A record went. `false` when it had gone before.
    pub(crate) fn delete(&mut self, record: &Record<'_>) -> bool {
        self.change(record, false)
    }

    /// A record came. `false` when it had come before.
    pub(crate) fn add(&mut self, record: &Record<'_>) -> bool {
        self.change(record, true)
    }

    fn change(&mut self, record: &Record<'_>, comes: bool) -> bool {
        let change = Change::of(record);
        match self.net.get(&change) {
            Some(came) if *came == comes => false,
            Some(_) => {
                self.net.remove(&change);
                true
            }
            None => {
                self.net.insert(change, comes);
                true
            }
        }
    }

    /// The records after these changes; `None` when they do not fit to them.
    pub(crate) fn apply(&self, records: &Records) -> Option<Records> {
        let mut packer = Packer::with_room(records.size());
        let mut kept = records.cursor();
        let mut has_kept = kept.step().is_some();
        for (change, comes) in &self.net {
            let changed = change.record();
            while has_kept && kept.record() < changed {
                packer.push(&kept.record());
                has_kept = kept.step().is_some();
            }
            let is_there = has_kept && kept.record() == changed;
            if is_there == *comes {
                return None;
            }
            if *comes {
                packer.push(&changed);
            } else {
                has_kept = kept.step().is_some();
            }
        }
        push_all(&mut packer, kept, has_kept);
        Some(packer.finish())
    }
}

fn push_all(packer: &mut Packer, mut kept: Cursor<'_>, mut has_kept: bool) {
    while has_kept {
        packer.push(&kept.record());
        has_kept = kept.step().is_some();
    }
}
