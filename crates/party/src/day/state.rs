//! The queue: what is added, what is kept, what was met.

use std::{collections::HashSet, path::PathBuf};

use vauban_blind::{CryptoRng, Epoch, Output, Pin, PublicKey, RngCore};

use super::{
    DayError, Hit,
    bytes::Bytes,
    kept::{Asked, Kept, Name},
    plan::{Tables, plan, tables},
};
use crate::{Party, StateSecret};

const FILE: &str = "day.sealed";
/// The most names that wait.
const MOST_WAITING: usize = 1_000_000;
/// The most names that are remembered as asked: a year at a thousand a day.
const MOST_ASKED: usize = 400_000;

/// What became of what was added.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Added {
    /// Waits now.
    pub new: usize,
    /// Waited already, or was asked in this epoch.
    pub known: usize,
    /// Cannot be looked up blindly: bare addresses, what is empty or too long.
    pub refused: usize,
    /// Did not fit into the queue.
    pub full: usize,
}

/// Blind look-ups of one party at one hub: what waits, what was asked, what was met.
pub struct Day {
    pub(super) path: PathBuf,
    pub(super) secret: StateSecret,
    pub(super) phase: u32,
    pub(super) kept: Kept,
    pub(super) known: HashSet<[u8; 32]>,
}

impl Day {
    /// Opens what was kept, sealed under the secret that enrolment made and that lies beside it: a copy of this file alone tells nothing.
    ///
    /// # Errors
    /// [`DayError::Sealed`] or [`DayError::Io`].
    pub fn open(party: &Party) -> Result<Self, DayError> {
        Self::open_with(party, party.membership().secret().clone())
    }

    /// The same under a secret that is kept elsewhere, so that a copy of the whole directory tells nothing.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_with(party: &Party, secret: StateSecret) -> Result<Self, DayError> {
        let path = party.folder().join(FILE);
        let kept = Kept::open(&path, &secret)?;
        let known = kept.known();
        Ok(Self { path, secret, phase: party.membership().credential().phase(), kept, known })
    }

    /// Adds what was seen: types as `vauban-model` names them and canonical values as `vauban-matching` makes them, as the desk does. Many at
    /// a time, since the file is written whole each time. What was added before is not added again.
    ///
    /// # Errors
    /// [`DayError::Sealed`] or [`DayError::Io`]; then nothing was kept on the disk.
    pub fn add<'s, R: RngCore + CryptoRng>(
        &mut self,
        seen: impl IntoIterator<Item = (&'s str, &'s str)>,
        rng: &mut R,
    ) -> Result<Added, DayError> {
        let mut added = Added::default();
        for (kind, value) in seen {
            let name = Name { kind: kind.to_owned(), value: value.to_owned() };
            let digest = name.digest();
            if name.observable().is_err() {
                added.refused += 1;
            } else if self.known.contains(&digest) {
                added.known += 1;
            } else if self.waiting() >= MOST_WAITING {
                added.full += 1;
            } else {
                self.known.insert(digest);
                self.kept.fresh.push_back(name);
                added.new += 1;
            }
        }
        if added.new > 0 {
            self.save(rng)?;
        }
        Ok(added)
    }

    /// How many names wait to be asked.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.kept.fresh.len() + self.kept.again.len()
    }

    /// Everything that was met so far, in the order in which it was.
    #[must_use]
    pub fn hits(&self) -> &[Hit] {
        &self.kept.hits
    }

    /// Looks for all that was asked in this epoch in the tables that are here now: for after an update. Nothing is sent.
    ///
    /// # Errors
    /// Tables that cannot be read, streams that contradict each other, the disk.
    pub fn look_again<R: RngCore + CryptoRng>(&mut self, party: &Party, rng: &mut R) -> Result<Vec<Hit>, DayError> {
        let Some(plan) = plan(party.streams())? else { return Ok(Vec::new()) };
        if self.pin() != Some(plan.pin) {
            return Ok(Vec::new());
        }
        let tables = tables(party.streams(), plan.pin)?;
        let mut found = Vec::new();
        for asked in &self.kept.asked {
            found.extend(look(&asked.name, &asked.output, plan.pin, &tables));
        }
        found.retain(|hit| self.kept.hit(hit.clone()));
        if !found.is_empty() {
            self.save(rng)?;
        }
        Ok(found)
    }

    pub(super) fn save<R: RngCore + CryptoRng>(&self, rng: &mut R) -> Result<(), DayError> {
        self.kept.save(&self.path, &self.secret, rng)
    }

    pub(super) fn pin(&self) -> Option<Pin> {
        let (epoch, key) = self.kept.pin?;
        Some(Pin { epoch: Epoch::new(epoch), key: PublicKey::from_bytes(&key).ok()? })
    }

    /// A new key: what was asked with the old one is asked again, after what was never asked.
    pub(super) fn turn_to(&mut self, pin: Pin) {
        if self.pin() == Some(pin) {
            return;
        }
        let asked = std::mem::take(&mut self.kept.asked);
        self.kept.again.extend(asked.iter().map(|asked| asked.name.clone()));
        self.kept.pin = Some((pin.epoch.number(), *pin.key.as_bytes()));
    }

    /// Takes answered names out of the queues, keeps their outputs, and says what was met.
    pub(super) fn answered(&mut self, names: Vec<Name>, outputs: &[Output], pin: Pin, tables: &Tables) -> Vec<Hit> {
        let done: HashSet<[u8; 32]> = names.iter().map(Name::digest).collect();
        // What is asked stands at the front: whatever is behind the last of it need not be looked at.
        let mut left = done.len();
        for queue in [&mut self.kept.fresh, &mut self.kept.again] {
            queue.retain(|name| {
                let is_done = left > 0 && done.contains(&name.digest());
                left -= usize::from(is_done);
                !is_done
            });
        }
        let mut found = Vec::new();
        for (name, output) in names.into_iter().zip(outputs) {
            let output = Bytes::new(output.to_bytes().to_vec());
            found.extend(look(&name, &output, pin, tables));
            self.kept.asked.push_back(Asked { name, output });
        }
        while self.kept.asked.len() > MOST_ASKED {
            if let Some(oldest) = self.kept.asked.pop_front() {
                self.known.remove(&oldest.name.digest());
            }
        }
        found.retain(|hit| self.kept.hit(hit.clone()));
        found
    }
}

/// What the tables say of an output. A label that opens but cannot be shown is the desk's mistake, and is nothing here.
fn look(name: &Name, output: &[u8], pin: Pin, tables: &Tables) -> Vec<Hit> {
    let Ok(bytes) = output.try_into() else { return Vec::new() };
    let output = Output::new(pin, bytes);
    let mut hits = Vec::new();
    for (stream, table) in tables {
        if let Ok(Some(label)) = table.look(&output) {
            hits.push(Hit { kind: name.kind.clone(), value: name.value.clone(), label, stream: *stream });
        }
    }
    hits
}

impl std::fmt::Debug for Day {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Day(..)")
    }
}
