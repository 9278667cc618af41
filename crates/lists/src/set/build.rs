//! Building a set from lists.

use std::io;

use ipnet::IpNet;
use xorf::{BinaryFuse8, DmaSerializable as _};

use super::{
    classes::{Class, Classes},
    layout::{self, Head},
    terms::{Action, MOST_LISTS, Scope},
    write,
};
use crate::{
    Gate, Limits, Refusal, Report,
    reading::{Target, read},
};

/// Why a set cannot be built.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// It cannot be written.
    #[error("the set of names cannot be written")]
    Io(#[from] io::Error),
    /// Hashes met each other under every seed that was tried.
    #[error("the names cannot be spread over the set")]
    Degenerate,
}

/// What was built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Built {
    /// Distinct names and networks.
    pub entries: u32,
    /// Bytes that were written.
    pub bytes: u64,
}

/// A set in the making: lists are added one after the other, then it is written. It never holds more than
/// [`Builder::MOST_ENTRIES`] entries, some 40 bytes each and twice that for a moment.
#[derive(Debug)]
pub struct Builder {
    key: [u8; 32],
    lists: Vec<String>,
    head: Head,
    /// Each key after its length.
    pool: Vec<u8>,
    records: Vec<Record>,
}

/// A key in the pool and what is said of it: a list, a scope and an action; later the number of its class.
#[derive(Debug, Clone, Copy)]
struct Record {
    hash: u64,
    at: u32,
    what: u32,
}

/// Seeds that are tried. One is enough but for a chance of one in very many.
const SEEDS: u8 = 8;
/// Names that a bucket holds on average, and at most: no list can make look-ups slow.
const BUCKET: usize = 4;
const LARGEST_BUCKET: usize = 64;

impl Builder {
    /// Entries of all lists together.
    pub const MOST_ENTRIES: usize = 16 << 20;

    /// A set whose hashes are keyed with `key`: a digest of all that goes in, or something random, so that nobody who
    /// keeps a list can choose names that meet.
    #[must_use]
    pub fn new(key: [u8; 32]) -> Self {
        let mut builder = Self { key, lists: Vec::new(), head: Head::default(), pool: Vec::new(), records: Vec::new() };
        builder.head.seed = builder.seed(0);
        builder
    }

    /// Reads a list into the set. Its number is the number of lists before it.
    ///
    /// # Errors
    /// When it cannot be taken; then nothing of it is in the set.
    pub fn add(&mut self, list: &str, bytes: &[u8], gate: &Gate, limits: Limits) -> Result<Report, Refusal> {
        if self.lists.len() >= MOST_LISTS {
            return Err(Refusal::TooMany { limit: MOST_LISTS as u64 });
        }
        let (pool, records, head) = (self.pool.len(), self.records.len(), self.head);
        match read(bytes, gate, limits, self) {
            Ok((report, passes_win)) => {
                self.head.passes_win |= u64::from(passes_win) << self.lists.len();
                self.lists.push(list.to_owned());
                Ok(report)
            }
            Err(error) => {
                self.pool.truncate(pool);
                self.records.truncate(records);
                self.head = head;
                let is_ours = matches!(error, Refusal::TooMany { .. }) && records > 0;
                Err(if is_ours { Refusal::TooMany { limit: Self::MOST_ENTRIES as u64 } } else { error })
            }
        }
    }

    /// Adds a list without entries: its number stays that of its place.
    pub fn add_nothing(&mut self, list: &str) {
        if self.lists.len() < MOST_LISTS {
            self.lists.push(list.to_owned());
        }
    }

    /// Writes the set. The same lists in the same order under the same key give the same bytes.
    ///
    /// # Errors
    /// When it cannot be written, or no seed spreads the names.
    pub fn write(mut self, out: &mut dyn io::Write) -> Result<Built, BuildError> {
        self.sort();
        let classes = self.merge();
        for turn in 0..SEEDS {
            if turn > 0 {
                self.reseed(turn);
            }
            let Some(filter) = self.filter() else { continue };
            self.head.entries = u32::try_from(self.records.len()).map_err(|_| BuildError::Degenerate)?;
            let mut descriptor = vec![0; BinaryFuse8::DESCRIPTOR_LEN];
            filter.dma_copy_descriptor_to(&mut descriptor);
            let parts = write::Parts {
                head: self.head,
                lists: &self.lists,
                descriptor: &descriptor,
                fingerprints: filter.dma_fingerprints(),
                buckets: self.buckets(),
                classes: &classes.bytes(),
            };
            let entries = self.records.iter().map(|record| (record.hash, record.what, key(&self.pool, record.at)));
            return Ok(write::write(&parts, entries, out)?);
        }
        Err(BuildError::Degenerate)
    }

