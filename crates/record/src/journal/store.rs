//! The file of what was judged, in SQLite.

use std::{path::Path, time::Duration};

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OpenFlags, OptionalExtension as _, Row, params};
use sha2::{Digest as _, Sha256};

use super::values::{Judged, JudgedRow, Tally};
use crate::{RecordError, sqlite::error};

const SCHEMA: &str = include_str!("schema.sql");
const PATIENCE: Duration = Duration::from_secs(5);
/// What one message showed that is kept: a message with more is found by its first ones.
const MOST_SHOWN: usize = 2000;
/// Recipients that are kept.
const MOST_RECIPIENTS: usize = 100;
/// Rows that are forgotten at a time, so that no message waits for a long change.
const AT_A_TIME: i64 = 500;

/// The store of what was judged.
#[derive(Debug)]
pub struct Journal {
    connection: Connection,
    key: Vec<u8>,
}

impl Journal {
    /// Opens the store in this file, making it when there is none. `random` is the key of a new one.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn open(path: &Path, random: [u8; 32]) -> Result<Self, RecordError> {
        let connection = Connection::open(path).map_err(error)?;
        connection.busy_timeout(PATIENCE).map_err(error)?;
        connection.pragma_update(None, "secure_delete", "ON").map_err(error)?;
        connection.pragma_update(None, "journal_mode", "WAL").map_err(error)?;
        // The last moments may be lost with the power: a row less in a list, no message less.
        connection.pragma_update(None, "synchronous", "OFF").map_err(error)?;
        connection.execute_batch(SCHEMA).map_err(error)?;
        // Of two who make the file at the same time the first one's key stays.
        connection
            .execute("INSERT OR IGNORE INTO secret (one, key) VALUES (1, ?)", [random.as_slice()])
            .map_err(error)?;
        Self::with_key(connection)
    }

    /// Opens a store that is there, to read it. None where there is none, or it holds nothing yet.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn existing(path: &Path) -> Result<Option<Self>, RecordError> {
        if !path.exists() {
            return Ok(None);
        }
        let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(error)?;
        connection.busy_timeout(PATIENCE).map_err(error)?;
        let tables: i64 = connection
            .query_row("SELECT count(*) FROM sqlite_schema WHERE name IN ('secret', 'judged', 'shown')", [], |row| {
                row.get(0)
            })
            .map_err(error)?;
        if tables == 3 { Self::with_key(connection).map(Some) } else { Ok(None) }
    }

    fn with_key(connection: Connection) -> Result<Self, RecordError> {
        let key = connection.query_row("SELECT key FROM secret", [], |row| row.get(0)).map_err(error)?;
        Ok(Self { connection, key })
    }

    /// Notes a message that was judged, and what stood in it, each in canonical form.
    ///
    /// # Errors
    /// When the store refuses.
    pub fn note<'s>(
        &mut self,
        at: Timestamp,
        message: &Judged,
        shown: impl Iterator<Item = &'s [u8]>,
    ) -> Result<i64, RecordError> {
        let mut message = message.clone();
        message.recipients.truncate(MOST_RECIPIENTS);
        let body = serde_json::to_string(&message).map_err(|error| RecordError::Store(error.to_string()))?;
        let prints: Vec<i64> = shown.take(MOST_SHOWN).map(|value| self.print(value)).collect();
        let change = self.connection.transaction().map_err(error)?;
        change
            .execute(
                "INSERT INTO judged (at, verdict, body) VALUES (?, ?, ?)",
                params![at.as_second(), message.verdict, body],
            )
            .map_err(error)?;
        let number = change.last_insert_rowid();
        {
            let mut insert =
                change.prepare_cached("INSERT OR IGNORE INTO shown (print, number) VALUES (?, ?)").map_err(error)?;
            for print in prints {
                insert.execute(params![print, number]).map_err(error)?;
            }
        }
        change.commit().map_err(error)?;
        Ok(number)
    }

    /// The latest messages before this number, or the latest of all, the newest first; of one verdict or of all.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn latest(
        &self,
        before: Option<i64>,
        verdict: Option<&str>,
        most: usize,
    ) -> Result<Vec<JudgedRow>, RecordError> {
        let mut query = self
            .connection
            .prepare(
                "SELECT number, at, body FROM judged WHERE number < ?1 AND (?2 IS NULL OR verdict = ?2) \
                 ORDER BY number DESC LIMIT ?3",
            )
            .map_err(error)?;
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let rows = query.query_map(params![before.unwrap_or(i64::MAX), verdict, most], row).map_err(error)?;
        rows.map(|row| row.map_err(error)?.ok_or_else(bad)).collect()
    }

    /// One message.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn message(&self, number: i64) -> Result<Option<JudgedRow>, RecordError> {
        let found = self
            .connection
            .query_row("SELECT number, at, body FROM judged WHERE number = ?", [number], row)
            .optional()
            .map_err(error)?;
        found.map(|found| found.ok_or_else(bad)).transpose()
    }

    /// How many messages had which verdict since then.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn tally(&self, since: Timestamp) -> Result<Vec<Tally>, RecordError> {
        let mut query = self
            .connection
            .prepare("SELECT verdict, count(*) FROM judged WHERE at >= ? GROUP BY verdict ORDER BY 2 DESC, 1")
            .map_err(error)?;
        let rows = query
            .query_map([since.as_second()], |row| {
                let messages: i64 = row.get(1)?;
                Ok(Tally { verdict: row.get(0)?, messages: messages.unsigned_abs() })
            })
            .map_err(error)?;
        rows.map(|row| row.map_err(error)).collect()
    }

    /// The messages in which any of these stood, in canonical form, the newest first. One in some 10^19 is there by chance.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn carrying<'s>(
        &self,
        values: impl Iterator<Item = &'s [u8]>,
        most: usize,
    ) -> Result<Vec<JudgedRow>, RecordError> {
        let mut numbers = Vec::new();
        let mut query = self.connection.prepare("SELECT number FROM shown WHERE print = ?").map_err(error)?;
        for value in values {
            let rows = query.query_map([self.print(value)], |row| row.get(0)).map_err(error)?;
            for number in rows {
                numbers.push(number.map_err(error)?);
            }
        }
        numbers.sort_unstable_by(|a: &i64, b| b.cmp(a));
        numbers.dedup();
        numbers.truncate(most);
        numbers.into_iter().filter_map(|number| self.message(number).transpose()).collect()
    }

    /// Forgets some of what is older than so many days. Whether there was any: then there may be more.
    ///
    /// # Errors
    /// When the store refuses.
    pub fn forget(&self, now: Timestamp, days: u16) -> Result<bool, RecordError> {
        let before =
            now.checked_sub(SignedDuration::from_hours(24 * i64::from(days))).map_or(i64::MIN, |at| at.as_second());
        let old = "SELECT number FROM judged WHERE at < ? ORDER BY number LIMIT ?";
        let (shown, judged) = (
            format!("DELETE FROM shown WHERE number IN ({old})"),
            format!("DELETE FROM judged WHERE number IN ({old})"),
        );
        self.connection.execute(&shown, params![before, AT_A_TIME]).map_err(error)?;
        Ok(self.connection.execute(&judged, params![before, AT_A_TIME]).map_err(error)? > 0)
    }

    fn print(&self, value: &[u8]) -> i64 {
        let digest = Sha256::new().chain_update(&self.key).chain_update(value).finalize();
        let first = digest.first_chunk().copied().unwrap_or_default();
        i64::from_be_bytes(first)
    }
}

