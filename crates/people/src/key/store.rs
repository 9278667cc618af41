//! The rules of keys.

use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, Row};

use super::{Key, KeyOwner, NewKey, Used, values::check_credential};
use crate::{
    Actor, CredentialId, EventKind, PeopleError, Person, PersonId, Refusal, Role, SessionHash,
    event::NewEvent,
    store::{Change, Lasting, People, millis, moment},
};

const COLUMNS: &str = "id, person, credential, label, attested, added, used";

impl People {
    /// A key by id: what an answer is verified with.
    ///
    /// # Errors
    /// When none has it, or the file cannot be read.
    pub fn key(&self, id: &CredentialId) -> Result<Key, PeopleError> {
        self.read(|sql| {
            let mut query = sql.prepare_cached(&format!("SELECT {COLUMNS} FROM keys WHERE id = ?"))?;
            query.query_row([id], row).optional()?.ok_or_else(|| Refusal::NoSuchKey.into())
        })
    }

    /// A person's keys, the oldest first.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn keys(&self, person: PersonId) -> Result<Vec<Key>, PeopleError> {
        self.read(|sql| {
            let mut query =
                sql.prepare_cached(&format!("SELECT {COLUMNS} FROM keys WHERE person = ? ORDER BY added, id"))?;
            Ok(query.query_map([person], row)?.collect::<Result<_, _>>()?)
        })
    }

    /// The keys that break the glass: three, or none yet.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn break_glass_keys(&self) -> Result<Vec<Key>, PeopleError> {
        self.read(|sql| {
            let mut query =
                sql.prepare_cached(&format!("SELECT {COLUMNS} FROM keys WHERE person IS NULL ORDER BY id"))?;
            Ok(query.query_map([], row)?.collect::<Result<_, _>>()?)
        })
    }

    /// Adds a key to the person who holds this session.
    ///
    /// # Errors
    /// When the session is not live or not fresh, somebody has the key, there are too many, or its model will not do.
    pub fn add_key(&self, session: &SessionHash, key: &NewKey, now: Timestamp) -> Result<(), PeopleError> {
        self.change(Lasting::Now, now, |change| {
            let (doer, person) = change.seated(session)?;
            change.if_refused(NewEvent::new(EventKind::ChangeRefused, doer.by()).subject(&person));
            doer.must_be_fresh()?;
            change.insert_key(key, Some(&person))?;
            change.note(NewEvent::new(EventKind::KeyAdded, doer.by()).subject(&person).detail(key.label.as_str()))
        })
    }

    /// Removes a key, and ends the sessions that it began: one's own, or anybody's for an administrator (a key was lost).
    ///
    /// # Errors
    /// When the actor may not or is not fresh, no person has the key, or it is the last that lets its person in, or an administrator's last.
    pub fn remove_key(&self, by: &Actor, key: &CredentialId, now: Timestamp) -> Result<(), PeopleError> {
        self.change(Lasting::Now, now, |change| {
            let doer = change.doer(by)?;
            let person = change.owner(key)?;
            change.if_refused(NewEvent::new(EventKind::ChangeRefused, doer.by()).subject(&person));
            doer.must_be_or_administer(&person)?;
            doer.must_be_fresh()?;
            change.must_have_ways_left(&person)?;
            if change.count_keys(person.id)? < 2 && person.role == Role::Administrator {
                return Err(Refusal::NeedsKey.into());
            }
            let label: String = change
                .sql
                .prepare_cached("DELETE FROM keys WHERE id = ? RETURNING label")?
                .query_row([key], |row| row.get(0))?;
            change.end_sessions_of_key(person.id, key)?;
            change.note(NewEvent::new(EventKind::KeyRemoved, doer.by()).subject(&person).detail(label))
        })
    }
}

