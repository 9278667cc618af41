//! Who holds a session: one read, by indexes alone.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row};

use super::{Began, Binding, Session, Who, begin::UNKNOWN, values::Bound};
use crate::{
    AccountId, Agent, PeopleError, PersonId, Refusal, Role, Rules, SessionHash, SessionId,
    actor::is_fresh,
    store::{People, SLACK, after, millis, moment},
};

const WHO: &str = "SELECT s.id, s.person, p.name, p.role, p.groups, s.binding, s.bound, s.authenticated, min(c.ends, s.ends), s.account \
         FROM cookies c JOIN sessions s ON s.id = c.session JOIN persons p ON p.id = s.person \
         WHERE c.hash = ?1 AND c.ends > ?2 AND c.made <= ?3 AND s.ends > ?2 AND s.ended IS NULL \
           AND p.state = 'active' AND (p.until IS NULL OR p.until > ?2)";

const HOLDER: &str = "SELECT s.id, s.person, p.name, p.role, p.groups, s.binding, s.bound, s.authenticated, s.ends, s.account \
         FROM sessions s JOIN persons p ON p.id = s.person \
         WHERE s.id = ?1 AND s.ends > ?2 AND s.ended IS NULL \
           AND p.state = 'active' AND (p.until IS NULL OR p.until > ?2)";

impl People {
    /// Who holds a session: somebody who is active, in a session that was not ended, with a cookie that is good now.
    ///
    /// # Errors
    /// When the file cannot be read. Whoever asks lets nobody in then.
    pub fn who(&self, hash: &SessionHash, now: Timestamp) -> Result<Option<Who>, PeopleError> {
        self.read(|sql| who(sql, hash, now, &self.rules))
    }

    /// Who holds a session that is known by its name alone, for what goes on without its cookie: tools that were let in by it. The cookie may be over
    /// (that of a device is good for minutes); the session, and its person, may not.
    ///
    /// # Errors
    /// When the file cannot be read. Whoever asks lets nobody in then.
    pub fn holder(&self, id: SessionId, now: Timestamp) -> Result<Option<Who>, PeopleError> {
        self.read(|sql| {
            let mut query = sql.prepare_cached(HOLDER)?;
            let found = query.query_row((id, millis(now)), |row| holder(row, now, &self.rules)).optional()?;
            found.map(|who| who.ok_or_else(bad)).transpose()
        })
    }

    /// A person's live sessions, the newest first.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn sessions(&self, person: PersonId, now: Timestamp) -> Result<Vec<Session>, PeopleError> {
        self.read(|sql| {
            let mut query = sql.prepare_cached(
                "SELECT id, person, key, binding, bound, begun, seen, ends, address, agent, account FROM sessions \
                 WHERE person = ? AND ended IS NULL AND ends > ? ORDER BY begun DESC, id",
            )?;
            query.query_map((person, millis(now)), session)?.map(|session| session?.ok_or_else(bad)).collect()
        })
    }

    /// What a live session is bound to: what the proof for its next cookie is checked with.
    ///
    /// # Errors
    /// When no live session has this id, or the file cannot be read.
    pub fn bound_to(&self, id: SessionId, now: Timestamp) -> Result<Binding, PeopleError> {
        self.read(|sql| {
            let mut query =
                sql.prepare_cached("SELECT binding, bound FROM sessions WHERE id = ? AND ended IS NULL AND ends > ?")?;
            let found: Option<(Bound, _)> =
                query.query_row((id, millis(now)), |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
            let (word, bytes) = found.ok_or(Refusal::NoSuchSession)?;
            Binding::of(word, bytes).ok_or_else(bad)
        })
    }
}

pub(crate) fn who(
    sql: &Connection,
    hash: &SessionHash,
    now: Timestamp,
    rules: &Rules,
) -> Result<Option<Who>, PeopleError> {
    let mut query = sql.prepare_cached(WHO)?;
    let found = query.query_row((hash, millis(now), after(now, SLACK)), |row| holder(row, now, rules)).optional()?;
    found.map(|who| who.ok_or_else(bad)).transpose()
}

fn holder(row: &Row<'_>, now: Timestamp, rules: &Rules) -> rusqlite::Result<Option<Who>> {
    let Ok(groups) = serde_json::from_str(row.get_ref(4)?.as_str()?) else { return Ok(None) };
    let Some(binding) = Binding::of(row.get(5)?, row.get(6)?) else { return Ok(None) };
    let (role, authenticated): (Role, _) = (row.get(3)?, moment(row.get(7)?)?);
    let is_elsewhere = row.get::<_, Option<AccountId>>(9)?.is_some();
    Ok(Some(Who {
        session: row.get(0)?,
        person: row.get(1)?,
        name: row.get(2)?,
        role,
        groups,
        is_elsewhere,
        may_administer: role == Role::Administrator && binding != Binding::Plain && !is_elsewhere,
        binding,
        authenticated: (authenticated != moment(UNKNOWN)?).then_some(authenticated),
        is_fresh: !is_elsewhere && is_fresh(authenticated, now, rules.fresh),
        until: moment(row.get(8)?)?,
    }))
}

fn session(row: &Row<'_>) -> rusqlite::Result<Option<Session>> {
    let Some(binding) = Binding::of(row.get(3)?, row.get(4)?) else { return Ok(None) };
    let began = match (row.get(2)?, row.get(10)?) {
        (Some(key), None) => Began::Key(key),
        (None, Some(account)) => Began::Account(account),
        _ => return Ok(None),
    };
    let address: Option<String> = row.get(8)?;
    Ok(Some(Session {
        id: row.get(0)?,
        person: row.get(1)?,
        began,
        binding,
        begun: moment(row.get(5)?)?,
        seen: moment(row.get(6)?)?,
        until: moment(row.get(7)?)?,
        address: address.and_then(|address| address.parse().ok()),
        agent: Agent::new(row.get_ref(9)?.as_str()?),
    }))
}

fn bad() -> PeopleError {
    PeopleError::Damaged("a session".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_holds_a_session_is_found_by_indexes_alone() {
        let folder = tempfile::tempdir().unwrap();
        let people = People::open(&folder.path().join("people.sqlite"), Rules::default()).unwrap();
        let plan: Vec<String> = people
            .read(|sql| {
                let mut query = sql.prepare(&format!("EXPLAIN QUERY PLAN {WHO}"))?;
                Ok(query.query_map(([0; 32], 0, 0), |row| row.get(3))?.collect::<Result<_, _>>()?)
            })
            .unwrap();
        assert_eq!(plan.len(), 3, "{plan:?}");
        assert!(plan.iter().all(|step| step.contains("USING PRIMARY KEY")), "{plan:?}");
    }
}
