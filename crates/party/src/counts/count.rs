//! How many indicators of a stream met something in a week. The record says which met; the stream says which are its own.
//!
//! What rules of a release met is not counted: a rule has no id that says of which stream it is. What left a stream before the count is
//! not counted either.

use std::{
    collections::{BTreeSet, HashSet},
    path::Path,
};

use serde::Deserialize;
use vauban_record::{Kind, Record as _, RecordError, SqliteRecord};
use vauban_release::{Band, SignedCounts, Tally, Week};

use super::CountsError;
use crate::{Day, Hit, Party, Stream, round::indicator_of};

/// Of a sighting no more is looked at than which indicator it is of.
#[derive(Deserialize)]
struct Seen {
    indicator: Met,
}

#[derive(Deserialize)]
struct Met {
    id: String,
}

impl Party {
    /// What would be told of a week, stream by stream, as it is now; also where nothing was met. Nothing is kept or sent.
    ///
    /// # Errors
    /// See [`CountsError`].
    pub fn counts_of(&self, week: Week, day: &Day, record: &Path) -> Result<Vec<SignedCounts>, CountsError> {
        let met = met(week, record)?;
        let signed = self.streams().iter().map(|stream| self.sign_counts(stream, week, day.hits(), &met));
        signed.filter_map(Result::transpose).collect()
    }

    fn sign_counts(
        &self,
        stream: &Stream,
        week: Week,
        hits: &[Hit],
        met: &HashSet<String>,
    ) -> Result<Option<SignedCounts>, CountsError> {
        let Some(current) = stream.current() else { return Ok(None) };
        let mut open = BTreeSet::new();
        current.each_object(|id| open.extend(met.get(id)))?;
        let own = hits.iter().filter(|hit| hit.stream == stream.id());
        let blind: BTreeSet<_> =
            own.filter(|hit| met.contains(indicator_of(hit).as_str())).map(|hit| hit.label.id.0).collect();
        let tally = Tally {
            hub: current.chain().hub(),
            stream: stream.id(),
            week,
            release: current.signed().manifest().number,
            open: Band::of(open.len()),
            blind: Band::of(blind.len()),
        };
        Ok(Some(SignedCounts::sign(&tally, self.membership().key())?))
    }
}

/// The indicators that met something in a week: by when it was written down, since evidence may be years old.
fn met(week: Week, record: &Path) -> Result<HashSet<String>, RecordError> {
    let (mut met, mut damaged) = (HashSet::new(), None);
    if !record.exists() {
        return Ok(met);
    }
    let (begins, ends) = (week.begins(), week.ends());
    SqliteRecord::open(record)?.entries(None, Some(Kind::Sighting), &mut |entry| {
        if begins <= entry.at && entry.at < ends {
            match serde_json::from_str::<Seen>(&entry.body) {
                Ok(seen) => drop(met.insert(seen.indicator.id)),
                Err(error) => damaged = Some(RecordError::Damaged(format!("entry {}: {error}", entry.sequence))),
            }
        }
    })?;
    // A number that leaves something out would be a wrong one.
    damaged.map_or(Ok(met), Err)
}