impl Change<'_> {
    /// The person whose key this is.
    pub(crate) fn owner(&self, key: &CredentialId) -> Result<Person, PeopleError> {
        let owner: Option<Option<PersonId>> = self
            .sql
            .prepare_cached("SELECT person FROM keys WHERE id = ?")?
            .query_row([key], |row| row.get(0))
            .optional()?;
        self.person(owner.flatten().ok_or(Refusal::NoSuchKey)?)
    }

    /// Brings a key up to date that was just used, if it is this person's (or, for nobody, breaks the glass) and still what the caller
    /// verified with. Of two ceremonies that read the same counter, the second is refused.
    pub(crate) fn use_key(&self, used: &Used<'_>, person: Option<PersonId>) -> Result<(), PeopleError> {
        check_credential(used.after)?;
        let changed = self
            .sql
            .prepare_cached(
                "UPDATE keys SET credential = ?4, used = ?5 WHERE id = ?1 AND person IS ?2 AND credential = ?3",
            )?
            .execute((used.id, person, used.before, used.after, millis(self.now)))?;
        if changed == 1 {
            return Ok(());
        }
        let is_theirs =
            self.sql.prepare_cached("SELECT 1 FROM keys WHERE id = ? AND person IS ?")?.exists((used.id, person))?;
        Err(if is_theirs { Refusal::KeyChanged } else { Refusal::NoSuchKey }.into())
    }

    /// A new key of a person, or of nobody.
    pub(crate) fn insert_key(&self, key: &NewKey, person: Option<&Person>) -> Result<(), PeopleError> {
        key.check()?;
        if let Some(person) = person {
            if self.count_keys(person.id)? >= self.rules.keys {
                return Err(Refusal::TooManyKeys.into());
            }
            if person.role == Role::Administrator && self.rules.attested_administrators && !key.attested {
                return Err(Refusal::NotAttested.into());
            }
        }
        let added = self
            .sql
            .prepare_cached(
                "INSERT INTO keys (id, person, credential, label, attested, added) VALUES (?, ?, ?, ?, ?, ?) \
                 ON CONFLICT (id) DO NOTHING",
            )?
            .execute((
                &key.id,
                person.map(|person| person.id),
                &key.credential,
                &key.label,
                key.attested,
                millis(self.now),
            ))?;
        if added == 1 { Ok(()) } else { Err(Refusal::KeyTaken.into()) }
    }

    /// Whether a key will do for an administrator.
    pub(crate) fn must_do_for_administrator(&self, key: &CredentialId) -> Result<(), PeopleError> {
        let attested = self.sql.prepare_cached("SELECT 1 FROM keys WHERE id = ? AND attested")?.exists([key])?;
        if attested || !self.rules.attested_administrators { Ok(()) } else { Err(Refusal::NotAttested.into()) }
    }

    /// Whether all keys of a person will do for an administrator: the weakest opens as much as the best.
    pub(crate) fn must_have_keys_of_administrator(&self, person: PersonId) -> Result<(), PeopleError> {
        let weak = self.sql.prepare_cached("SELECT 1 FROM keys WHERE person = ? AND NOT attested")?.exists([person])?;
        if weak && self.rules.attested_administrators { Err(Refusal::NotAttested.into()) } else { Ok(()) }
    }

    pub(crate) fn count_keys(&self, person: PersonId) -> Result<u32, PeopleError> {
        let mut query = self.sql.prepare_cached("SELECT count(*) FROM keys WHERE person = ?")?;
        Ok(query.query_row([person], |row| row.get(0))?)
    }
}

fn row(row: &Row<'_>) -> rusqlite::Result<Key> {
    let (person, used): (Option<PersonId>, Option<i64>) = (row.get(1)?, row.get(6)?);
    Ok(Key {
        id: row.get(0)?,
        owner: person.map_or(KeyOwner::BreakGlass, KeyOwner::Person),
        credential: row.get(2)?,
        label: row.get(3)?,
        attested: row.get(4)?,
        added: moment(row.get(5)?)?,
        used: used.map(moment).transpose()?,
    })
}
