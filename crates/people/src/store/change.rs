//! One change: a transaction that knows the time and the rules, and is there whole or not at all.

use std::cell::RefCell;

use jiff::Timestamp;
use rusqlite::{Transaction, TransactionBehavior};

use super::{Lasting, People, open::Writer};
use crate::{PeopleError, Rules, event::NewEvent};

/// What a change works with. Dropped without a commit, it never was.
pub(crate) struct Change<'a> {
    pub(crate) sql: Transaction<'a>,
    pub(crate) now: Timestamp,
    pub(crate) rules: &'a Rules,
    /// What is written down when a rule refuses.
    refused: RefCell<Option<NewEvent>>,
}

impl Change<'_> {
    /// Says what to write down should a rule refuse from here on.
    pub(crate) fn if_refused(&self, event: NewEvent) {
        self.refused.replace(Some(event));
    }
}

impl People {
    /// Does this as one transaction. What a rule refuses leaves no trace but the event that the work named.
    pub(crate) fn change<T>(
        &self,
        lasting: Lasting,
        now: Timestamp,
        work: impl FnOnce(&Change<'_>) -> Result<T, PeopleError>,
    ) -> Result<T, PeopleError> {
        let mut writer = self.writer(lasting)?;
        let (done, refused) = self.attempt(&mut writer, now, work)?;
        if let (Err(PeopleError::Refused(refusal)), Some(event)) = (&done, refused) {
            self.attempt(&mut writer, now, |change| change.note(event.detail(refusal.word())))?.0?;
        }
        done
    }

    /// One transaction, and what its work wanted to be written down if it was refused.
    fn attempt<T>(
        &self,
        writer: &mut Writer,
        now: Timestamp,
        work: impl FnOnce(&Change<'_>) -> Result<T, PeopleError>,
    ) -> Result<(Result<T, PeopleError>, Option<NewEvent>), PeopleError> {
        let sql = Transaction::new(&mut writer.connection, TransactionBehavior::Immediate)?;
        let change = Change { sql, now, rules: &self.rules, refused: RefCell::new(None) };
        let done = work(&change);
        match &done {
            Ok(_) => change.sql.commit()?,
            // On a full disk SQLite may have taken it back by itself: what failed first is what is told.
            Err(_) => drop(change.sql),
        }
        Ok((done, change.refused.into_inner()))
    }
}
