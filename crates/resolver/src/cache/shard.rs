//! One part of the cache, under one lock: a table by hash, and a queue that tells what goes first when it is full.

use std::{
    collections::{HashMap, VecDeque},
    hash::{BuildHasherDefault, Hasher},
    sync::{Arc, atomic::Ordering::Relaxed},
};

use super::entry::Entry;
use crate::question::Key;

/// The table's keys are hashes already.
#[derive(Default)]
pub(super) struct Same(u64);

impl Hasher for Same {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        // Only whole numbers are hashed; this keeps the trait honest for anything else.
        for &byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(byte);
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

/// A part of the cache.
#[derive(Default)]
pub(super) struct Shard {
    entries: HashMap<u64, Arc<Entry>, BuildHasherDefault<Same>>,
    /// Hashes in the order of the hand: what was used since it last came by gets another round.
    queue: VecDeque<u64>,
    bytes: usize,
}

impl Shard {
    /// The entry of a question.
    pub(super) fn find(&self, hash: u64, key: Key<'_>) -> Option<&Arc<Entry>> {
        self.entries.get(&hash).filter(|entry| entry.is(key))
    }

    /// Puts an entry in, takes out what does not fit beside it, and says how many those were.
    pub(super) fn insert(&mut self, hash: u64, entry: Entry, limit: usize) -> u64 {
        if entry.size > limit {
            self.remove(hash);
            return 1;
        }
        self.bytes += entry.size;
        match self.entries.insert(hash, Arc::new(entry)) {
            Some(former) => self.bytes -= former.size,
            None => self.queue.push_back(hash),
        }
        let mut evicted = 0;
        // Every round of the hand ends: what it passes by is unused the next time.
        while self.bytes > limit {
            let Some(first) = self.queue.pop_front() else { break };
            let is_kept = first == hash || self.entries.get(&first).is_some_and(|old| old.is_used.swap(false, Relaxed));
            if is_kept {
                self.queue.push_back(first);
            } else if let Some(old) = self.entries.remove(&first) {
                self.bytes -= old.size;
                evicted += 1;
            }
        }
        evicted
    }

    fn remove(&mut self, hash: u64) {
        if let Some(entry) = self.entries.remove(&hash) {
            self.bytes -= entry.size;
            self.queue.retain(|queued| *queued != hash);
        }
    }

    /// Keeps what the test says.
    pub(super) fn retain(&mut self, mut keep: impl FnMut(&Entry) -> bool) -> usize {
        let before = self.entries.len();
        let Self { entries, queue, bytes } = self;
        entries.retain(|_, entry| {
            keep(entry) || {
                *bytes -= entry.size;
                false
            }
        });
        if entries.len() != before {
            queue.retain(|hash| entries.contains_key(hash));
        }
        before - entries.len()
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }
}
