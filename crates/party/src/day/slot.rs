//! A slot: batches are made and kept before they are sent, sent until they are answered, and believed only with their proof.

use jiff::Timestamp;
use vauban_blind::{Asker, CryptoRng, Evaluated, FinaliseError, Observable, Output, Pending, RngCore, Slot};

use super::{
    AttackError, Day, DayError, Hit,
    bytes::Bytes,
    kept::{Name, Waiting},
    plan::{Plan, plan, tables},
};
use crate::{
    Door, DoorError, Party,
    door::{read_all, success},
};

/// Of each slot, one name in so many is kept free for those of earlier epochs, so that new ones do not keep them waiting for ever.
const SHARE: usize = 4;
/// After how many answers what was learnt is written to the disk.
const SAVE_EVERY: usize = 8;

/// What became of a slot.
#[derive(Debug, PartialEq, Eq)]
pub enum Slotted {
    /// No stream has a blind tier, or one was stopped because the hub contradicted itself.
    Nothing,
    /// It is not the time.
    NotDue {
        /// When it is.
        next: Timestamp,
    },
    /// Batches were sent and answered.
    Answered {
        /// How many names of the queue were among them.
        asked: usize,
        /// What was met, and was not known before.
        hits: Vec<Hit>,
    },
}

impl Day {
    /// Sends this slot's batches, if it is the party's moment: the same number of the same size whether anything waits or not. To be called
    /// every few minutes, by the calendar and never because something was seen. What could not be sent is sent again in the
    /// same slot, byte for byte; a slot that is over is not made up for.
    ///
    /// # Errors
    /// See [`DayError`]; what was asked waits on, and what was met before the error is among [`Self::hits`].
    pub fn run<R: RngCore + CryptoRng>(
        &mut self,
        door: &dyn Door,
        party: &Party,
        now: Timestamp,
        rng: &mut R,
    ) -> Result<Slotted, DayError> {
        let Some(plan) = plan(party.streams())? else { return Ok(Slotted::Nothing) };
        if !self.prepare(&plan, now, rng)? {
            let slot = plan.slots.at(now);
            let next = plan.slots.moment(slot, self.phase);
            let next = if next > now { next } else { plan.slots.moment(after(slot), self.phase) };
            return Ok(Slotted::NotDue { next });
        }
        let tables = tables(party.streams(), plan.pin)?;
        let (mut asked, mut hits) = (0, Vec::new());
        let sent = self.send_all(door, &plan, rng, |day, names, outputs| {
            asked += names.len();
            hits.extend(day.answered(names, outputs, plan.pin, &tables));
        });
        // What was answered before an error stays answered.
        self.save(rng)?;
        sent?;
        Ok(Slotted::Answered { asked, hits })
    }

    fn send_all<R: RngCore + CryptoRng>(
        &mut self,
        door: &dyn Door,
        plan: &Plan,
        rng: &mut R,
        mut take: impl FnMut(&mut Self, Vec<Name>, &[Output]),
    ) -> Result<(), DayError> {
        for sent in 1.. {
            let Some(waiting) = self.kept.waiting.first() else { break };
            let pending = Pending::open(&waiting.pending, plan.size, &self.secret.for_pending())?;
            let answer = send(door, &waiting.batch, &pending, plan);
            if let Err(DayError::Attack(_)) = &answer {
                // The same blinds are not shown again to who answers like this.
                self.kept.waiting.remove(0);
            }
            let outputs = answer?;
            let waiting = self.kept.waiting.remove(0);
            take(self, waiting.names, &outputs);
            // Who is killed asks for at most so many again, byte for byte.
            if sent % SAVE_EVERY == 0 {
                self.save(rng)?;
            }
        }
        Ok(())
    }

    /// Whether [`Self::run`] would send something now.
    ///
    /// # Errors
    /// Streams that contradict each other.
    pub fn is_due(&self, party: &Party, now: Timestamp) -> Result<bool, DayError> {
        let Some(plan) = plan(party.streams())? else { return Ok(false) };
        Ok(plan.slots.due(self.kept.sent.map(Slot::new), self.phase, now).is_some())
    }

