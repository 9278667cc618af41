//! Break-glass keys in the making: three, one after another, at one screen. They are nothing yet, so they are in memory only: of one session
//! in one browser, bounded, and over after a while. The request that asks for them has them all.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;
use vauban_passkey::State;
use vauban_people::{BrowserHash, Refusal, SessionId, SpareKey};

use crate::seat::Seat;

/// How many there are in the end.
pub(crate) const KEYS: usize = 3;
/// For how long a set is kept from its first question on.
const WHILE: SignedDuration = SignedDuration::from_mins(30);
/// Sets that are kept; the oldest makes room.
const SETS: usize = 32;

/// At whose screen they are made: a session, in the browser in which the set was begun. Whoever stole the session's cookie is in another.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Maker {
    session: SessionId,
    browser: BrowserHash,
}

impl Maker {
    /// Whoever asks.
    pub(crate) fn of(seat: &Seat) -> Self {
        Self { session: seat.who.session, browser: seat.browser.token.hash() }
    }
}

/// What is being made, by session.
#[derive(Debug, Default)]
pub(crate) struct Making(Mutex<Sets>);

type Sets = BTreeMap<SessionId, Set>;

#[derive(Debug)]
struct Set {
    /// Where it was begun.
    browser: BrowserHash,
    /// The user handle of all three, random, which is no person's: an authenticator keeps one key for each, so that a new set never writes over
    /// the one before, which counts until two people approved the new one.
    handle: Uuid,
    begun: Timestamp,
    keys: Vec<SpareKey>,
    /// The last question. Only its answer counts: two that were open at once could put two keys on one authenticator, the second over the
    /// first.
    asked: Option<State>,
}

impl Making {
    /// What was made so far.
    pub(crate) fn made(&self, maker: Maker, now: Timestamp) -> Vec<SpareKey> {
        own(&mut self.sets(now), maker).map(|set| set.keys.clone()).unwrap_or_default()
    }

    /// For the next question: the handle, which is `handle` where a set begins with it, and the ids of the keys that are there.
    pub(crate) fn next(&self, maker: Maker, handle: Uuid, now: Timestamp) -> Result<(Uuid, Vec<Vec<u8>>), Refusal> {
        let Maker { session, browser } = maker;
        let mut sets = self.sets(now);
        if !sets.contains_key(&session) && sets.len() >= SETS {
            let oldest = sets.iter().min_by_key(|(_, set)| set.begun).map(|(session, _)| *session);
            oldest.and_then(|oldest| sets.remove(&oldest));
        }
        sets.entry(session).or_insert(Set { browser, handle, begun: now, keys: Vec::new(), asked: None });
        let set = own(&mut sets, maker)?;
        if set.keys.len() >= KEYS {
            return Err(Refusal::NotThreeKeys);
        }
        Ok((set.handle, set.keys.iter().map(|key| key.id.bytes().to_vec()).collect()))
    }

    /// What was asked last.
    pub(crate) fn asked(&self, maker: Maker, state: State, now: Timestamp) {
        if let Ok(set) = own(&mut self.sets(now), maker) {
            set.asked = Some(state);
        }
    }

    /// Takes the question that this is the state of, and how many keys were there, if it was the last one.
    pub(crate) fn answered(&self, maker: Maker, state: &State, now: Timestamp) -> Result<usize, Refusal> {
        let mut sets = self.sets(now);
        let set = own(&mut sets, maker)?;
        match set.asked.take_if(|asked| asked == state) {
            Some(_) => Ok(set.keys.len()),
            None => Err(Refusal::NoChallenge),
        }
    }

    /// One more, whose making was verified.
    pub(crate) fn add(&self, maker: Maker, key: SpareKey, now: Timestamp) -> Result<(), Refusal> {
        own(&mut self.sets(now), maker)?.keys.push(key);
        Ok(())
    }

    /// Asked for, or begun anew.
    pub(crate) fn forget(&self, maker: Maker, now: Timestamp) {
        let mut sets = self.sets(now);
        if own(&mut sets, maker).is_ok() {
            sets.remove(&maker.session);
        }
    }

    /// What is not over.
    fn sets(&self, now: Timestamp) -> MutexGuard<'_, Sets> {
        let mut sets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sets.retain(|_, set| now.duration_since(set.begun) < WHILE);
        sets
    }
}

/// The set of a session, in the browser in which it was begun.
fn own(sets: &mut Sets, maker: Maker) -> Result<&mut Set, Refusal> {
    sets.get_mut(&maker.session).filter(|set| set.browser == maker.browser).ok_or(Refusal::NoChallenge)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn maker(session: u8, browser: u8) -> Maker {
        Maker { session: SessionId::from_bytes([session; 16]), browser: BrowserHash::new([browser; 32]) }
    }

    #[test]
    fn a_set_ends_and_the_oldest_makes_room() {
        let (making, start) = (Making::default(), Timestamp::UNIX_EPOCH);
        let handle = |number: u8| Uuid::from_bytes([number; 16]);
        let at = |seconds: i64| start + SignedDuration::from_secs(seconds);
        for number in 0..40 {
            making.next(maker(number, 1), handle(number), at(number.into())).unwrap();
        }
        let now = at(60);
        assert_eq!(making.sets(now).len(), SETS);
        assert_eq!(making.next(maker(39, 1), handle(99), now).unwrap().0, handle(39), "goes on");
        assert_eq!(making.next(maker(0, 1), handle(99), now).unwrap().0, handle(99), "made room, and begins anew");
        assert_eq!(making.sets(at(60 + 1_800)).len(), 0);
    }
    #[test]
    fn a_set_is_of_the_browser_in_which_it_was_begun() {
        let (making, now) = (Making::default(), Timestamp::UNIX_EPOCH);
        let (own, other) = (maker(1, 1), maker(1, 2));
        making.next(own, Uuid::from_bytes([1; 16]), now).unwrap();
        assert_eq!(making.next(other, Uuid::from_bytes([2; 16]), now), Err(Refusal::NoChallenge));
        making.forget(other, now);
        assert_eq!(making.next(own, Uuid::from_bytes([2; 16]), now).unwrap().0, Uuid::from_bytes([1; 16]), "goes on");
    }
}
