//! Telling: one statement of each stream for each week that is over, also with nothing in it, by the calendar and never because something
//! was met. Without an agreement nothing is counted, kept or sent.

use std::path::Path;

use jiff::Timestamp;
use vauban_blind::Slots;
use vauban_release::{MOST_WEEKS, StreamId, Week};

use super::{CountsError, CountsState, KeptCounts};
use crate::{Day, Door, DoorError, Party, door::success};

/// The hub has other counts of the week: the state directory was an old copy once.
const OTHER: u16 = 409;

/// What became of the statements that waited.
#[derive(Debug, Default)]
pub struct CountsTold {
    /// The hub took so many now.
    pub taken: usize,
    /// So many wait, to be sent again.
    pub waiting: usize,
    /// Why the last of these was not taken.
    pub error: Option<DoorError>,
}

/// What a round tells with.
pub(crate) struct Telling<'t> {
    /// What was met blindly.
    pub(crate) day: &'t Day,
    /// The record.
    pub(crate) record: &'t Path,
    /// Streams that the hub lists no more.
    pub(crate) unlisted: &'t [StreamId],
    /// The time.
    pub(crate) now: Timestamp,
}

impl Telling<'_> {
    /// Makes the statements that are due, and sends those that were not answered, byte for byte.
    pub(crate) fn tell(&self, door: &dyn Door, party: &Party) -> Result<CountsTold, CountsError> {
        let Some(agreement) = party.counts_agreement()? else { return Ok(CountsTold::default()) };
        for stream in party.streams() {
            // A contradiction of one stream is the hub's: it is told nothing.
            if stream.stopped()?.is_some() {
                return Ok(CountsTold::default());
            }
        }
        let week = Week::of(self.now).before();
        if Week::of(agreement.since.timestamp()) <= week && self.now >= moment(party, week) {
            self.make(party, week)?;
        }
        self.send(door, party)
    }

    /// Keeps a statement of the week for each stream that has none. A week that was missed is not made up for.
    fn make(&self, party: &Party, week: Week) -> Result<(), CountsError> {
        let kept = party.kept_counts()?;
        let has_one = |stream| kept.iter().any(|one| (one.stream, one.week) == (stream, week));
        let is_due = |stream| !has_one(stream) && !self.unlisted.contains(&stream);
        if !party.streams().iter().any(|stream| is_due(stream.id())) {
            return Ok(());
        }
        let signed = party.counts_of(week, self.day, self.record)?;
        signed.iter().filter(|one| is_due(one.counts().stream)).try_for_each(|one| party.keep_counts(one))
    }

    fn send(&self, door: &dyn Door, party: &Party) -> Result<CountsTold, CountsError> {
        let mut told = CountsTold::default();
        let mut is_reachable = true;
        for one in party.kept_counts()?.iter().filter(|one| one.state == CountsState::Waiting) {
            if one.week.age(self.now) > MOST_WEEKS {
                party.settle_counts(one, CountsState::GivenUp)?;
                continue;
            }
            if !is_reachable || self.unlisted.contains(&one.stream) {
                told.waiting += 1;
                continue;
            }
            match put(door, one) {
                Ok(()) => {
                    party.settle_counts(one, CountsState::Taken)?;
                    told.taken += 1;
                }
                Err(DoorError::Status(OTHER)) => party.settle_counts(one, CountsState::GivenUp)?,
                Err(error) => {
                    // Whoever does not answer, or wants to be left alone, is not asked again at once.
                    is_reachable = matches!(error, DoorError::Refused(_) | DoorError::Status(_));
                    told.waiting += 1;
                    told.error = Some(error);
                }
            }
        }
        Ok(told)
    }
}

fn put(door: &dyn Door, one: &KeptCounts) -> Result<(), DoorError> {
    let path = format!("/hub/v1/streams/{}/counts/{}", one.stream, one.week);
    success(door.put(&path, one.text.as_bytes())?).map(|_| ())
}

/// The party's moment of the first day after a week, so that parties do not all come at midnight.
fn moment(party: &Party, week: Week) -> Timestamp {
    let slots = Slots::DAILY;
    slots.moment(slots.at(week.ends()), party.membership().credential().phase())
}
