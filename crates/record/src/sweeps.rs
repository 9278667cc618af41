//! Sweeps in the record: writing one down as it runs, and reading them back.
//!
//! Rows are gathered and written in bursts, so that no write lock is held while evidence is being read.

use std::{collections::HashMap, mem};

use jiff::Timestamp;
use serde::{Serialize, de::DeserializeOwned};
use sha2::{Digest as _, Sha256};
use vauban_model::{Sighting, Summary, Unread};

use crate::{
    Confirmed, CoverageRow, Excepted, Kept, Kind, Record, RecordError, Reported, SweepFinished, SweepStarted, Unchanged,
};

/// Coverage rows in one entry.
const ROWS: usize = 1_000;
/// Sightings and unread inputs gathered before they are written.
const WAITING: usize = 500;

/// Writes one sweep down.
#[derive(Debug)]
pub struct SweepLog<'r, R: Record> {
    record: &'r mut R,
    sweep: u64,
    rows: Vec<CoverageRow>,
    unchanged: (u64, Sha256),
    waiting: Vec<(Kind, String)>,
}

impl<'r, R: Record> SweepLog<'r, R> {
    /// Writes at once that the sweep began, so that one that died is seen to have begun.
    ///
    /// # Errors
    /// When the store refuses.
    pub fn begin(record: &'r mut R, at: Timestamp, started: &SweepStarted) -> Result<Self, RecordError> {
        let sweep = record.append(at, Kind::SweepStarted, 0, &json(started)?)?;
        record.commit()?;
        Ok(Self { record, sweep, rows: Vec::new(), unchanged: (0, Sha256::new()), waiting: Vec::new() })
    }

    /// The sweep's number: the place of its first entry.
    #[must_use]
    pub const fn sweep(&self) -> u64 {
        self.sweep
    }

    /// A file was looked at. This is what makes "clean" provable.
    ///
    /// # Errors
    /// When the store refuses.
    pub fn coverage(&mut self, at: Timestamp, row: CoverageRow) -> Result<(), RecordError> {
        self.rows.push(row);
        if self.rows.len() >= ROWS { self.flush(at) } else { Ok(()) }
    }

    /// A file was not read again; `sha256` is that of its content.
    pub fn unchanged(&mut self, path: &str, sha256: &str) {
        let (files, digest) = &mut self.unchanged;
        *files += 1;
        for part in [path.as_bytes(), b"\0", sha256.as_bytes(), b"\n"] {
            digest.update(part);
        }
    }

    /// An indicator met an observable.
    ///
    /// # Errors
    /// When the store refuses.
    pub fn sighting(&mut self, at: Timestamp, sighting: &Sighting) -> Result<(), RecordError> {
        self.wait(at, Kind::Sighting, json(sighting)?)
    }

    /// Something could not be read.
    ///
    /// # Errors
    /// When the store refuses.
    pub fn unread(&mut self, at: Timestamp, unread: &Unread) -> Result<(), RecordError> {
        self.wait(at, Kind::Unread, json(unread)?)
    }

    /// The sweep ended, wholly or early.
    ///
    /// # Errors
    /// When the store refuses.
    pub fn finish(mut self, at: Timestamp, finished: &SweepFinished) -> Result<(), RecordError> {
        let (files, digest) = mem::take(&mut self.unchanged);
        if files > 0 {
            let digest = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
            self.waiting.push((Kind::Unchanged, json(&Unchanged { files, digest })?));
        }
        self.waiting.push((Kind::SweepFinished, json(finished)?));
        self.flush(at)
    }

    fn wait(&mut self, at: Timestamp, kind: Kind, body: String) -> Result<(), RecordError> {
        self.waiting.push((kind, body));
        if self.waiting.len() >= WAITING { self.flush(at) } else { Ok(()) }
    }

    /// Writes down what waits.
    ///
    /// # Errors
    /// When the store refuses.
    pub fn flush(&mut self, at: Timestamp) -> Result<(), RecordError> {
        // Coverage goes first: the entry that ends the sweep must stay its last one.
        let rows = mem::take(&mut self.rows);
        if !rows.is_empty() {
            self.record.append(at, Kind::Coverage, self.sweep, &json(&rows)?)?;
        }
        for (kind, body) in mem::take(&mut self.waiting) {
            self.record.append(at, kind, self.sweep, &body)?;
        }
        self.record.commit()
    }
}

/// A sweep as it stands in the record.
#[derive(Debug, Clone, PartialEq)]
pub struct Swept {
    /// Its number.
    pub sweep: u64,
    /// When it began.
    pub started_at: Timestamp,
    /// What was asked.
    pub started: SweepStarted,
    /// When it ended and what it says of itself; none when it died, or still runs.
    pub finished: Option<(Timestamp, SweepFinished)>,
}

impl Swept {
    /// Its account; of a sweep that never ended, one that says it is partial and counts nothing.
    #[must_use]
    pub fn summary(&self) -> Summary {
        let finished = self.finished.as_ref().map(|(_, finished)| finished.summary);
        finished.unwrap_or(Summary { partial: true, ..Summary::default() })
    }
}

