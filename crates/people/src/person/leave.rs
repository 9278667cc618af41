//! One click closes everything.

use jiff::Timestamp;

use super::{Person, Standing, Warning};
use crate::{
    Actor, By, EventKind, PeopleError, PersonId,
    event::NewEvent,
    store::{Change, Lasting, People, millis},
};

impl People {
    /// Somebody leaves: keys and accounts are deleted, sessions ended, requests that rest on them withdrawn, all at once. What is said when
    /// administrators are few.
    ///
    /// # Errors
    /// When the actor may not, or the person is gone already.
    pub fn leave(&self, by: &Actor, person: PersonId, now: Timestamp) -> Result<Option<Warning>, PeopleError> {
        self.change(Lasting::Now, now, |change| {
            let doer = change.doer(by)?;
            let person = change.not_gone(person)?;
            change.if_refused(NewEvent::new(EventKind::ChangeRefused, doer.by()).subject(&person));
            doer.must_administer()?;
            change.close(&person)?;
            change.note(NewEvent::new(EventKind::Left, doer.by()).subject(&person))?;
            change.warning()
        })
    }
}

impl Change<'_> {
    /// Those whose end has come are gone.
    pub(crate) fn close_ended(&self) -> Result<u64, PeopleError> {
        let ended: Vec<PersonId> = self
            .sql
            .prepare_cached("SELECT id FROM persons WHERE until <= ? AND until IS NOT NULL AND state <> 'gone'")?
            .query_map([millis(self.now)], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        for id in &ended {
            let person = self.person(*id)?;
            self.close(&person)?;
            self.note(NewEvent::new(EventKind::Ended, By::Time).subject(&person))?;
        }
        Ok(ended.len() as u64)
    }

    /// Leaves nothing of a person but the name.
    pub(crate) fn close(&self, person: &Person) -> Result<(), PeopleError> {
        self.set_standing(person.id, Standing::Gone)?;
        self.cut_off(person)?;
        self.forget_ways_in(person.id)
    }

    /// Whoever is no longer active has no session, and nothing rests on their word.
    pub(crate) fn cut_off(&self, person: &Person) -> Result<(), PeopleError> {
        self.end_sessions(person.id)?;
        self.withdraw_what_rests_on(person.id)
    }
}
