//! What must hold inside one manifest, whoever wrote it: looked at before signing and after reading.

use super::{Content, LARGEST_RELEASE, Manifest, PartName, shape::FORMAT};
use crate::Number;

/// The longest advice in one language, in bytes.
pub const LONGEST_ADVICE: usize = 4096;
/// The most changes of key that a manifest tells of: whoever is further behind enrols again.
pub const MOST_CHANGES: usize = 16;
/// The most look-ups in a batch.
pub const MOST_BATCH: u32 = 1 << 16;
/// The most batches in a day: one a minute.
pub const MOST_SLOTS: u16 = 1440;

/// Why a manifest contradicts itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// Another format, or another version of it.
    #[error("the format is not {FORMAT}")]
    Format,
    /// The first release names one before it, or a later one names none.
    #[error("the first release and no other names no release before it")]
    Before,
    /// The first release of a stream is a delta.
    #[error("the first release of a stream must be full")]
    FirstDelta,
    /// It expires before it was made.
    #[error("it expires before it was made")]
    Life,
    /// Parts are not each there once, in the order of their names.
    #[error("the parts are not in their order, each once")]
    PartOrder,
    /// A media type that is not that of the name.
    #[error("{0} has another media type than its name")]
    MediaType(PartName),
    /// A part that is empty or larger than such a part may be.
    #[error("{0} is empty or too large")]
    PartLength(PartName),
    /// All parts together are too large.
    #[error("the parts are larger than {LARGEST_RELEASE} bytes together")]
    Total,
    /// A number of objects without the part, or the part without a number.
    #[error("{0} does not go with its count")]
    Count(PartName),
    /// The history of a delta, or of the first release.
    #[error("only a full release after the first carries a history")]
    History,
    /// Part of the blind tier without the rest.
    #[error("a blind tier is its key, {} and {}, all three or none", PartName::BlindTable, PartName::KeyLog)]
    Blind,
    /// A batch or a number of slots that cannot be.
    #[error("a batch has 1 to {MOST_BATCH} look-ups, a day 1 to {MOST_SLOTS} slots")]
    Batch,
    /// Advice that is too long, or that would move a terminal's cursor.
    #[error("advice is text of at most {LONGEST_ADVICE} bytes in each language")]
    Advice,
    /// More changes of key than fit.
    #[error("a manifest tells of at most {MOST_CHANGES} changes of key")]
    Changes,
}

impl Manifest {
    pub(super) fn check(&self) -> Result<(), Flaw> {
        self.check_place()?;
        self.check_parts()?;
        self.check_counts()?;
        self.check_blind()?;
        if ![&self.advice.fr, &self.advice.en].into_iter().all(|text| is_advice(text)) {
            return Err(Flaw::Advice);
        }
        if self.changes.len() > MOST_CHANGES { Err(Flaw::Changes) } else { Ok(()) }
    }

    fn check_place(&self) -> Result<(), Flaw> {
        let is_first = self.number == Number::FIRST;
        if self.vauban != FORMAT {
            Err(Flaw::Format)
        } else if is_first != self.before.is_none() {
            Err(Flaw::Before)
        } else if is_first && self.content == Content::Delta {
            Err(Flaw::FirstDelta)
        } else if self.expires <= self.time {
            Err(Flaw::Life)
        } else {
            Ok(())
        }
    }

    fn check_parts(&self) -> Result<(), Flaw> {
        if !self.parts.is_sorted_by(|one, next| one.name < next.name) {
            return Err(Flaw::PartOrder);
        }
        for part in &self.parts {
            if part.media_type != part.name.media_type() {
                return Err(Flaw::MediaType(part.name));
            }
            if part.length == 0 || part.length > part.name.largest() {
                return Err(Flaw::PartLength(part.name));
            }
        }
        if self.total() > LARGEST_RELEASE { Err(Flaw::Total) } else { Ok(()) }
    }

    fn check_counts(&self) -> Result<(), Flaw> {
        for (name, count) in [(PartName::Objects, self.objects), (PartName::Gone, self.gone)] {
            // A line is a byte at least.
            if self.part(name).map_or(0, |part| part.length) < count || self.part(name).is_some() != (count > 0) {
                return Err(Flaw::Count(name));
            }
        }
        let may_have_history = self.content == Content::Full && self.number != Number::FIRST;
        if self.part(PartName::History).is_some() && !may_have_history { Err(Flaw::History) } else { Ok(()) }
    }

    fn check_blind(&self) -> Result<(), Flaw> {
        let has = |name| self.part(name).is_some();
        let is_whole = self.blind.as_ref().is_none_or(|blind| blind.table == PartName::BlindTable);
        if !is_whole || [PartName::BlindTable, PartName::KeyLog].map(has) != [self.blind.is_some(); 2] {
            return Err(Flaw::Blind);
        }
        let is_possible = |batch, slots| (1..=MOST_BATCH).contains(&batch) && (1..=MOST_SLOTS).contains(&slots);
        match &self.blind {
            Some(blind) if !is_possible(blind.batch, blind.slots) => Err(Flaw::Batch),
            _ => Ok(()),
        }
    }
}

fn is_advice(text: &str) -> bool {
    text.len() <= LONGEST_ADVICE && !text.chars().any(|character| character.is_control() && character != '\n')
}
