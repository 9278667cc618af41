//! One answer in the cache, and what is given of it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering::Relaxed},
    },
    time::Duration,
};

use crate::{Answer, ExtendedError, Name, Security, answer::put_ttl, question::Key};

/// An answer that was found. Its bytes were written to the caller's buffer.
#[derive(Clone, Debug)]
pub struct Hit {
    /// The answer as it was made: names, addresses and places in it are true of the bytes too.
    pub answer: Arc<Answer>,
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

/// What is kept. Times are milliseconds since the cache was made.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) name: Name,
    pub(super) rest: u64,
    pub(super) answer: Arc<Answer>,
    pub(super) size: usize,
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
}

/// What an entry costs beside its answer: itself, its place in the table and in the queue.
const OVERHEAD: usize = size_of::<Entry>() + 64;

impl Entry {
    pub(super) fn new(
        key: Key<'_>,
        name: Name,
        answer: Arc<Answer>,
        now: u64,
        fresh: Duration,
        stale: Duration,
        failures: u32,
    ) -> Self {
        let until =
            |span: Duration, from: u64| from.saturating_add(u64::try_from(span.as_millis()).unwrap_or(u64::MAX));
        let fresh_until = until(fresh, now);
        Self {
            size: OVERHEAD + answer.footprint() + name.as_bytes().len(),
            name,
            rest: key.rest,
            answer,
            born: now,
            fresh_until,
            stale_until: until(stale, fresh_until),
            failed_until: AtomicU32::new(0),
            failures,
            asked: AtomicU32::new(0),
            is_prefetching: AtomicBool::new(false),
            is_used: AtomicBool::new(false),
        }
    }

    pub(super) fn is(&self, key: Key<'_>) -> bool {
        self.rest == key.rest && self.name.as_bytes() == key.name
    }

    pub(super) fn is_fresh(&self, now: u64) -> bool {
        now < self.fresh_until
    }

    pub(super) fn is_usable(&self, now: u64) -> bool {
        now < self.stale_until
    }

    /// Asking anew failed: for a while nobody needs to wait for that again (RFC 8767 section 5).
    pub(super) fn failed(&self, until: u64) {
        self.failed_until.store(u32::try_from(until / 1000).unwrap_or(u32::MAX), Relaxed);
        self.is_prefetching.store(false, Relaxed);
    }

    fn has_just_failed(&self, now: u64) -> bool {
        now / 1000 < u64::from(self.failed_until.load(Relaxed))
    }

    /// Gives it out when its time allows.
    pub(super) fn give(&self, now: u64, stale_ttl: u32, out: &mut Vec<u8>) -> Option<Hit> {
        let is_stale = !self.is_fresh(now);
        if is_stale && !(self.is_usable(now) && self.has_just_failed(now)) {
            return None;
        }
        if !self.is_used.load(Relaxed) {
            self.is_used.store(true, Relaxed);
        }
        out.clear();
        out.extend_from_slice(&self.answer.bytes);
        let ttl = if is_stale { self.age_stale(stale_ttl, out) } else { self.age(now, out) };
        let error = if is_stale { Some(self.answer.stale_error()) } else { self.answer.error };
        Some(Hit {
            is_stale,
            should_prefetch: !is_stale && self.should_prefetch(now),
            ttl,
            security: self.answer.security,
            error,
            answer: Arc::clone(&self.answer),
        })
    }

    /// Times to live go down with the time that passed, and are never above what the entry has left.
    fn age(&self, now: u64, out: &mut [u8]) -> u32 {
        let age = seconds(now.saturating_sub(self.born));
        let left = seconds((self.fresh_until - now).next_multiple_of(1000));
        let mut lowest = left;
        for &offset in &self.answer.ttl_offsets {
            let at = usize::from(offset);
            if let Some(ttl) = self.answer.bytes.get(at..).and_then(<[u8]>::first_chunk) {
                let ttl = u32::from_be_bytes(*ttl).saturating_sub(age).min(left.max(1));
                lowest = lowest.min(ttl);
                put_ttl(out, offset, ttl);
            }
        }
        lowest
    }

    fn age_stale(&self, ttl: u32, out: &mut [u8]) -> u32 {
        for &offset in &self.answer.ttl_offsets {
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
