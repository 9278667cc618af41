//! When batches are sent, and how many: arithmetic of the calendar, so that nothing in it depends on what there is to ask.
//!
//! Time is cut into slots of one length, a day unless the manifest says otherwise. In each slot each party sends the same number of
//! batches, at a moment of its own that its credential fixes, also when it has nothing to ask. What does not fit waits for the next
//! slot; a slot that was missed is not made up for, since its silence is known already and a burst would say more.

use jiff::{SignedDuration, Timestamp};

/// Why a schedule cannot be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SlotsError {
    /// Slots shorter than a minute or longer than 400 days.
    #[error("a slot is between a minute and 400 days long")]
    Length,
    /// No batch, so that nothing could ever be asked.
    #[error("a slot has at least one batch")]
    Batches,
}

/// The number of a slot since the beginning of 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot(u32);

impl Slot {
    /// The slot of this number.
    #[must_use]
    pub const fn new(number: u32) -> Self {
        Self(number)
    }

    /// Its number.
    #[must_use]
    pub const fn number(self) -> u32 {
        self.0
    }
}

/// A hub's schedule: how long a slot is, and how many batches each party sends in one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slots {
    seconds: i64,
    batches: u16,
}

impl Slots {
    /// One batch a day.
    pub const DAILY: Self = Self { seconds: 86_400, batches: 1 };

    /// A schedule with slots of a length, in whole seconds, and a number of batches in each.
    ///
    /// # Errors
    /// Lengths and numbers that make no schedule.
    pub fn new(length: SignedDuration, batches: u16) -> Result<Self, SlotsError> {
        let seconds = length.as_secs();
        if !(60..=400 * 86_400).contains(&seconds) || length.subsec_nanos() != 0 {
            return Err(SlotsError::Length);
        }
        if batches == 0 {
            return Err(SlotsError::Batches);
        }
        Ok(Self { seconds, batches })
    }

    /// How many batches a party sends in each slot, and may.
    #[must_use]
    pub const fn batches(&self) -> u16 {
        self.batches
    }

    /// The slot of a time. Times before 1970 are in the first, those after all slots in the last.
    #[must_use]
    pub fn at(&self, time: Timestamp) -> Slot {
        let number = time.as_second().max(0) / self.seconds;
        Slot(u32::try_from(number).unwrap_or(u32::MAX))
    }

    /// When a slot begins.
    #[must_use]
    pub fn begins(&self, slot: Slot) -> Timestamp {
        Timestamp::from_second(i64::from(slot.0).saturating_mul(self.seconds)).unwrap_or(Timestamp::MAX)
    }

    /// The moment in a slot at which a party sends: always the same one, in the first nine tenths so that an answer comes before
    /// the slot ends. `phase` is a number that the hub draws for the credential, so that parties do not all come at once.
    #[must_use]
    pub fn moment(&self, slot: Slot, phase: u32) -> Timestamp {
        let window = self.seconds / 10 * 9;
        let offset = i64::from(phase) % window.max(1);
        self.begins(slot).checked_add(SignedDuration::from_secs(offset)).unwrap_or(Timestamp::MAX)
    }

    /// The slot for which batches are due now, if any: the present one, from the party's moment on, unless it was sent for. Whoever
    /// asks this does not say how much there is to ask.
    #[must_use]
    pub fn due(&self, sent: Option<Slot>, phase: u32, now: Timestamp) -> Option<Slot> {
        let slot = self.at(now);
        let is_new = sent.is_none_or(|sent| sent < slot);
        (is_new && now >= self.moment(slot, phase)).then_some(slot)
    }

    /// Whether a key that came into use in one slot has served its term of so many slots. A key that was stolen is replaced at once,
    /// so epochs are counted by the log of keys and not by the calendar.
    #[must_use]
    pub fn has_served(&self, since: Slot, term: u32, now: Timestamp) -> bool {
        self.at(now).0.saturating_sub(since.0) >= term
    }

    /// How many slots it takes to ask about so many observables with batches of so many elements.
    #[must_use]
    pub fn needed(&self, observables: u64, elements: u16) -> u64 {
        observables.div_ceil(u64::from(self.batches) * u64::from(elements.max(1)))
    }
}

/// A credential has sent what it may in this slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this credential has sent its batches for now; the next slot begins at {next}")]
pub struct Spent {
    /// When the next slot begins.
    pub next: Timestamp,
}

/// What a credential has sent, as the hub counts it: it limits how many names whoever holds one can try.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Budget {
    slot: u32,
    used: u16,
}

impl Budget {
    /// A count that was kept.
    #[must_use]
    pub const fn new(slot: Slot, used: u16) -> Self {
        Self { slot: slot.0, used }
    }

