//! A new copy of a list: taken, or refused with the last good one kept.

use std::fs;

use jiff::Timestamp;
use vauban_intel::whole;
use vauban_model::Text;

use super::{
    Good, Meta, Refused, Store, StoreError,
    folder::{access, digest},
};
use crate::{Gate, Limits, Refusal, Report, inspect};

/// What a copy is judged by.
#[derive(Debug, Clone, Copy)]
pub struct Judging<'j> {
    /// What no list may do.
    pub gate: &'j Gate,
    /// How much a list may ask of us.
    pub limits: Limits,
    /// Whether a person said that it may have shrunk, be mostly wrong, or block much of what everybody uses. What the gate
    /// sets aside stays set aside.
    pub force: bool,
}

/// What became of a copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Updated {
    /// It is the good one now.
    Taken {
        /// What is in it.
        report: Report,
    },
    /// It is the one that was there.
    Unchanged,
    /// It was refused.
    Refused {
        /// Why.
        why: Refusal,
        /// When the copy came that is still in use; none when there is none.
        in_use: Option<Timestamp>,
    },
}

/// A list that had more than this and has less than one part in so many left was cut, or is no longer what it was.
const SMALL: u64 = 100;
const LEAST_PART: u64 = 3;
/// A list that wants to block more such names than this, and more than one in so many of all its own, was poisoned.
const MANY: u64 = 20;
const MOST_PART: u64 = 20;

impl Store {
    /// Takes a copy of a list, or notes why there is none. Unless it is good, the last good copy stays in use.
    ///
    /// # Errors
    /// When the store itself cannot be used.
    pub fn update(
        &self,
        list: &str,
        fetched: Result<&[u8], &str>,
        judging: Judging<'_>,
        now: Timestamp,
    ) -> Result<Updated, StoreError> {
        let mut meta = self.meta(list)?;
        meta.tried = Some(now);
        let judged = match fetched {
            Ok(bytes) => judge(bytes, meta.good.as_ref(), judging).map(|report| (bytes, report)),
            Err(why) => Err(Refusal::NotFetched(why.chars().filter(|c| !c.is_control()).take(200).collect())),
        };
        let (bytes, report) = match judged {
            Ok(good) => good,
            Err(why) => return self.refuse(list, meta, why, now),
        };
        meta.refused = None;
        let sha256 = digest(bytes);
        let copy = self.copy(list, &sha256)?;
        // What is on the disk counts, not what the record says of it.
        let is_there = fs::read(&copy).is_ok_and(|old| old == bytes);
        let unchanged = is_there && meta.good.as_ref().is_some_and(|good| good.sha256 == sha256);
        if unchanged {
            self.write_meta(list, &meta)?;
            return Ok(Updated::Unchanged);
        }
        if !is_there {
            whole::write(&copy, bytes).map_err(access(&copy))?;
        }
        meta.good = Some(Good { sha256: sha256.clone(), fetched: now, report: report.clone() });
        // The one step that switches from the old copy to the new.
        self.write_meta(list, &meta)?;
        self.tidy(list, &sha256)?;
        Ok(Updated::Taken { report })
    }

    fn refuse(&self, list: &str, mut meta: Meta, why: Refusal, now: Timestamp) -> Result<Updated, StoreError> {
        let since = meta.refused.as_ref().map_or(now, |refused| refused.since);
        let in_use = meta.good.as_ref().map(|good| good.fetched);
        meta.refused = Some(Refused { at: now, since, why: why.clone() });
        self.write_meta(list, &meta)?;
        Ok(Updated::Refused { why, in_use })
    }
}

impl Updated {
    /// The sentence for whoever keeps the filter; none when all is well.
    #[must_use]
    pub fn text(&self, list: &str) -> Option<Text> {
        let Self::Refused { why, in_use } = self else { return None };
        let why = why.text();
        let kept = match in_use {
            Some(when) => Text::new(
                format!("La dernière bonne copie, du {when}, reste en service."),
                format!("The last good copy, of {when}, stays in use."),
            ),
            None => Text::new(
                "Il n'y a pas encore de bonne copie : cette liste ne bloque rien.",
                "There is no good copy yet: this list blocks nothing.",
            ),
        };
        Some(Text::new(
            format!("Liste « {list} » refusée. {} {}", why.fr, kept.fr),
            format!("List \"{list}\" refused. {} {}", why.en, kept.en),
        ))
    }
}

fn judge(bytes: &[u8], good: Option<&Good>, judging: Judging<'_>) -> Result<Report, Refusal> {
    let report = inspect(bytes, judging.gate, judging.limits)?;
    let (after, set_aside) = (report.entries(), report.set_aside.count);
    let all = after + set_aside;
    if set_aside > MANY && set_aside * MOST_PART > all && !judging.force {
        return Err(Refusal::BlocksTooMuch { set_aside, entries: all });
    }
    if after == 0 {
        return Err(Refusal::Empty);
    }
    if !report.is_mostly_good() && !judging.force {
        return Err(Refusal::MostlyBad { bad: report.bad.count, good: after });
    }
    let before = good.map_or(0, |good| good.report.entries());
    if before > SMALL && after * LEAST_PART < before && !judging.force {
        return Err(Refusal::Shrunk { before, after });
    }
    Ok(report)
}
