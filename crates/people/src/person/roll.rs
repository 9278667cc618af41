//! Everybody at a glance: what a list shows of each, in one read.

use jiff::Timestamp;

use super::{
    Person,
    read::{COLUMNS, bad, row},
};
use crate::{
    PeopleError,
    store::{People, millis},
};

/// Somebody in the list of everybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enlisted {
    /// Who.
    pub person: Person,
    /// How many keys are theirs.
    pub keys: u32,
    /// How many accounts elsewhere let them in.
    pub accounts: u32,
    /// How many sessions of theirs are live.
    pub sessions: u32,
}

impl People {
    /// Everybody by name, with how many keys, accounts and live sessions each has; those who are gone only when asked for.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn roll(&self, gone_too: bool, now: Timestamp) -> Result<Vec<Enlisted>, PeopleError> {
        self.read(|sql| {
            let mut query = sql.prepare_cached(&format!(
                "SELECT {COLUMNS}, \
                   (SELECT count(*) FROM keys WHERE person = p.id), \
                   (SELECT count(*) FROM accounts WHERE person = p.id), \
                   (SELECT count(*) FROM sessions WHERE person = p.id AND ended IS NULL AND ends > ?2) \
                 FROM persons p WHERE ?1 OR state <> 'gone' ORDER BY folded, p.id"
            ))?;
            let enlisted = query.query_map((gone_too, millis(now)), |found| {
                let (keys, accounts, sessions) = (found.get(8)?, found.get(9)?, found.get(10)?);
                Ok(row(found)?.map(|person| Enlisted { person, keys, accounts, sessions }))
            })?;
            enlisted.map(|one| one?.ok_or_else(bad)).collect()
        })
    }
}
