//! What time does: sessions that ended are told to clients, old things are forgotten.

use jiff::Timestamp;
use uuid::Uuid;

use crate::{
    OidcError, Provider, Subjects, keys,
    rules::REMEMBERED,
    store::{before, millis},
};

impl Provider {
    /// Called about once a minute. A session that is over, for whatever reason (its end, its person's, a suspension), has its clients told.
    ///
    /// # Errors
    /// When the file refuses, or who is signed in cannot be told.
    pub fn tend(&self, subjects: &impl Subjects, now: Timestamp) -> Result<(), OidcError> {
        for session in self.sessions()? {
            if subjects.subject(session, now)?.is_none() {
                self.session_ended(session, now)?;
            }
        }
        self.forget(now)
    }

    /// Sessions whose end nobody told us of yet, whether what they let in is over or not.
    fn sessions(&self) -> Result<Vec<Uuid>, OidcError> {
        self.store().read(|sql| {
            let mut query = sql.prepare_cached("SELECT DISTINCT session FROM grants WHERE told IS NULL")?;
            let ids = query.query_map([], |row| row.get::<_, [u8; 16]>(0))?;
            Ok(ids.map(|id| id.map(Uuid::from_bytes)).collect::<Result<_, _>>()?)
        })
    }

    fn forget(&self, now: Timestamp) -> Result<(), OidcError> {
        self.store().change(|sql| {
            keys::forget(sql, now)?;
            let (now, old) = (millis(now), before(now, REMEMBERED));
            // A session can outlive what it let in by days, and its end is still to be told.
            sql.execute("DELETE FROM grants WHERE told IS NOT NULL AND (ended <= ?1 OR ends <= ?1)", [old])?;
            sql.execute("DELETE FROM secrets WHERE ends <= ?", [old])?;
            sql.execute("DELETE FROM requests WHERE ends <= ?", [now])?;
            sql.execute("DELETE FROM proofs WHERE ends <= ?", [now])?;
            Ok(())
        })
    }
}
