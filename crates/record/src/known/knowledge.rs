//! Under which knowledge contents were examined, and what of it stays true when the knowledge changes.

use rusqlite::{OptionalExtension as _, params};

use super::store::KnownStore;
use crate::{RecordError, sqlite::error};

/// Knowledge whose rules are remembered: a hundred kilobytes each where there are thousands of rules.
const RULES_KEPT: i64 = 8;

impl KnownStore {
    /// Gives knowledge that was never used its number, with what tells its rules apart. Not durable before
    /// [`commit`](Self::commit).
    ///
    /// # Errors
    /// When the store refuses.
    pub fn add_knowledge(&mut self, name: &str, rules: &[u8]) -> Result<i64, RecordError> {
        self.begin()?;
        let added = self
            .connection
            .query_row("INSERT INTO knowledge (name, rules) VALUES (?, ?) RETURNING id", params![name, rules], |row| {
                row.get::<_, i64>(0)
            })
            .map_err(error)?;
        self.connection
            .execute("UPDATE knowledge SET rules = NULL WHERE id <= ?", [added.saturating_sub(RULES_KEPT)])
            .map_err(error)?;
        Ok(added)
    }

    /// What tells the rules of this knowledge apart; none when it is too long ago.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn rules_of(&self, knowledge: i64) -> Result<Option<Vec<u8>>, RecordError> {
        self.connection
            .query_row("SELECT rules FROM knowledge WHERE id = ?", [knowledge], |row| row.get(0))
            .optional()
            .map(Option::flatten)
            .map_err(error)
    }

    /// The names and numbers of all knowledge that was ever used.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn all_knowledge(&self) -> Result<Vec<(i64, String)>, RecordError> {
        let mut query = self.connection.prepare("SELECT id, name FROM knowledge ORDER BY id").map_err(error)?;
        let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).map_err(error)?;
        rows.collect::<Result<_, _>>().map_err(error)
    }

    /// Contents examined with `from` and not in `but` are known under `to` as well: what tells the two apart cannot
    /// affect them. Returns how many. Not durable before [`commit`](Self::commit).
    ///
    /// # Errors
    /// When the store refuses.
    pub fn carry_over(&mut self, from: i64, to: i64, but: &[i64]) -> Result<usize, RecordError> {
        self.begin()?;
        self.connection
            .execute_batch("CREATE TEMP TABLE IF NOT EXISTS affected (id INTEGER PRIMARY KEY); DELETE FROM affected")
            .map_err(error)?;
        {
            let mut insert =
                self.connection.prepare_cached("INSERT OR IGNORE INTO affected VALUES (?)").map_err(error)?;
            for id in but {
                insert.execute([id]).map_err(error)?;
            }
        }
        let changed = self
            .connection
            .execute(
                "UPDATE contents SET knowledge = ?2
                 WHERE knowledge = ?1 AND in_history = 1 AND until IS NULL AND id NOT IN (SELECT id FROM affected)",
                params![from, to],
            )
            .map_err(error)?;
        Ok(changed)
    }

    /// Calls back with every content examined with this knowledge, and what rules saw of it.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn each_scanned(&self, knowledge: i64, found: &mut dyn FnMut(i64, &[u8])) -> Result<(), RecordError> {
        let mut query =
            self.connection.prepare("SELECT id, scanned FROM contents WHERE knowledge = ?").map_err(error)?;
        let mut rows = query.query([knowledge]).map_err(error)?;
        while let Some(row) = rows.next().map_err(error)? {
            let scanned = row.get_ref(1).map_err(error)?;
            let scanned = scanned.as_blob().map_err(|why| RecordError::Damaged(why.to_string()))?;
            found(row.get(0).map_err(error)?, scanned);
        }
        Ok(())
    }

    /// The contents, examined with this knowledge, in which something was sighted.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn with_findings(&self, knowledge: i64) -> Result<Vec<i64>, RecordError> {
        let mut query = self
            .connection
            .prepare("SELECT id FROM contents WHERE knowledge = ? AND findings IS NOT NULL")
            .map_err(error)?;
        let rows = query.query_map([knowledge], |row| row.get(0)).map_err(error)?;
        rows.collect::<Result<_, _>>().map_err(error)
    }
}