    /// The slot that is counted, and the batches in it.
    #[must_use]
    pub const fn counted(&self) -> (Slot, u16) {
        (Slot(self.slot), self.used)
    }

    /// Counts one more batch. Keep what comes back *before* the batch is answered. A clock that was turned back gives nothing again.
    ///
    /// # Errors
    /// [`Spent`] when the slot has no batch left, with the time to come back.
    pub fn take(&self, slots: &Slots, now: Timestamp) -> Result<Self, Spent> {
        let slot = slots.at(now).0.max(self.slot);
        let used = if slot == self.slot { self.used } else { 0 };
        if used >= slots.batches {
            return Err(Spent { next: slots.begins(Slot(slot.saturating_add(1))) });
        }
        Ok(Self { slot, used: used + 1 })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn time(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn schedule() -> impl Strategy<Value = Slots> {
        (60..400_i64 * 86_400, 1..9_u16)
            .prop_map(|(seconds, batches)| Slots::new(SignedDuration::from_secs(seconds), batches).unwrap())
    }

    proptest! {
        #[test]
        fn a_slot_holds_its_times(slots in schedule(), second in 0..4_000_000_000_i64, phase: u32) {
            let now = Timestamp::from_second(second).unwrap();
            let slot = slots.at(now);
            let next = Slot::new(slot.number() + 1);
            prop_assert!(slots.begins(slot) <= now && now < slots.begins(next));
            let moment = slots.moment(slot, phase);
            prop_assert_eq!(slots.at(moment), slot);
            prop_assert_eq!(slots.due(None, phase, moment), Some(slot));
            prop_assert_eq!(slots.due(Some(slot), phase, moment), None);
        }

        /// A party that looks often sends once in each slot, whatever it has to ask.
        #[test]
        fn every_slot_is_sent_for_once(slots in schedule(), phase: u32, start in 0..2_000_000_000_i64) {
            let (mut sent, mut count) = (None, 0);
            let first = slots.at(Timestamp::from_second(start).unwrap());
            let begin = slots.begins(first).as_second();
            let length = slots.begins(Slot::new(first.number() + 1)).as_second() - begin;
            for tenth in 0..50 {
                let now = Timestamp::from_second(begin + tenth * length / 10).unwrap();
                if let Some(slot) = slots.due(sent, phase, now) {
                    (sent, count) = (Some(slot), count + 1);
                }
            }
            prop_assert_eq!(count, 5);
        }

        #[test]
        fn nobody_gets_more_than_the_budget(slots in schedule(), seconds in prop::collection::vec(0..2_000_000_000_i64, 1..200)) {
            let (mut budget, mut granted) = (Budget::default(), std::collections::BTreeMap::new());
            for second in seconds {
                if let Ok(next) = budget.take(&slots, Timestamp::from_second(second).unwrap()) {
                    budget = next;
                    *granted.entry(budget.counted().0).or_insert(0) += 1;
                }
            }
            prop_assert!(granted.values().all(|count| *count <= slots.batches()));
        }
    }

    #[test]
    fn days_are_slots() {
        let slots = Slots::DAILY;
        let slot = slots.at(time("2026-11-26T15:00:00Z"));
        assert_eq!(slots.begins(slot), time("2026-11-26T00:00:00Z"));
        assert_eq!(slots.moment(slot, 3600), time("2026-11-26T01:00:00Z"));
        assert_eq!(slots.due(None, 3600, time("2026-11-26T00:59:59Z")), None);
        assert!(!slots.has_served(slot, 30, time("2026-12-25T23:59:59Z")));
        assert!(slots.has_served(slot, 30, time("2026-12-26T00:00:00Z")));
        assert_eq!(slots.needed(0, 1024), 0);
        assert_eq!(slots.needed(1025, 1024), 2);
    }

    #[test]
    fn a_clock_turned_back_gives_nothing() {
        let spent = Budget::default().take(&Slots::DAILY, time("2026-11-26T15:00:00Z")).unwrap();
        for now in ["2026-11-26T16:00:00Z", "2026-11-25T15:00:00Z", "1960-01-01T00:00:00Z"] {
            assert_eq!(
                spent.take(&Slots::DAILY, time(now)),
                Err(Spent { next: time("2026-11-27T00:00:00Z") }),
                "{now}"
            );
        }
        assert!(spent.take(&Slots::DAILY, time("2026-11-27T00:00:00Z")).is_ok());
    }

    #[test]
    fn what_is_no_schedule_is_refused() {
        for length in [SignedDuration::from_secs(59), SignedDuration::from_hours(401 * 24), SignedDuration::new(60, 1)]
        {
            assert_eq!(Slots::new(length, 1), Err(SlotsError::Length));
        }
        assert_eq!(Slots::new(SignedDuration::from_hours(24), 0), Err(SlotsError::Batches));
    }
}
