//! A ticket is given to whoever holds a session, is taken once by one statement, and becomes a pass, which is good for one tool and
//! dies with the session.

use jiff::{SignedDuration, Timestamp};
use rand::{CryptoRng, RngCore};
use rusqlite::{OptionalExtension as _, Row};

use super::{Admitted, Doorway, Pass};
use crate::{
    By, EventKind, Named, PassHash, PassToken, PeopleError, Refusal, SessionHash, SessionId, TicketHash, TicketToken,
    event::NewEvent,
    store::{Change, Lasting, People, SLACK, after, millis, moment},
};

/// How long a browser takes from one host to the next.
const TICKET: SignedDuration = SignedDuration::from_secs(60);
/// Tickets, and passes for one tool, that a session has at a time; the oldest makes room.
const EACH: u32 = 8;
/// A host's name with a port, at the most (RFC 1035, section 2.3.4).
const HOST: usize = 260;

const ADMITTED: &str = "SELECT s.id, s.person, p.name, p.groups, t.made, min(t.ends, s.ends) \
     FROM passes t JOIN sessions s ON s.id = t.session JOIN persons p ON p.id = s.person \
     WHERE t.hash = ?1 AND t.host = ?4 AND t.ends > ?2 AND t.made <= ?3 AND s.ends > ?2 AND s.ended IS NULL \
       AND p.state = 'active' AND (p.until IS NULL OR p.until > ?2)";

impl People {
    /// A ticket for a tool, for whoever holds this session. Whether they may go there is the caller's to ask before.
    ///
    /// # Errors
    /// When the session is not live.
    pub fn ticket<R: RngCore + CryptoRng>(
        &self,
        session: &SessionHash,
        to: &Doorway<'_>,
        rng: &mut R,
        now: Timestamp,
    ) -> Result<TicketToken, PeopleError> {
        if to.host.is_empty() || to.host.len() > HOST {
            return Err(Refusal::NoTicket.into());
        }
        self.change(Lasting::Soon, now, |change| {
            let who = change.holder(session)?;
            change.keep_newest("tickets", who.session, None)?;
            let token = TicketToken::random(rng);
            change
                .sql
                .prepare_cached("INSERT INTO tickets (hash, session, host, browser, ends) VALUES (?, ?, ?, ?, ?)")?
                .execute((token.hash(), who.session, to.host, to.browser, after(now, TICKET)))?;
            Ok(token)
        })
    }

    /// Changes a ticket for a pass: of all who come with it, the first, and that at the tool and in the browser it was given for.
    ///
    /// # Errors
    /// When there is no such ticket, it ended, or its session did.
    pub fn enter<R: RngCore + CryptoRng>(
        &self,
        ticket: &TicketHash,
        at: &Doorway<'_>,
        rng: &mut R,
        now: Timestamp,
    ) -> Result<Pass, PeopleError> {
        self.change(Lasting::Soon, now, |change| {
            let session: Option<SessionId> = change
                .sql
                .prepare_cached(
                    "DELETE FROM tickets WHERE hash = ? AND host = ? AND browser = ? AND ends > ? RETURNING session",
                )?
                .query_row((ticket, at.host, at.browser, millis(now)), |row| row.get(0))
                .optional()?;
            let session = session.ok_or(Refusal::NoTicket)?;
            let (named, ends) = change.live(session)?;
            if !change.keep_newest("passes", session, Some(at.host))? {
                let event = NewEvent::new(EventKind::ToolEntered, By::Person(named.clone())).named(Some(named));
                change.note(event.session(session).detail(at.host.to_owned()))?;
            }
            let token = PassToken::random(rng);
            let ends = after(now, change.rules.pass).min(ends);
            change
                .sql
                .prepare_cached("INSERT INTO passes (hash, session, host, made, ends) VALUES (?, ?, ?, ?, ?)")?
                .execute((token.hash(), session, at.host, millis(now), ends))?;
            Ok(Pass { token, until: moment(ends)? })
        })
    }

