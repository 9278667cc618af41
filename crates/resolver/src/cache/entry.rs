//! One answer in the cache, and what is given of it. What a hit reads lies together, because memory is what it waits for.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering::Relaxed},
    },
    time::Duration,
};

use crate::{Address, Answer, ExtendedError, Name, Security, answer::put_ttl, question::Key};

/// An answer that was found. Its bytes were written to the caller's buffer.
#[derive(Clone, Debug)]
pub struct Hit {
    entry: Arc<Entry>,
    /// Whether it is past its time.
    pub is_stale: bool,
    /// Whether the caller should ask anew, because it is wanted and soon past its time. Said to one caller.
    pub should_prefetch: bool,
    /// The lowest time to live in the bytes, in seconds.
    pub ttl: u32,
    /// What was found of its signatures.
    pub security: Security,
    /// What the asker should be told beside it.
    pub error: Option<ExtendedError>,
}

impl Hit {
    /// The names that the question's name leads to, in order.
    #[must_use]
    pub fn chain(&self) -> &[Name] {
        &self.entry.chain
    }

    /// The addresses in the answer, with where they are.
    #[must_use]
    pub fn addresses(&self) -> &[Address] {
        &self.entry.addresses
    }

    /// Where it lies in memory: no other answer has this number for as long as this one is held.
    #[must_use]
    pub fn lies_at(&self) -> usize {
        Arc::as_ptr(&self.entry).addr()
    }

    /// Where the times to live are in it.
    pub fn ttl_offsets(&self) -> impl Iterator<Item = u16> {
        self.entry.ttl_offsets()
    }

    /// Whether the answer says that there is no such name, or no such record.
    #[must_use]
    pub fn is_absence(&self) -> bool {
        self.entry.is_absence
    }

    /// The whole answer, with the bytes that were written.
    #[must_use]
    pub fn into_answer(self, bytes: Vec<u8>) -> Answer {
        let Self { entry, ttl, error, .. } = self;
        Answer { bytes: bytes.into_boxed_slice(), ttl, error, ..entry.answer() }
    }
}

/// What is kept. Times are milliseconds since the cache was made.
#[derive(Debug)]
pub(super) struct Entry {
    rest: u64,
    /// The name, the places of the times to live, and the message.
    packed: Box<[u8]>,
    name_end: u16,
    message_start: u16,
    born: u64,
    fresh_until: u64,
    stale_until: u64,
    /// Past its time it is given out at once until then, in seconds: asking anew has just failed.
    failed_until: AtomicU32,
    /// How often in a row asking failed. Only failures have any.
    pub(super) failures: u32,
    asked: AtomicU32,
    is_prefetching: AtomicBool,
    /// Whether it was used since the hand of the clock last came by.
    pub(super) is_used: AtomicBool,
    is_absence: bool,
    security: Security,
    error: Option<ExtendedError>,
    ttl: u32,
    chain: Box<[Name]>,
    addresses: Box<[Address]>,
    /// What it costs.
    pub(super) size: usize,
}

/// What an entry costs beside what it points to: itself, its place in the table and in the queue.
const OVERHEAD: usize = size_of::<Entry>() + 64;

/// From when on, for how long, and what happened before.
pub(super) struct Life {
    pub(super) now: u64,
    pub(super) fresh: Duration,
    pub(super) stale: Duration,
    pub(super) failures: u32,
}

impl Entry {
    /// An entry. `None` when the answer has more records than places can be told for.
    pub(super) fn new(key: Key<'_>, answer: &Answer, life: &Life) -> Option<Self> {
        let mut packed =
            Vec::with_capacity(key.name.len() + answer.ttl_offsets.len() * size_of::<u16>() + answer.bytes.len());
        packed.extend_from_slice(key.name);
        let name_end = u16::try_from(packed.len()).ok()?;
        packed.extend(answer.ttl_offsets.iter().flat_map(|offset| offset.to_ne_bytes()));
        let message_start = u16::try_from(packed.len()).ok()?;
        packed.extend_from_slice(&answer.bytes);
        let names: usize = answer.chain.iter().map(|name| name.as_bytes().len() + size_of::<Name>()).sum();
        let until =
            |from: u64, span: Duration| from.saturating_add(u64::try_from(span.as_millis()).unwrap_or(u64::MAX));
        let fresh_until = until(life.now, life.fresh);
        Some(Self {
            rest: key.rest,
            size: OVERHEAD + packed.len() + names + answer.addresses.len() * size_of::<Address>(),
            packed: packed.into_boxed_slice(),
            name_end,
            message_start,
            born: life.now,
            fresh_until,
            stale_until: until(fresh_until, life.stale),
            failed_until: AtomicU32::new(0),
            failures: life.failures,
            asked: AtomicU32::new(0),
            is_prefetching: AtomicBool::new(false),
            is_used: AtomicBool::new(false),
            is_absence: answer.is_absence,
            security: answer.security,
            error: answer.error,
            ttl: answer.ttl,
            chain: answer.chain.clone(),
            addresses: answer.addresses.clone(),
        })
    }

