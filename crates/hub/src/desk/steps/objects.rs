//! Objects under review: taken in, decided on, granted, withdrawn, seen as a party will see them.

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use vauban_model::Marking;

use super::{Desk, DeskError, can_be_blind};
use crate::{
    desk::{Incoming, RefusedObject, incoming},
    store::{Act, DeskObject, Imported, ObjectId, PartyId, State, StoreError, StreamId, Tier},
};

/// Objects that are asked of the store in one go.
const AT_ONCE: u64 = 1_000;
/// Objects of a stream that a preview names at the most.
const PREVIEWED: u64 = 10_000;

/// What became of a document.
#[derive(Debug)]
pub struct Taken {
    /// Each object that was taken, and what it is to the desk.
    pub taken: Vec<(DeskObject, Imported)>,
    /// What is not taken, each with its reason.
    pub refused: Vec<RefusedObject>,
    /// What is taken and held until somebody looks at its marking.
    pub held: Vec<RefusedObject>,
}

impl Taken {
    /// Objects that were not known, and new versions of those that were: what there is to review.
    #[must_use]
    pub fn to_review(&self) -> usize {
        self.count(|one| matches!(one, Imported::New | Imported::Version))
    }

    /// Objects that name what another names.
    #[must_use]
    pub fn same(&self) -> usize {
        self.count(|one| matches!(one, Imported::SameAs(_)))
    }

    /// Objects that were known in this version.
    #[must_use]
    pub fn known(&self) -> usize {
        self.count(|one| *one == Imported::Known)
    }

    fn count(&self, wanted: impl Fn(&Imported) -> bool) -> usize {
        self.taken.iter().filter(|(_, one)| wanted(one)).count()
    }
}

/// The objects that a decision is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chosen<'c> {
    /// All that wait for it.
    All,
    /// These, each in its newest version.
    These(&'c [ObjectId]),
}

/// How objects may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decision {
    /// Their marking, from now on.
    pub marking: Marking,
    /// How they leave.
    pub tier: Tier,
    /// The last day on which they count, in UTC; none to keep the end that each one's author gave it.
    pub last_day: Option<Date>,
}

/// What a party would see of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// The stream.
    pub stream: StreamId,
    /// What it could read.
    pub open: Vec<DeskObject>,
    /// What it could match.
    pub blind: Vec<DeskObject>,
}

impl Desk {
    /// Takes a document in for review. What it does not mark counts as `marking`.
    ///
    /// # Errors
    /// What fails in the database; nothing of the document is kept then.
    pub async fn import(
        &self,
        act: Act<'_>,
        (name, source): (&str, &str),
        bytes: &[u8],
        marking: Marking,
    ) -> Result<Taken, DeskError> {
        let Incoming { objects, refused, held } = incoming(name, source, bytes, marking, act.at);
        let outcomes = self.store().import(act, &objects).await?;
        Ok(Taken { taken: objects.into_iter().zip(outcomes).collect(), refused, held })
    }

    /// All objects in a state, by id.
    ///
    /// # Errors
    /// What fails in the database.
    pub async fn objects(&self, state: State) -> Result<Vec<DeskObject>, DeskError> {
        let mut all: Vec<DeskObject> = Vec::new();
        loop {
            let after = all.last().map(|object| object.id.clone());
            let mut some = self.store().objects(state, after.as_ref(), AT_ONCE).await?;
            let is_last = (some.len() as u64) < AT_ONCE;
            if !is_last && let Some(last) = some.pop() {
                // The versions of one object may go on behind the end: they come with the next ones.
                let first = some.iter().position(|object| object.id == last.id);
                some.truncate(first.filter(|first| *first > 0).unwrap_or(some.len()));
            }
            all.extend(some);
            if is_last {
                return Ok(all);
            }
        }
    }

    /// Decides how imported objects may be used. How many they are.
    ///
    /// # Errors
    /// [`DeskError::NoObject`], [`DeskError::NotBlind`] before anything is decided, and what fails in the database; those before the one that failed are reviewed.
    pub async fn review(&self, act: Act<'_>, chosen: Chosen<'_>, decision: Decision) -> Result<usize, DeskError> {
        let chosen = self.chosen(chosen, State::Imported).await?;
        if decision.tier == Tier::Blind {
            for object in &chosen {
                can_be_blind(object).map_err(|why| DeskError::NotBlind { object: object.id.clone(), why })?;
            }
        }
        let Decision { marking, tier, last_day } = decision;
        let end = last_day.and_then(end_of);
        for object in &chosen {
            let end = end.or(object.expires);
            self.store().review(act, &object.id, object.version, marking, tier, end).await?;
        }
        Ok(chosen.len())
    }

    /// Grants reviewed objects to exactly these streams. How many they are.
    ///
    /// # Errors
    /// [`DeskError::NoObject`], and what fails in the database; those before the one that failed are granted.
    pub async fn grant(&self, act: Act<'_>, chosen: Chosen<'_>, streams: &[StreamId]) -> Result<usize, DeskError> {
        let chosen = self.chosen(chosen, State::Reviewed).await?;
        for object in &chosen {
            self.store().grant(act, &object.id, object.version, streams).await?;
        }
        Ok(chosen.len())
    }

    /// Withdraws an object: it leaves every stream with the next release, and does not come back.
    ///
    /// # Errors
    /// [`DeskError::NoObject`], and what fails in the database.
    pub async fn withdraw(&self, act: Act<'_>, id: &ObjectId) -> Result<(), DeskError> {
        self.store().withdraw(act, id).await.map_err(|error| match error {
            StoreError::UnknownObject => DeskError::NoObject(id.clone()),
            error => error.into(),
        })
    }

    /// What a party would see of each of its streams, if it were published now.
    ///
    /// # Errors
    /// What fails in the database.
    pub async fn preview(&self, party: PartyId, now: Timestamp) -> Result<Vec<Preview>, DeskError> {
        let streams = self.store().preview(party, now, PREVIEWED).await?;
        let preview = |(stream, objects): (StreamId, Vec<crate::store::Releasable>)| {
            let objects = objects.into_iter().map(|releasable| releasable.object);
            let (open, blind) = objects.partition(|object| object.tier == Tier::Open);
            Preview { stream, open, blind }
        };
        Ok(streams.into_iter().map(preview).collect())
    }

    /// The objects that are meant: all in a state, or these in their newest version.
    ///
    /// # Errors
    /// [`DeskError::NoObject`], and what fails in the database.
    pub async fn chosen(&self, chosen: Chosen<'_>, state: State) -> Result<Vec<DeskObject>, DeskError> {
        let Chosen::These(ids) = chosen else { return self.objects(state).await };
        let mut found = Vec::with_capacity(ids.len());
        for id in ids {
            let newest = self.store().object(id).await?.into_iter().next();
            found.push(newest.ok_or_else(|| DeskError::NoObject(id.clone()))?);
        }
        Ok(found)
    }
}

/// The end of a day.
fn end_of(day: Date) -> Option<Timestamp> {
    TimeZone::UTC.to_timestamp(day.tomorrow().ok()?.at(0, 0, 0, 0)).ok()
}