    /// Who holds a pass for this tool: somebody who is active, from a session that is live. One read, by primary keys.
    ///
    /// # Errors
    /// When the file cannot be read. Whoever asks lets nobody in then.
    pub fn admitted(&self, pass: &PassHash, host: &str, now: Timestamp) -> Result<Option<Admitted>, PeopleError> {
        self.read(|sql| {
            let mut query = sql.prepare_cached(ADMITTED)?;
            let found = query.query_row((pass, millis(now), after(now, SLACK), host), admitted).optional()?;
            found.map(|admitted| admitted.ok_or_else(|| PeopleError::Damaged("a pass".to_owned()))).transpose()
        })
    }
}

fn admitted(row: &Row<'_>) -> rusqlite::Result<Option<Admitted>> {
    let Ok(groups) = serde_json::from_str(row.get_ref(3)?.as_str()?) else { return Ok(None) };
    Ok(Some(Admitted {
        session: row.get(0)?,
        person: row.get(1)?,
        name: row.get(2)?,
        groups,
        made: moment(row.get(4)?)?,
        until: moment(row.get(5)?)?,
    }))
}

impl Change<'_> {
    /// Whose live session this is, and when it ends.
    fn live(&self, session: SessionId) -> Result<(Named, i64), PeopleError> {
        let found: Option<(_, i64)> = self
            .sql
            .prepare_cached("SELECT person, ends FROM sessions WHERE id = ? AND ended IS NULL AND ends > ?")?
            .query_row((session, millis(self.now)), |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let (person, ends) = found.ok_or(Refusal::NoSuchSession)?;
        Ok((self.active(person)?.named(), ends))
    }

    /// Makes room for one more of a session's, at one tool or altogether; whether one was live.
    fn keep_newest(&self, table: &str, session: SessionId, host: Option<&str>) -> Result<bool, PeopleError> {
        let live: i64 = self
            .sql
            .prepare_cached(&format!(
                "SELECT count(*) FROM {table} WHERE session = ?1 AND (?2 IS NULL OR host = ?2) AND ends > ?3"
            ))?
            .query_row((session, host, millis(self.now)), |row| row.get(0))?;
        self.sql
            .prepare_cached(&format!(
                "DELETE FROM {table} WHERE hash IN (SELECT hash FROM {table} \
                   WHERE session = ?1 AND (?2 IS NULL OR host = ?2) ORDER BY ends DESC, hash LIMIT -1 OFFSET ?3)"
            ))?
            .execute((session, host, EACH - 1))?;
        Ok(live > 0)
    }

    /// Deletes what leads from a session to tools.
    pub(crate) fn end_passes(&self, session: SessionId) -> Result<(), PeopleError> {
        self.sql.prepare_cached("DELETE FROM passes WHERE session = ?")?.execute([session])?;
        self.sql.prepare_cached("DELETE FROM tickets WHERE session = ?")?.execute([session])?;
        Ok(())
    }

    /// Clears away what is over.
    pub(crate) fn clear_passes(&self) -> Result<(), PeopleError> {
        for table in ["passes", "tickets"] {
            let over = format!(
                "DELETE FROM {table} WHERE ends <= ?1 OR session IN (SELECT id FROM sessions WHERE ended IS NOT NULL)"
            );
            self.sql.execute(&over, [millis(self.now)])?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Rules;

    #[test]
    fn who_holds_a_pass_is_found_by_primary_keys_alone() {
        let folder = tempfile::tempdir().unwrap();
        let people = People::open(&folder.path().join("people.sqlite"), Rules::default()).unwrap();
        let plan: Vec<String> = people
            .read(|sql| {
                let mut query = sql.prepare(&format!("EXPLAIN QUERY PLAN {ADMITTED}"))?;
                Ok(query.query_map(([0; 32], 0, 0, ""), |row| row.get(3))?.collect::<Result<_, _>>()?)
            })
            .unwrap();
        assert_eq!(plan.len(), 3, "{plan:?}");
        assert!(plan.iter().all(|step| step.contains("USING PRIMARY KEY")), "{plan:?}");
    }
}