    fn seed(&self, turn: u8) -> u64 {
        let [a, b, c, d, e, f, g, h, ..] = self.key;
        u64::from_le_bytes([a ^ turn, b, c, d, e, f, g, h])
    }

    fn reseed(&mut self, turn: u8) {
        self.head.seed = self.seed(turn);
        for record in &mut self.records {
            record.hash = layout::hash(self.head.seed, key(&self.pool, record.at));
        }
        self.sort();
    }

    /// By hash, and by key where hashes are equal: the order is that of the content alone.
    fn sort(&mut self) {
        let pool = &self.pool;
        self.records.sort_unstable_by(|one, other| {
            one.hash.cmp(&other.hash).then_with(|| key(pool, one.at).cmp(key(pool, other.at)))
        });
    }

    /// Makes one record of all with the same key, in place.
    fn merge(&mut self) -> Classes {
        let mut classes = Classes::default();
        let (mut kept, mut at) = (0, 0);
        while let Some(first) = self.records.get(at).copied() {
            let mut class = class_of(first.what);
            at += 1;
            while let Some(next) = self.records.get(at)
                && next.hash == first.hash
                && key(&self.pool, next.at) == key(&self.pool, first.at)
            {
                class = class.with(class_of(next.what));
                at += 1;
            }
            self.records[kept] = Record { what: classes.number(class), ..first };
            kept += 1;
        }
        self.records.truncate(kept);
        classes
    }

    fn buckets(&self) -> usize {
        (self.records.len() / BUCKET).max(1)
    }

    /// The filter; nothing when the hashes are spread badly, or meet.
    fn filter(&self) -> Option<BinaryFuse8> {
        let buckets = self.buckets();
        let (mut last, mut held) = (usize::MAX, 0);
        for record in &self.records {
            let bucket = layout::bucket(record.hash, buckets);
            (last, held) = (bucket, if bucket == last { held + 1 } else { 1 });
            if held > LARGEST_BUCKET {
                return None;
            }
        }
        // Two keys with one hash share a fingerprint; the filter must be told of each hash once.
        let mut hashes: Vec<u64> = self.records.iter().map(|record| record.hash).collect();
        hashes.dedup();
        BinaryFuse8::try_from(&hashes).ok()
    }

    fn push(&mut self, key: &[u8], scope: Scope, action: Action) -> bool {
        let (Ok(at), Ok(length)) = (u32::try_from(self.pool.len()), u8::try_from(key.len())) else { return false };
        if self.records.len() >= Self::MOST_ENTRIES {
            return false;
        }
        self.pool.push(length);
        self.pool.extend_from_slice(key);
        let list = u32::try_from(self.lists.len()).unwrap_or(0);
        let hash = layout::hash(self.head.seed, key);
        self.records.push(Record { hash, at, what: list << 8 | (scope as u32) << 1 | action as u32 });
        true
    }
}

impl Target for Builder {
    fn name(&mut self, name: &[u8], labels: usize, scope: Scope, action: Action) -> bool {
        self.head.note_labels(labels);
        self.push(name, scope, action)
    }

    fn network(&mut self, network: IpNet, action: Action) -> bool {
        let network = layout::plain(network);
        self.head.note_prefix(network);
        let (key, length) = layout::network_key(network);
        self.push(&key[..length], Scope::Both, action)
    }
}

fn class_of(what: u32) -> Class {
    let [flags, list, ..] = what.to_le_bytes();
    let scope = [Scope::Exact, Scope::Below, Scope::Both][usize::from(flags >> 1).min(2)];
    let action = if flags & 1 == 0 { Action::Block } else { Action::Pass };
    Class::of(list, scope, action)
}

fn key(pool: &[u8], at: u32) -> &[u8] {
    let rest = usize::try_from(at).ok().and_then(|at| pool.get(at..)).unwrap_or_default();
    rest.split_first().and_then(|(length, rest)| rest.get(..usize::from(*length))).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use vauban_matching::set::SetBytes;

    use super::*;
    use crate::NameSet;

    /// As if somebody had found names whose hashes meet: another seed parts them.
    #[test]
    fn names_that_meet_are_parted() {
        let names: String = (0..500).map(|number| format!("n{number}.example\n")).collect();
        let mut builder = Builder::new([7; 32]);
        builder.add("list", names.as_bytes(), &Gate::new(&[], &[], &[]), Limits::default()).unwrap();
        let seed = builder.head.seed;
        for record in &mut builder.records {
            record.hash = 42;
        }
        let mut bytes = Vec::new();
        assert_eq!(builder.write(&mut bytes).unwrap().entries, 500);
        let set = NameSet::open(SetBytes::Owned(bytes)).unwrap();
        assert_ne!(set.head.seed, seed);
        assert!((0..500).all(|number| set.find(&format!("n{number}.example")).blocked == 1));
    }
}
