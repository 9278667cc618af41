//! Events on their way to the record: written with the change that they tell of, handed over in order, kept for a while.

use jiff::Timestamp;
use rusqlite::{Row, params};

use super::{Event, EventKind, NewEvent, values::About};
use crate::{
    PeopleError, PersonId,
    store::{Change, Lasting, People, earlier, millis, moment},
};

/// Events that one question gets.
const MOST: u32 = 1_000;

impl People {
    /// The events after this number, the oldest first, at most so many (and at most 1,000). The caller appends them to the record and
    /// then says so by [`handed_over`](Self::handed_over). A caller that died between the two finds the number of the last one it
    /// appended in the record, so that each is appended once.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn events(&self, after: u64, most: u32) -> Result<Vec<Event>, PeopleError> {
        self.read(|sql| {
            let mut query = sql.prepare_cached(
                "SELECT number, at, kind, about FROM events WHERE number > ? ORDER BY number LIMIT ?",
            )?;
            query.query_map(params![signed(after), most.min(MOST)], event)?.map(|row| row?.ok_or_else(bad)).collect()
        })
    }

    /// The last events of all, the newest first.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn last_events(&self, most: u32) -> Result<Vec<Event>, PeopleError> {
        self.events_before(u64::MAX, None, most)
    }

    /// The last events about a person, the newest first.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn events_about(&self, person: PersonId, most: u32) -> Result<Vec<Event>, PeopleError> {
        self.events_before(u64::MAX, Some(person), most)
    }

    /// The events before this number, the newest first; of a person, where one is named. So a list of all is read page by page.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn events_before(&self, before: u64, person: Option<PersonId>, most: u32) -> Result<Vec<Event>, PeopleError> {
        // Each by its own index: whoever is seldom named must not cost a look at everything.
        let of = if person.is_some() { "person = ?2" } else { "?2 IS NULL" };
        self.read(|sql| {
            let mut query = sql.prepare_cached(&format!(
                "SELECT number, at, kind, about FROM events WHERE number < ?1 AND {of} ORDER BY number DESC LIMIT ?3"
            ))?;
            let events = query.query_map(params![signed(before), person, most.min(MOST)], event)?;
            events.map(|row| row?.ok_or_else(bad)).collect()
        })
    }

    /// Says that the record has all events up to this number. Only such events are forgotten in time.
    ///
    /// # Errors
    /// When the file refuses.
    pub fn handed_over(&self, number: u64, now: Timestamp) -> Result<(), PeopleError> {
        self.change(Lasting::Soon, now, |change| {
            change
                .sql
                .execute("UPDATE place SET handed_over = max(handed_over, min(?, last_event))", [signed(number)])?;
            Ok(())
        })
    }
}

impl Change<'_> {
    /// Writes an event down, with the number after the last one.
    pub(crate) fn note(&self, event: NewEvent) -> Result<(), PeopleError> {
        let about = serde_json::to_string(&event.about).map_err(|error| PeopleError::Store(error.to_string()))?;
        let number: i64 = self
            .sql
            .prepare_cached("UPDATE place SET last_event = last_event + 1 RETURNING last_event")?
            .query_row([], |row| row.get(0))?;
        self.sql
            .prepare_cached("INSERT INTO events (number, at, kind, person, about) VALUES (?, ?, ?, ?, ?)")?
            .execute(params![number, millis(self.now), event.kind, event.about.subject.map(|named| named.id), about])?;
        Ok(())
    }

    /// Forgets what was handed over long ago, and, whatever it was, what is too much for the disk.
    pub(crate) fn forget_events(&self) -> Result<(), PeopleError> {
        // The first that is too young to be forgotten: a clock that was wrong for a while must not tear a hole.
        let first: Option<i64> = self.sql.query_row(
            "SELECT min(number) FROM events WHERE at >= ? OR number > (SELECT handed_over FROM place)",
            [earlier(self.now, self.rules.kept)],
            |row| row.get(0),
        )?;
        if let Some(first) = first {
            self.sql.execute("DELETE FROM events WHERE number < ?", [first])?;
        }
        let most = i64::try_from(self.rules.events).unwrap_or(i64::MAX);
        self.sql.execute("DELETE FROM events WHERE number <= (SELECT last_event FROM place) - ?", [most])?;
        Ok(())
    }
}

fn event(row: &Row<'_>) -> rusqlite::Result<Option<Event>> {
    let (number, at, kind): (i64, i64, EventKind) = (row.get(0)?, row.get(1)?, row.get(2)?);
    let Ok(About { subject, by, address, request, session, detail }) = serde_json::from_str(row.get_ref(3)?.as_str()?)
    else {
        return Ok(None);
    };
    let (number, at) = (number.unsigned_abs(), moment(at)?);
    Ok(Some(Event { number, at, kind, subject, by, address, request, session, detail }))
}

fn bad() -> PeopleError {
    PeopleError::Damaged("an event".to_owned())
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