    pub(super) fn is(&self, key: Key<'_>) -> bool {
        self.rest == key.rest && self.name() == key.name
    }

    /// The name that was asked for, in wire form.
    fn name(&self) -> &[u8] {
        self.packed.get(..usize::from(self.name_end)).unwrap_or_default()
    }

    fn message(&self) -> &[u8] {
        self.packed.get(usize::from(self.message_start)..).unwrap_or_default()
    }

    fn ttl_offsets(&self) -> impl Iterator<Item = u16> {
        let packed = self.packed.get(usize::from(self.name_end)..usize::from(self.message_start)).unwrap_or_default();
        packed.as_chunks().0.iter().map(|offset| u16::from_ne_bytes(*offset))
    }

    /// The answer as it was made.
    pub(super) fn answer(&self) -> Answer {
        Answer {
            bytes: self.message().into(),
            ttl_offsets: self.ttl_offsets().collect(),
            chain: self.chain.clone(),
            addresses: self.addresses.clone(),
            ttl: self.ttl,
            is_absence: self.is_absence,
            security: self.security,
            error: self.error,
        }
    }

    /// Whether it is of this name, of one below it, or leads there.
    pub(super) fn concerns(&self, name: &Name) -> bool {
        Name::from_wire(self.name()).is_some_and(|own| own.is_within(name))
            || self.chain.iter().any(|target| target.is_within(name))
    }

    pub(super) fn is_usable(&self, now: u64) -> bool {
        now < self.stale_until
    }

    /// Asking anew failed: for a while nobody needs to wait for that again (RFC 8767 section 5).
    pub(super) fn failed(&self, until: u64) {
        self.failed_until.store(u32::try_from(until / 1000).unwrap_or(u32::MAX), Relaxed);
        self.is_prefetching.store(false, Relaxed);
    }

    /// Gives it out when its time allows.
    pub(super) fn give(self: Arc<Self>, now: u64, stale_ttl: u32, out: &mut Vec<u8>) -> Option<Hit> {
        let is_stale = now >= self.fresh_until;
        if is_stale && !(self.is_usable(now) && now / 1000 < u64::from(self.failed_until.load(Relaxed))) {
            return None;
        }
        if !self.is_used.load(Relaxed) {
            self.is_used.store(true, Relaxed);
        }
        out.clear();
        out.extend_from_slice(self.message());
        let ttl = if is_stale { self.age_stale(stale_ttl, out) } else { self.age(now, out) };
        Some(Hit {
            is_stale,
            should_prefetch: !is_stale && self.should_prefetch(now),
            ttl,
            security: self.security,
            error: if is_stale { Some(ExtendedError::of_stale(self.message())) } else { self.error },
            entry: self,
        })
    }

    /// Times to live go down with the time that passed, and are never above what the entry has left.
    fn age(&self, now: u64, out: &mut [u8]) -> u32 {
        let age = seconds(now.saturating_sub(self.born));
        let left = seconds((self.fresh_until - now).saturating_add(999));
        let mut lowest = left;
        for offset in self.ttl_offsets() {
            if let Some(ttl) = out.get(usize::from(offset)..).and_then(<[u8]>::first_chunk) {
                let ttl = u32::from_be_bytes(*ttl).saturating_sub(age).min(left);
                lowest = lowest.min(ttl);
                put_ttl(out, offset, ttl);
            }
        }
        lowest
    }

    fn age_stale(&self, ttl: u32, out: &mut [u8]) -> u32 {
        for offset in self.ttl_offsets() {
            put_ttl(out, offset, ttl);
        }
        ttl
    }

    /// Less than a tenth of its time is left, and it was asked for before.
    fn should_prefetch(&self, now: u64) -> bool {
        let (left, whole) = (self.fresh_until - now, self.fresh_until - self.born);
        if left.saturating_mul(10) >= whole {
            // Nobody needs to count on: twice is enough.
            if self.asked.load(Relaxed) < 2 {
                self.asked.fetch_add(1, Relaxed);
            }
            return false;
        }
        self.failures == 0 && self.asked.load(Relaxed) > 0 && !self.is_prefetching.swap(true, Relaxed)
    }
}

fn seconds(milliseconds: u64) -> u32 {
    u32::try_from(milliseconds / 1000).unwrap_or(u32::MAX)
}
