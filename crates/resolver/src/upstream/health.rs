//! How a server has been doing: how fast it answers, and whether it does.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// The first time a server is left alone after failing; each further time twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_mins(1);
/// What is assumed of a server that was never asked, a little more for each one named before it.
const ASSUMED: Duration = Duration::from_millis(50);
const FASTEST: Duration = Duration::from_millis(10);
/// So many times in a row a server may be too slow.
const MOST_LOSSES: u32 = 3;

/// The state of one server.
#[derive(Debug)]
pub(super) struct Health(Mutex<Record>);

#[derive(Debug)]
struct Record {
    /// Smoothed time of an answer.
    usual: Duration,
    failures: u32,
    /// Times in a row that somebody else answered in its place.
    losses: u32,
    paused_until: Option<Instant>,
    answered: u64,
    failed: u64,
}

/// How an upstream server has been doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The usual time of an answer.
    pub usual: Duration,
    /// Whether it has just failed, and is asked only when nobody else answers.
    pub is_paused: bool,
    /// Answers it gave.
    pub answered: u64,
    /// Questions it did not answer, or answered with something else.
    pub failed: u64,
}

impl Record {
    fn fail(&mut self, now: Instant) {
        let pause = FIRST_PAUSE.saturating_mul(1 << self.failures.min(16)).min(LONGEST_PAUSE);
        self.failures = self.failures.saturating_add(1);
        self.failed += 1;
        self.paused_until = Some(now + pause);
    }
}

impl Health {
    pub(super) fn new(place: usize) -> Self {
        let usual = ASSUMED + Duration::from_millis(u64::try_from(place).unwrap_or(u64::MAX).min(50));
        Self(Mutex::new(Record { usual, failures: 0, losses: 0, paused_until: None, answered: 0, failed: 0 }))
    }

    pub(super) fn answered(&self, took: Duration) {
        self.change(|record| {
            record.usual = if record.answered == 0 { took } else { (record.usual * 7 + took) / 8 };
            record.answered += 1;
            record.failures = 0;
            record.losses = 0;
            record.paused_until = None;
        });
    }

    pub(super) fn failed(&self, now: Instant) {
        self.change(|record| record.fail(now));
    }

    /// It was asked, and somebody else was faster. When that happens again and again, it has failed.
    pub(super) fn was_slower(&self, waited: Duration, now: Instant) {
        self.change(|record| {
            record.usual = record.usual.max(waited);
            record.losses += 1;
            if record.losses >= MOST_LOSSES {
                record.losses = 0;
                record.fail(now);
            }
        });
    }

    /// It was not asked: what is known of it counts a little less, so that it is tried again some time.
    pub(super) fn rested(&self) {
        self.change(|record| record.usual = (record.usual * 49 / 50).max(FASTEST.min(record.usual)));
    }

    pub(super) fn standing(&self, now: Instant) -> Standing {
        let record = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Standing {
            usual: record.usual,
            is_paused: record.paused_until.is_some_and(|until| now < until),
            answered: record.answered,
            failed: record.failed,
        }
    }

    fn change(&self, change: impl FnOnce(&mut Record)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_fails_is_left_alone_and_comes_back() {
        let (health, now) = (Health::new(0), Instant::now());
        health.failed(now);
        health.failed(now);
        assert!(health.standing(now + Duration::from_millis(900)).is_paused);
        assert!(!health.standing(now + Duration::from_millis(1100)).is_paused);
        for _ in 0..50 {
            health.failed(now);
        }
        assert!(!health.standing(now + LONGEST_PAUSE).is_paused, "no pause is longer");
        health.answered(Duration::from_millis(5));
        assert!(!health.standing(now).is_paused);
    }

    #[test]
    fn a_slow_server_is_tried_again_some_time() {
        let health = Health::new(0);
        health.answered(Duration::from_millis(400));
        let before = health.standing(Instant::now()).usual;
        for _ in 0..200 {
            health.rested();
        }
        assert!(
            before >= Duration::from_millis(400) && health.standing(Instant::now()).usual <= Duration::from_millis(11)
        );
    }
}
