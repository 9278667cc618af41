//! A session ends: by its person, by an administrator, or with all others.

use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, Params};

use crate::{
    AccountId, Actor, CredentialId, EventKind, PeopleError, PersonId, Refusal, SessionId,
    event::NewEvent,
    store::{Change, Lasting, People, earlier, millis},
};

impl People {
    /// Ends one session: one's own, or anybody's for an administrator. It is over when this returns, whatever happens then.
    ///
    /// # Errors
    /// When no live session has this id, or it is somebody else's.
    pub fn end_session(&self, by: &Actor, session: SessionId, now: Timestamp) -> Result<(), PeopleError> {
        self.change(Lasting::Now, now, |change| {
            let doer = change.doer(by)?;
            let owner: Option<PersonId> = change
                .sql
                .prepare_cached("SELECT person FROM sessions WHERE id = ? AND ended IS NULL AND ends > ?")?
                .query_row((session, millis(now)), |row| row.get(0))
                .optional()?;
            let person = change.person(owner.ok_or(Refusal::NoSuchSession)?)?;
            change.if_refused(NewEvent::new(EventKind::ChangeRefused, doer.by()).subject(&person));
            doer.must_be_or_administer(&person)?;
            change.end_one(session)?;
            change.note(NewEvent::new(EventKind::SessionEnded, doer.by()).subject(&person).session(session))
        })
    }

    /// Ends all sessions of a person: one's own, or anybody's for an administrator. How many.
    ///
    /// # Errors
    /// When the actor may not.
    pub fn end_all(&self, by: &Actor, person: PersonId, now: Timestamp) -> Result<u64, PeopleError> {
        self.change(Lasting::Now, now, |change| {
            let doer = change.doer(by)?;
            let person = change.person(person)?;
            change.if_refused(NewEvent::new(EventKind::ChangeRefused, doer.by()).subject(&person));
            doer.must_be_or_administer(&person)?;
            let ended = change.end_sessions(person.id)?;
            let event = NewEvent::new(EventKind::SessionsEnded, doer.by()).subject(&person);
            change.note(event.detail(ended.to_string()))?;
            Ok(ended)
        })
    }
}

impl Change<'_> {
    pub(super) fn end_one(&self, session: SessionId) -> Result<(), PeopleError> {
        self.sql.prepare_cached("DELETE FROM cookies WHERE session = ?")?.execute([session])?;
        self.end_passes(session)?;
        self.sql
            .prepare_cached("UPDATE sessions SET ended = ? WHERE id = ? AND ended IS NULL")?
            .execute((millis(self.now), session))?;
        Ok(())
    }

    /// Ends all sessions of a person, and says how many were live.
    pub(crate) fn end_sessions(&self, person: PersonId) -> Result<u64, PeopleError> {
        self.end_sessions_where("true", [person])
    }

    /// Ends the sessions that a key of this person began.
    pub(crate) fn end_sessions_of_key(&self, person: PersonId, key: &CredentialId) -> Result<u64, PeopleError> {
        self.end_sessions_where("key = ?2", (person, key))
    }

    /// Ends the sessions that an account of this person began.
    pub(crate) fn end_sessions_of_account(&self, person: PersonId, account: AccountId) -> Result<u64, PeopleError> {
        self.end_sessions_where("account = ?2", (person, account))
    }

    /// Ends the sessions of a person, the first parameter, of which a condition holds.
    fn end_sessions_where(&self, condition: &str, parameters: impl Params) -> Result<u64, PeopleError> {
        let sessions: Vec<(SessionId, i64)> = self
            .sql
            .prepare_cached(&format!(
                "SELECT id, ends FROM sessions WHERE person = ?1 AND ended IS NULL AND {condition}"
            ))?
            .query_map(parameters, |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<Result<_, _>>()?;
        sessions.iter().try_for_each(|(id, _)| self.end_one(*id))?;
        Ok(sessions.iter().filter(|(_, ends)| *ends > millis(self.now)).count() as u64)
    }

    /// Sessions whose time is over are ended for good, so that no clock that goes back wakes them; old ones are forgotten.
    pub(crate) fn end_what_is_over(&self) -> Result<(), PeopleError> {
        let now = millis(self.now);
        self.sql.execute(
            "DELETE FROM cookies WHERE ends <= ?1 OR session IN (SELECT id FROM sessions WHERE ended IS NULL AND ends <= ?1)",
            [now],
        )?;
        self.sql.execute("UPDATE sessions SET ended = ends WHERE ended IS NULL AND ends <= ?", [now])?;
        let old = earlier(self.now, self.rules.kept);
        self.sql.execute("DELETE FROM sessions WHERE ended IS NOT NULL AND ended < ?", [old])?;
        Ok(())
    }
}