/// All sweeps in the order in which they began.
///
/// # Errors
/// When the store cannot be read, or an entry does not read back.
pub fn sweeps(record: &dyn Record) -> Result<Vec<Swept>, RecordError> {
    let mut all = Vec::new();
    let mut problem = None;
    record.entries(None, Some(Kind::SweepStarted), &mut |entry| match from_json(&entry.body) {
        Ok(started) => all.push(Swept { sweep: entry.sweep, started_at: entry.at, started, finished: None }),
        Err(why) => {
            problem.get_or_insert(why);
        }
    })?;
    record.entries(None, Some(Kind::SweepFinished), &mut |entry| match from_json::<SweepFinished>(&entry.body) {
        Ok(finished) => {
            // The list is in order of numbers.
            if let Ok(index) = all.binary_search_by_key(&entry.sweep, |swept: &Swept| swept.sweep)
                && let Some(swept) = all.get_mut(index)
            {
                swept.finished = Some((entry.at, finished));
            }
        }
        Err(why) => {
            problem.get_or_insert(why);
        }
    })?;
    problem.map_or(Ok(all), Err)
}

/// The sightings of one sweep, or of all.
///
/// # Errors
/// When the store cannot be read, or an entry does not read back.
pub fn sightings(record: &dyn Record, sweep: Option<u64>) -> Result<Vec<Sighting>, RecordError> {
    bodies(record, sweep, Kind::Sighting)
}

/// What one sweep, or all, could not read.
///
/// # Errors
/// When the store cannot be read, or an entry does not read back.
pub fn unread(record: &dyn Record, sweep: Option<u64>) -> Result<Vec<Unread>, RecordError> {
    bodies(record, sweep, Kind::Unread)
}

/// The files that one sweep, or all, looked at.
///
/// # Errors
/// When the store cannot be read, or an entry does not read back.
pub fn coverage(record: &dyn Record, sweep: Option<u64>) -> Result<Vec<CoverageRow>, RecordError> {
    Ok(bodies::<Vec<CoverageRow>>(record, sweep, Kind::Coverage)?.into_iter().flatten().collect())
}

/// The sightings whose short name begins so, with the times of the first and the last sweep that saw each, in the order
/// in which they were first seen.
///
/// # Errors
/// When the store cannot be read, or an entry does not read back.
pub fn named(record: &dyn Record, name: &str) -> Result<Vec<(Sighting, Timestamp, Timestamp)>, RecordError> {
    let mut found: Vec<(Sighting, Timestamp, Timestamp)> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut problem = None;
    record.entries(None, Some(Kind::Sighting), &mut |entry| match from_json::<Sighting>(&entry.body) {
        Ok(sighting) => {
            let full = sighting.short_name();
            if full.starts_with(name) {
                let place = *places.entry(full).or_insert(found.len());
                match found.get_mut(place) {
                    // The latest words are the ones to tell.
                    Some(seen) => (seen.0, seen.2) = (sighting, entry.at),
                    None => found.push((sighting, entry.at, entry.at)),
                }
            }
        }
        Err(why) => {
            problem.get_or_insert(why);
        }
    })?;
    problem.map_or(Ok(found), Err)
}

/// The evidence that was put aside, in order.
///
/// # Errors
/// When the store cannot be read, or an entry does not read back.
pub fn kept(record: &dyn Record) -> Result<Vec<Kept>, RecordError> {
    bodies(record, None, Kind::Kept)
}

/// The messages that people reported, with the time of each, in order.
///
/// # Errors
/// When the store cannot be read, or an entry does not read back.
pub fn reported(record: &dyn Record) -> Result<Vec<(Timestamp, Reported)>, RecordError> {
    dated(record, None, Kind::Reported)
}

/// What people confirmed of them, in order.
///
/// # Errors
/// When the store cannot be read, or an entry does not read back.
pub fn confirmed(record: &dyn Record) -> Result<Vec<(Timestamp, Confirmed)>, RecordError> {
    dated(record, None, Kind::Confirmed)
}

/// The exceptions that people made and ended, in order.
///
/// # Errors
/// When the store cannot be read, or an entry does not read back.
pub fn excepted(record: &dyn Record) -> Result<Vec<(Timestamp, Excepted)>, RecordError> {
    dated(record, None, Kind::Excepted)
}

fn dated<T: DeserializeOwned>(
    record: &dyn Record,
    sweep: Option<u64>,
    kind: Kind,
) -> Result<Vec<(Timestamp, T)>, RecordError> {
    let mut all = Ok(Vec::new());
    record.entries(sweep, Some(kind), &mut |entry| {
        if let Ok(list) = &mut all {
            match from_json(&entry.body) {
                Ok(one) => list.push((entry.at, one)),
                Err(why) => all = Err(why),
            }
        }
    })?;
    all
}

fn bodies<T: DeserializeOwned>(record: &dyn Record, sweep: Option<u64>, kind: Kind) -> Result<Vec<T>, RecordError> {
    Ok(dated(record, sweep, kind)?.into_iter().map(|(_, body)| body).collect())
}

fn json(value: &impl Serialize) -> Result<String, RecordError> {
    serde_json::to_string(value).map_err(|why| RecordError::Store(why.to_string()))
}

fn from_json<T: DeserializeOwned>(body: &str) -> Result<T, RecordError> {
    serde_json::from_str(body).map_err(|why| RecordError::Damaged(format!("an entry does not read back: {why}")))
}