fn row(row: &Row<'_>) -> rusqlite::Result<Option<JudgedRow>> {
    let (number, at, body): (i64, i64, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
    let at = Timestamp::from_second(at).ok();
    Ok(at.and_then(|at| Some(JudgedRow { number, at, message: serde_json::from_str(&body).ok()? })))
}

fn bad() -> RecordError {
    RecordError::Damaged("a message that was judged".to_owned())
}

#[cfg(test)]
mod tests {
    use super::{super::values::Way, *};

    fn judged(verdict: &str) -> Judged {
        Judged {
            way: Way::In,
            queue_id: "4F1".to_owned(),
            message_id: "1@b.example".to_owned(),
            sender: "a@b.example".to_owned(),
            recipients: vec!["c@d.example".to_owned()],
            verdict: verdict.to_owned(),
            score: 4.5,
            codes: vec!["shortener".to_owned()],
            held: String::new(),
        }
    }

    #[test]
    fn the_past_is_asked_and_cannot_be_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.sqlite");
        let at = |second| Timestamp::from_second(second).unwrap();
        let mut journal = Journal::open(&path, [7; 32]).unwrap();
        let first = journal.note(at(1000), &judged("deliver"), [&b"canary.example"[..], b"x"].into_iter()).unwrap();
        let second = journal.note(at(2000), &judged("flag"), [&b"canary.example"[..]].into_iter()).unwrap();
        drop(journal);

        // The key of an older file stays.
        drop(Journal::open(&path, [8; 32]).unwrap());
        assert!(Journal::existing(&folder.path().join("none.sqlite")).unwrap().is_none());
        let journal = Journal::existing(&path).unwrap().unwrap();
        let numbers = |values: &[&[u8]]| {
            let rows = journal.carrying(values.iter().copied(), 10).unwrap();
            rows.iter().map(|row| row.number).collect::<Vec<_>>()
        };
        assert_eq!(numbers(&[b"canary.example", b"x"]), [second, first]);
        assert_eq!(numbers(&[b"other.example"]), [] as [i64; 0]);
        assert_eq!(journal.latest(None, None, 10).unwrap().len(), 2);
        assert_eq!(journal.latest(Some(second), None, 10).unwrap()[0].message, judged("deliver"));
        assert_eq!(journal.latest(None, Some("flag"), 10).unwrap()[0].number, second);
        assert_eq!(journal.tally(at(1500)).unwrap(), [Tally { verdict: "flag".to_owned(), messages: 1 }]);
        for name in ["journal.sqlite", "journal.sqlite-wal"] {
            let bytes = std::fs::read(folder.path().join(name)).unwrap_or_default();
            assert!(!bytes.windows(6).any(|window| window == b"canary"), "in clear on the disk");
        }

        while journal.forget(at(86_400 + 1500), 1).unwrap() {}
        assert_eq!(numbers(&[b"canary.example"]), [second]);
        assert!(journal.message(first).unwrap().is_none());
    }
}
