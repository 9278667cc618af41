//! The cache as others see it.

use std::{
    fmt,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use super::{
    entry::{Entry, Hit, Life},
    hash::Secret,
    shard::Shard,
};
use crate::{Answer, Name, Question, Security, question::Key, wire::rcode};

/// As many parts as keep several threads out of each other's way.
const SHARDS: usize = 64;
/// What must fit at least, so that one large answer does not empty a part.
const SMALLEST: usize = 4 << 20;

/// How much and how long is remembered.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// All of it, in bytes.
    pub bytes: usize,
    /// No answer is fresh for longer.
    pub longest: Duration,
    /// No absence is fresh for longer (RFC 2308 section 5).
    pub longest_absence: Duration,
    /// How long an answer may still be given out past its time (RFC 8767); nothing to never do it.
    pub stale: Duration,
    /// The time to live of what is given out past its time.
    pub stale_ttl: u32,
    /// How long after a failure nobody asks again while there is something stale, and the first time there is not.
    pub retry: Duration,
    /// The longest of these times when failures repeat themselves (RFC 9520).
    pub longest_failure: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 32 << 20,
            longest: Duration::from_hours(24),
            longest_absence: Duration::from_hours(1),
            stale: Duration::from_hours(48),
            stale_ttl: 30,
            retry: Duration::from_secs(5),
            longest_failure: Duration::from_mins(5),
        }
    }
}

/// What the cache did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Answers in it.
    pub entries: usize,
    /// Their bytes, with what keeping them costs.
    pub bytes: usize,
    /// Questions that were answered.
    pub hits: u64,
    /// Questions that were not.
    pub misses: u64,
    /// Answers that had to go for others.
    pub evicted: u64,
}

/// Answers by question. Every method takes the time; an earlier one than the last is no error.
pub struct Cache {
    shards: Box<[Part]>,
    secret: Secret,
    limits: Limits,
    start: Instant,
    evicted: AtomicU64,
}

/// Its own line of memory for each lock, or threads would wait for each other's.
#[repr(align(128))]
#[derive(Default)]
struct Part {
    shard: RwLock<Shard>,
    hits: AtomicU64,
    misses: AtomicU64,
}

impl Cache {
    /// An empty cache. `secret` is random: who knows it could choose names that are all kept in one place.
    #[must_use]
    pub fn new(limits: Limits, secret: [u64; 2], now: Instant) -> Self {
        let limits = Limits { bytes: limits.bytes.max(SMALLEST), ..limits };
        let shards = (0..SHARDS).map(|_| Part::default()).collect();
        Self { shards, secret: Secret(secret), limits, start: now, evicted: AtomicU64::new(0) }
    }

    /// Writes the answer to `out` with its times to live as they are now. Gives nothing when there is none, and `out`
    /// is as it was; something that is past its time only when asking anew has just failed.
    pub fn get(&self, key: Key<'_>, now: Instant, out: &mut Vec<u8>) -> Option<Hit> {
        let hash = self.secret.hash(key);
        let part = self.part(hash);
        let entry = self.entry(part, hash, key);
        let hit = entry.and_then(|entry| entry.give(self.clock(now), self.limits.stale_ttl, out));
        let counter = if hit.is_some() { &part.hits } else { &part.misses };
        counter.fetch_add(1, Relaxed);
        hit
    }

    /// An answer that is past its time, for one that cannot be had.
    #[must_use]
    pub fn stale(&self, question: &Question, now: Instant) -> Option<Answer> {
        let hash = self.secret.hash(question.key());
        let entry = self.entry(self.part(hash), hash, question.key())?;
        let is_usable = entry.failures == 0 && entry.is_usable(self.clock(now));
        is_usable.then(|| entry.answer().stale(self.limits.stale_ttl))
    }

    /// Remembers an answer. What is bogus, or a failure, is remembered for a short time, longer when it repeats itself;
    /// a failure does not take the place of an answer that is only past its time.
    pub fn insert(&self, question: &Question, answer: &Answer, now: Instant) {
        let key = question.key();
        let hash = self.secret.hash(key);
        let (part, clock) = (self.part(hash), self.clock(now));
        let former = self.entry(part, hash, key);
        let failures = if is_failure(answer) { former.as_ref().map_or(0, |former| former.failures) + 1 } else { 0 };
        let is_bogus = matches!(answer.security, Security::Bogus(_));
        if let Some(former) = former.filter(|former| failures > 0 && !is_bogus && former.failures == 0)
            && former.is_usable(clock)
        {
            let retry = u64::try_from(self.limits.retry.as_millis()).unwrap_or(u64::MAX);
            former.failed(clock.saturating_add(retry.saturating_mul(6)));
            return;
        }
        let fresh = self.lifetime(answer, failures);
        if fresh.is_zero() {
            return;
        }
        // A failure is kept past its time only to be counted on.
        let stale = if failures > 0 { self.limits.longest_failure } else { self.limits.stale };
        let life = Life { now: clock, fresh, stale, failures };
        let Some(entry) = Entry::new(key, answer, &life) else { return };
        let mut shard = part.shard.write().unwrap_or_else(PoisonError::into_inner);
        let evicted = shard.insert(hash, entry, self.limits.bytes / SHARDS);
        drop(shard);
        self.evicted.fetch_add(evicted, Relaxed);
    }

    /// Forgets what is known of a name, of all below it, and of what leads to it. Says how many answers that were.
    pub fn forget(&self, name: &Name) -> usize {
        self.retain(|entry| !entry.concerns(name))
    }

    /// Forgets everything.
    pub fn forget_all(&self) -> usize {
        self.retain(|_| false)
    }

    /// What it did so far.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let mut counts = Counts { evicted: self.evicted.load(Relaxed), ..Counts::default() };
        for part in &self.shards {
            let shard = part.shard.read().unwrap_or_else(PoisonError::into_inner);
            counts.entries += shard.len();
            counts.bytes += shard.bytes();
            counts.hits += part.hits.load(Relaxed);
            counts.misses += part.misses.load(Relaxed);
        }
        counts
    }

    fn retain(&self, mut keep: impl FnMut(&Entry) -> bool) -> usize {
        let forgotten =
            self.shards.iter().map(|part| part.shard.write().unwrap_or_else(PoisonError::into_inner).retain(&mut keep));
        forgotten.sum()
    }

    fn entry(&self, part: &Part, hash: u64, key: Key<'_>) -> Option<Arc<Entry>> {
        part.shard.read().unwrap_or_else(PoisonError::into_inner).find(hash, key).map(Arc::clone)
    }

    fn part(&self, hash: u64) -> &Part {
        // The table inside a part uses the other end of the hash.
        &self.shards[(hash >> 32) as usize % SHARDS]
    }

    fn clock(&self, now: Instant) -> u64 {
        u64::try_from(now.saturating_duration_since(self.start).as_millis()).unwrap_or(u64::MAX)
    }

    fn lifetime(&self, answer: &Answer, failures: u32) -> Duration {
        if failures > 0 {
            let doubled = self.limits.retry.saturating_mul(1 << (failures - 1).min(16));
            return doubled.min(self.limits.longest_failure);
        }
        let longest = if answer.is_absence { self.limits.longest_absence } else { self.limits.longest };
        Duration::from_secs(answer.ttl.into()).min(longest)
    }
}

fn is_failure(answer: &Answer) -> bool {
    answer.rcode() == rcode::SERVFAIL || matches!(answer.security, Security::Bogus(_))
}

impl fmt::Debug for Cache {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Cache").field("limits", &self.limits).field("counts", &self.counts()).finish_non_exhaustive()
    }
}
