//! What the kernel has open, as far as we know: a name that is asked for all day long costs one transaction a lifetime.

use std::{
    collections::HashMap,
    net::IpAddr,
    time::{Duration, Instant},
};

/// The least time for which anything is open: an answer with no lifetime has to be good for one connection.
const LEAST: Duration = Duration::from_secs(30);
/// The device may use the answer in its last moment.
const GRACE: Duration = Duration::from_secs(10);
/// The most, whatever an answer says.
const MOST: Duration = Duration::from_secs(86_400);
/// When what is open already ends so much earlier, it is worth no transaction.
const CLOSE_ENOUGH: Duration = Duration::from_secs(5);
/// So many pairs are remembered; beyond that everything is asked of the kernel again.
const MOST_PAIRS: usize = 131_072;

/// For how long an answer opens.
pub(super) fn lifetime(ttl: Duration) -> Duration {
    ttl.saturating_add(GRACE).clamp(LEAST, MOST)
}

/// Until when each pair is open.
#[derive(Debug, Default)]
pub(super) struct Mirror {
    until: HashMap<(IpAddr, IpAddr), Instant>,
}

impl Mirror {
    /// Whether the pair is open for so long anyway.
    pub(super) fn is_open(&self, pair: &(IpAddr, IpAddr), lifetime: Duration, now: Instant) -> bool {
        // What is left of the grace, a device that asks again does not need.
        let needed = lifetime.saturating_sub(CLOSE_ENOUGH);
        self.until.get(pair).is_some_and(|until| *until >= now + needed)
    }

    pub(super) fn opened(&mut self, pair: (IpAddr, IpAddr), lifetime: Duration, now: Instant) {
        if self.until.len() >= MOST_PAIRS {
            self.until.retain(|_, until| *until > now);
        }
        if self.until.len() >= MOST_PAIRS {
            self.until.clear();
        }
        self.until.insert(pair, now + lifetime);
    }

    pub(super) fn forget(&mut self, pair: &(IpAddr, IpAddr)) {
        self.until.remove(pair);
    }

    /// Somebody else changed the kernel's rules.
    pub(super) fn forget_all(&mut self) {
        self.until.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lifetimes_have_bounds() {
        for (ttl, opened) in [(0, 30), (20, 30), (300, 310), (1_000_000, 86_400), (u64::MAX, 86_400)] {
            assert_eq!(lifetime(Duration::from_secs(ttl)), Duration::from_secs(opened), "{ttl}");
        }
    }

    #[test]
    fn only_what_is_open_long_enough_is_not_opened_again() {
        let (mut mirror, now) = (Mirror::default(), Instant::now());
        let pair = ("10.0.0.1".parse().unwrap(), "192.0.2.1".parse().unwrap());
        let minute = Duration::from_secs(60);
        assert!(!mirror.is_open(&pair, minute, now));
        mirror.opened(pair, minute, now);
        assert!(mirror.is_open(&pair, minute, now + Duration::from_secs(4)));
        assert!(!mirror.is_open(&pair, minute, now + Duration::from_secs(6)));
        assert!(mirror.is_open(&pair, LEAST, now + Duration::from_secs(6)));
        mirror.forget(&pair);
        assert!(!mirror.is_open(&pair, LEAST, now));
    }
}
