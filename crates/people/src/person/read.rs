//! Finding persons.

use std::collections::BTreeSet;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row};

use super::{Person, Role, Standing, Warning};
use crate::{
    Group, Name, PeopleError, PersonId, Refusal,
    store::{Change, People, millis, moment},
};

pub(super) const COLUMNS: &str = "id, name, tie, role, groups, state, until, added";

impl People {
    /// A person by id.
    ///
    /// # Errors
    /// When nobody has it, or the file cannot be read.
    pub fn person(&self, id: PersonId) -> Result<Person, PeopleError> {
        self.read(|sql| person(sql, id)?.ok_or_else(|| Refusal::NoSuchPerson.into()))
    }

    /// Everybody by name; those who are gone only when asked for.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn persons(&self, gone_too: bool) -> Result<Vec<Person>, PeopleError> {
        self.read(|sql| {
            let mut query = sql.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM persons WHERE ?1 OR state <> 'gone' ORDER BY folded, id"
            ))?;
            query.query_map([gone_too], row)?.map(|person| person?.ok_or_else(bad)).collect()
        })
    }

    /// The person whom a text at a command line means: a whole id, or a whole name of somebody who is not gone. Half a name means
    /// nobody, because the wrong person would be suspended.
    ///
    /// # Errors
    /// When nobody is meant, or the file cannot be read.
    pub fn find(&self, text: &str) -> Result<Person, PeopleError> {
        if let Ok(id) = text.parse() {
            return self.person(id);
        }
        let folded = text.parse::<Name>().map_err(|_| Refusal::NoSuchPerson)?.folded();
        self.read(|sql| {
            let mut query =
                sql.prepare_cached(&format!("SELECT {COLUMNS} FROM persons WHERE folded = ? AND state <> 'gone'"))?;
            let found = query.query_row([folded], row).optional()?;
            found.ok_or(Refusal::NoSuchPerson)?.ok_or_else(bad)
        })
    }

    /// How many administrators are active.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn administrators(&self, now: Timestamp) -> Result<u64, PeopleError> {
        self.read(|sql| administrators(sql, now))
    }
}

impl Change<'_> {
    pub(crate) fn person(&self, id: PersonId) -> Result<Person, PeopleError> {
        person(&self.sql, id)?.ok_or_else(|| Refusal::NoSuchPerson.into())
    }

    /// A person who may sign in now.
    pub(crate) fn active(&self, id: PersonId) -> Result<Person, PeopleError> {
        let person = self.person(id)?;
        if person.is_active(self.now) { Ok(person) } else { Err(Refusal::NotActive.into()) }
    }

    pub(crate) fn administrators(&self) -> Result<u64, PeopleError> {
        administrators(&self.sql, self.now)
    }

    /// What has to be said when administrators are few.
    pub(crate) fn warning(&self) -> Result<Option<Warning>, PeopleError> {
        let left = self.administrators()?;
        Ok((left < 2).then_some(Warning::FewAdministrators { left }))
    }

    /// The same, where there were two once: before that there is no need to say it.
    pub(crate) fn warning_once_founded(&self) -> Result<Option<Warning>, PeopleError> {
        let founded: bool = self.sql.query_row("SELECT founded FROM place", [], |row| row.get(0))?;
        if founded { self.warning() } else { Ok(None) }
    }

    /// Whether nobody who is not gone has a name that people take for this one: two approvers must know whom they mean.
    pub(crate) fn must_be_free(&self, name: &Name) -> Result<(), PeopleError> {
        let look = name.look();
        let mut query = self.sql.prepare_cached("SELECT name FROM persons WHERE state <> 'gone'")?;
        for other in query.query_map([], |row| row.get::<_, Name>(0))? {
            if other?.look() == look {
                return Err(Refusal::NameTaken.into());
            }
        }
        Ok(())
    }

    pub(crate) fn add_person(&self, person: &Person) -> Result<(), PeopleError> {
        self.must_be_free(&person.name)?;
        self.sql
            .prepare_cached(
                "INSERT INTO persons (id, name, folded, tie, role, groups, state, until, added) \
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            )?
            .execute((
                person.id,
                &person.name,
                person.name.folded(),
                person.tie,
                person.role,
                groups_text(&person.groups)?,
                person.standing,
                person.until.map(millis),
                millis(person.added),
            ))?;
        Ok(())
    }

    pub(crate) fn set_standing(&self, id: PersonId, standing: Standing) -> Result<(), PeopleError> {
        self.sql.prepare_cached("UPDATE persons SET state = ? WHERE id = ?")?.execute((standing, id))?;
        self.remember_two_administrators()
    }

    pub(crate) fn set_role(&self, id: PersonId, role: Role) -> Result<(), PeopleError> {
        self.sql.prepare_cached("UPDATE persons SET role = ? WHERE id = ?")?.execute((role, id))?;
        self.remember_two_administrators()
    }

    /// As soon as two administrators are active, founding is over for good.
    fn remember_two_administrators(&self) -> Result<(), PeopleError> {
        if self.administrators()? >= 2 {
            self.sql.execute("UPDATE place SET founded = 1 WHERE founded = 0", [])?;
        }
        Ok(())
    }
}

pub(crate) fn person(sql: &Connection, id: PersonId) -> Result<Option<Person>, PeopleError> {
    let mut query = sql.prepare_cached(&format!("SELECT {COLUMNS} FROM persons WHERE id = ?"))?;
    query.query_row([id], row).optional()?.map(|person| person.ok_or_else(bad)).transpose()
}

pub(crate) fn administrators(sql: &Connection, now: Timestamp) -> Result<u64, PeopleError> {
    let count: i64 = sql
        .prepare_cached(
            "SELECT count(*) FROM persons \
             WHERE role = 'administrator' AND state = 'active' AND (until IS NULL OR until > ?)",
        )?
        .query_row([millis(now)], |row| row.get(0))?;
    Ok(count.unsigned_abs())
}

pub(crate) fn groups_text(groups: &BTreeSet<Group>) -> Result<String, PeopleError> {
    serde_json::to_string(groups).map_err(|error| PeopleError::Store(error.to_string()))
}

pub(super) fn row(row: &Row<'_>) -> rusqlite::Result<Option<Person>> {
    let Ok(groups) = serde_json::from_str(row.get_ref(4)?.as_str()?) else { return Ok(None) };
    let until: Option<i64> = row.get(6)?;
    Ok(Some(Person {
        id: row.get(0)?,
        name: row.get(1)?,
        tie: row.get(2)?,
        role: row.get(3)?,
        groups,
        standing: row.get(5)?,
        until: until.map(moment).transpose()?,
        added: moment(row.get(7)?)?,
    }))
}

pub(super) fn bad() -> PeopleError {
    PeopleError::Damaged("a person".to_owned())
}
