//! The round itself.

use std::path::Path;

use jiff::Timestamp;
use vauban_blind::{CryptoRng, RngCore};
use vauban_record::RecordError;
use vauban_release::{Moment, Words};

use super::{met, seen::Seen};
use crate::{
    CountsError, CountsTold, Day, DayError, Door, Hit, Party, PartyError, Slotted, Updated, counts::Telling, files,
};

/// How many hits were written down.
const TOLD: &str = "told";

/// Where things are.
#[derive(Debug, Clone, Copy)]
pub struct Round<'r> {
    /// The hub's name here: what sightings name as their source.
    pub hub: &'r str,
    /// The history of sweeps and sensors.
    pub known: &'r Path,
    /// The names that the filter of names keeps.
    pub names: &'r Path,
    /// The record, for what was met.
    pub record: &'r Path,
    /// The time.
    pub now: Timestamp,
}

/// What a round did.
#[derive(Debug)]
pub struct Rounded {
    /// The streams.
    pub updated: Updated,
    /// The day's batches. Nothing was asked where streams have no blind tier.
    pub slot: Result<Slotted, DayError>,
    /// What was met and not told before.
    pub met: Vec<Hit>,
    /// Names that wait to be asked about.
    pub waiting: usize,
    /// The counts that somebody agreed to tell; nothing of them without an agreement.
    pub counts: Result<CountsTold, CountsError>,
}

/// Why a round could not be gone through.
#[derive(Debug, thiserror::Error)]
pub enum RoundError {
    /// The hub, or what is kept of it.
    #[error(transparent)]
    Party(#[from] PartyError),
    /// What is kept of blind look-ups.
    #[error(transparent)]
    Day(#[from] DayError),
    /// History or record.
    #[error(transparent)]
    Record(#[from] RecordError),
}

impl RoundError {
    /// What a person reads, and what to do next.
    #[must_use]
    pub fn words(&self) -> Words {
        match self {
            Self::Party(error) => error.words(),
            Self::Day(error) => error.words(),
            Self::Record(_) => Words::new(
                "L'historique ou le journal de Vauban est illisible. `vauban record verify` dit pourquoi.",
                "Vauban's history or record cannot be read. `vauban record verify` says why.",
            ),
        }
    }
}

impl Round<'_> {
    /// Goes through it: `ticket` is [`Membership::joining_door`](crate::Membership::joining_door), `own` the door of the membership.
    ///
    /// # Errors
    /// What keeps it from going on; what was done before stays done, and the next round goes on from there.
    pub fn run<R: RngCore + CryptoRng>(
        &self,
        party: &mut Party,
        ticket: Option<&dyn Door>,
        own: &dyn Door,
        rng: &mut R,
    ) -> Result<Rounded, RoundError> {
        if let Some(ticket) = ticket {
            party.join(ticket, own, self.now.into())?;
        }
        let updated = party.update(own, Moment::new(self.now))?;
        let mut day = Day::open(party)?;
        day.look_again(party, rng)?;
        if day.is_due(party, self.now)? {
            let seen = Seen::read(self.known, self.names)?;
            day.add(seen.iter(), rng)?;
        }
        let slot = day.run(own, party, self.now, rng);
        let met = self.tell(party, &day)?;
        let telling = Telling { day: &day, record: self.record, unlisted: &updated.unlisted, now: self.now };
        let counts = telling.tell(own, party);
        Ok(Rounded { updated, slot, met, waiting: day.waiting(), counts })
    }

    /// Writes down what was met since the last time. Whoever is killed in between writes it down again.
    fn tell(&self, party: &Party, day: &Day) -> Result<Vec<Hit>, RoundError> {
        let path = party.folder().join(TOLD);
        let text = files::read(&path).map_err(PartyError::from)?.unwrap_or_default();
        let told: usize = String::from_utf8_lossy(&text).trim().parse().unwrap_or(0);
        let new = day.hits().get(told..).unwrap_or_default();
        if !new.is_empty() {
            met::write(new, self.hub, (self.known, self.names, self.record), self.now)?;
            let text = format!("{}\n", day.hits().len());
            vauban_intel::whole::write(&path, text.as_bytes()).map_err(PartyError::from)?;
        }
        Ok(new.to_vec())
    }
}
