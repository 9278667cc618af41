//! Break-glass keys in the making: three, one after another, at one screen. They are nothing yet, so they are in memory only: of one session,
//! bounded, and over after a while. The request that asks for them has them all.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;
use vauban_passkey::State;
use vauban_people::{Refusal, SessionId, SpareKey};

/// How many there are in the end.
pub(crate) const KEYS: usize = 3;
/// For how long a set is kept from its first question on.
const WHILE: SignedDuration = SignedDuration::from_mins(30);
/// Sets that are kept; the oldest makes room.
const SETS: usize = 32;

/// What is being made, by session.
#[derive(Debug, Default)]
pub(crate) struct Making(Mutex<BTreeMap<SessionId, Set>>);

#[derive(Debug)]
struct Set {
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
    /// What this session made so far.
    pub(crate) fn made(&self, session: SessionId, now: Timestamp) -> Vec<SpareKey> {
        self.sets(now).get(&session).map(|set| set.keys.clone()).unwrap_or_default()
    }

    /// For the next question: the handle, which is `handle` where a set begins with it, and the ids of the keys that are there.
    pub(crate) fn next(
        &self,
        session: SessionId,
        handle: Uuid,
        now: Timestamp,
    ) -> Result<(Uuid, Vec<Vec<u8>>), Refusal> {
        let mut sets = self.sets(now);
        if !sets.contains_key(&session) && sets.len() >= SETS {
            let oldest = sets.iter().min_by_key(|(_, set)| set.begun).map(|(session, _)| *session);
            oldest.and_then(|oldest| sets.remove(&oldest));
        }
        let set = sets.entry(session).or_insert(Set { handle, begun: now, keys: Vec::new(), asked: None });
        if set.keys.len() >= KEYS {
            return Err(Refusal::NotThreeKeys);
        }
        Ok((set.handle, set.keys.iter().map(|key| key.id.bytes().to_vec()).collect()))
    }

    /// What was asked last.
    pub(crate) fn asked(&self, session: SessionId, state: State, now: Timestamp) {
        if let Some(set) = self.sets(now).get_mut(&session) {
            set.asked = Some(state);
        }
    }

    /// Takes the question that this is the state of, and how many keys were there, if it was the last one.
    pub(crate) fn answered(&self, session: SessionId, state: &State, now: Timestamp) -> Result<usize, Refusal> {
        let mut sets = self.sets(now);
        let set = sets.get_mut(&session).ok_or(Refusal::NoChallenge)?;
        match set.asked.take_if(|asked| asked == state) {
            Some(_) => Ok(set.keys.len()),
            None => Err(Refusal::NoChallenge),
        }
    }

    /// One more, whose making was verified.
    pub(crate) fn add(&self, session: SessionId, key: SpareKey, now: Timestamp) -> Result<(), Refusal> {
        self.sets(now).get_mut(&session).ok_or(Refusal::NoChallenge)?.keys.push(key);
        Ok(())
    }

    /// Asked for, or begun anew.
    pub(crate) fn forget(&self, session: SessionId, now: Timestamp) {
        self.sets(now).remove(&session);
    }

    /// What is not over.
    fn sets(&self, now: Timestamp) -> MutexGuard<'_, BTreeMap<SessionId, Set>> {
        let mut sets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sets.retain(|_, set| now.duration_since(set.begun) < WHILE);
        sets
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(number: u8) -> SessionId {
        SessionId::from_bytes([number; 16])
    }

    #[test]
    fn a_set_ends_and_the_oldest_makes_room() {
        let (making, start) = (Making::default(), Timestamp::UNIX_EPOCH);
        let handle = |number: u8| Uuid::from_bytes([number; 16]);
        let at = |seconds: i64| start + SignedDuration::from_secs(seconds);
        for number in 0..40 {
            making.next(session(number), handle(number), at(number.into())).unwrap();
        }
        let now = at(60);
        assert_eq!(making.sets(now).len(), SETS);
        assert_eq!(making.next(session(39), handle(99), now).unwrap().0, handle(39), "goes on");
        assert_eq!(making.next(session(0), handle(99), now).unwrap().0, handle(99), "made room, and begins anew");
        assert_eq!(making.sets(at(60 + 1_800)).len(), 0);
    }
}