    /// Has batches ready, kept on the disk, if there are any to send.
    fn prepare<R: RngCore + CryptoRng>(&mut self, plan: &Plan, now: Timestamp, rng: &mut R) -> Result<bool, DayError> {
        let slot = plan.slots.at(now);
        let is_old = self.kept.sent != Some(slot.number());
        let is_other = self.pin() != Some(plan.pin) || self.does_not_open(plan);
        let unanswered = self.kept.waiting.len();
        self.turn_to(plan.pin);
        if !is_old && unanswered > 0 {
            if is_other {
                // The key changed in the middle of a slot: as many batches again, for the new one.
                self.make(plan, u16::try_from(unanswered).unwrap_or(u16::MAX), rng)?;
            }
            return Ok(true);
        }
        self.kept.waiting.clear();
        let Some(slot) = plan.slots.due(self.kept.sent.map(Slot::new), self.phase, now) else { return Ok(false) };
        self.kept.sent = Some(slot.number());
        self.make(plan, plan.slots.batches(), rng)?;
        Ok(true)
    }

    /// Whether a batch that waits was made for another size, or was damaged.
    fn does_not_open(&self, plan: &Plan) -> bool {
        let key = self.secret.for_pending();
        self.kept.waiting.first().is_some_and(|first| Pending::open(&first.pending, plan.size, &key).is_err())
    }

    fn make<R: RngCore + CryptoRng>(&mut self, plan: &Plan, batches: u16, rng: &mut R) -> Result<(), DayError> {
        let names = self.next_names(usize::from(batches) * plan.size.elements());
        // Each was looked at when it was added.
        let both: (Vec<Name>, Vec<Observable>) =
            names.into_iter().filter_map(|name| name.observable().ok().map(|observable| (name, observable))).unzip();
        let (names, queue) = both;
        let (made, _) = Asker::new(plan.pin, plan.size).fill(&queue, batches, rng)?;
        let mut chunks = names.chunks(plan.size.elements());
        let mut waiting = Vec::with_capacity(made.len());
        for (batch, pending) in made {
            waiting.push(Waiting {
                batch: Bytes::new(batch.to_bytes()),
                pending: Bytes::new(pending.seal(&self.secret.for_pending(), rng)?),
                names: chunks.next().unwrap_or_default().to_vec(),
            });
        }
        self.kept.waiting = waiting;
        self.save(rng)
    }

    /// The names whose turn it is. They stay in the queue until they are answered.
    fn next_names(&self, room: usize) -> Vec<Name> {
        let again = self.kept.again.len().min((room / SHARE).max(room.saturating_sub(self.kept.fresh.len())));
        let fresh = self.kept.fresh.iter().take(room - again);
        fresh.chain(self.kept.again.iter().take(again)).cloned().collect()
    }
}

fn after(slot: Slot) -> Slot {
    Slot::new(slot.number().saturating_add(1))
}

fn send(door: &dyn Door, batch: &[u8], pending: &Pending, plan: &Plan) -> Result<Vec<Output>, DayError> {
    let reply = door.post("/hub/v1/blind", batch)?;
    if reply.status == 409 {
        return Err(DayError::OtherEpoch);
    }
    let bytes = read_all(success(reply)?, Evaluated::wire_length(plan.size) as u64)?;
    let evaluated = Evaluated::from_bytes(&bytes, plan.size)
        .map_err(|error| DoorError::Form(format!("the answer to a batch: {error}")))?;
    pending.finalise(&evaluated, &plan.pin).map_err(|error| match error {
        FinaliseError::Proof => AttackError::Proof.into(),
        FinaliseError::Other => AttackError::OtherKey.into(),
        FinaliseError::Stale | FinaliseError::Size => DayError::OtherEpoch,
    })
}
