//! SQLite in write-ahead mode, fully synced at every commit, one writer at a time.

use std::{path::Path, time::Duration};

use jiff::Timestamp;
use rusqlite::{Connection, ErrorCode, OptionalExtension as _, Row, params};

use crate::{
    Entry, Head, Kind, Record, RecordError, Verification,
    chain::{Checker, GENESIS, hash},
};

const SCHEMA_VERSION: i64 = 1;

/// A record in an SQLite file.
#[derive(Debug)]
pub struct SqliteRecord {
    connection: Connection,
    /// The head including what is not committed yet, while a transaction is open.
    pending: Option<Head>,
}

impl SqliteRecord {
    /// Opens the record in this file, making it when there is none.
    ///
    /// # Errors
    /// When it cannot be opened, is no record, or was written by a newer program.
    pub fn open(path: &Path) -> Result<Self, RecordError> {
        let connection = Connection::open(path).map_err(error)?;
        connection.busy_timeout(Duration::from_secs(10)).map_err(error)?;
        connection.pragma_update(None, "journal_mode", "WAL").map_err(error)?;
        connection.pragma_update(None, "synchronous", "FULL").map_err(error)?;
        let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(error)?;
        match found {
            SCHEMA_VERSION => {}
            0 => {
                // Two processes may come here at once: the second finds the table and leaves it alone.
                connection.execute_batch("BEGIN IMMEDIATE").map_err(error)?;
                let made: Option<String> = connection
                    .query_row("SELECT name FROM sqlite_schema WHERE name = 'entries'", [], |row| row.get(0))
                    .optional()
                    .map_err(error)?;
                if made.is_none() {
                    connection.execute_batch(include_str!("schema.sql")).map_err(error)?;
                    connection.pragma_update(None, "user_version", SCHEMA_VERSION).map_err(error)?;
                }
                connection.execute_batch("COMMIT").map_err(error)?;
            }
            found if found > SCHEMA_VERSION => return Err(RecordError::Newer { found }),
            found => return Err(RecordError::Damaged(format!("unknown schema {found}"))),
        }
        Ok(Self { connection, pending: None })
    }

    fn stored_head(&self) -> Result<Head, RecordError> {
        let row = self
            .connection
            .query_row("SELECT sequence, hash FROM entries ORDER BY sequence DESC LIMIT 1", [], |row| {
                Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?))
            })
            .optional()
            .map_err(error)?;
        match row {
            None => Ok(Head { sequence: 0, hash: GENESIS }),
            Some((sequence, hash)) => {
                Ok(Head { sequence: unsigned(sequence), hash: hash.try_into().map_err(|_| bad("a hash"))? })
            }
        }
    }
}

impl Record for SqliteRecord {
    fn append(&mut self, at: Timestamp, kind: Kind, sweep: u64, body: &str) -> Result<u64, RecordError> {
        let head = match self.pending {
            Some(head) => head,
            None => {
                self.connection.execute_batch("BEGIN IMMEDIATE").map_err(error)?;
                self.stored_head()?
            }
        };
        let sequence = head.sequence + 1;
        let sweep = if sweep == 0 { sequence } else { sweep };
        let hash = hash(&head.hash, sequence, at, kind, sweep, body);
        self.pending = Some(Head { sequence, hash });
        self.connection
            .prepare_cached("INSERT INTO entries (sequence, at, kind, sweep, body, hash) VALUES (?, ?, ?, ?, ?, ?)")
            .and_then(|mut insert| {
                insert.execute(params![
                    signed(sequence),
                    at.to_string(),
                    kind.as_str(),
                    signed(sweep),
                    body,
                    hash.as_slice()
                ])
            })
            .map_err(error)?;
        Ok(sequence)
    }

    fn commit(&mut self) -> Result<(), RecordError> {
        if self.pending.take().is_some() {
            let result = self.connection.execute_batch("COMMIT").map_err(error);
            if result.is_err() {
                let _ = self.connection.execute_batch("ROLLBACK");
            }
            return result;
        }
        Ok(())
    }

    fn entries(&self, sweep: Option<u64>, kind: Option<Kind>, each: &mut dyn FnMut(Entry)) -> Result<(), RecordError> {
        let mut query = self
            .connection
            .prepare_cached(
                "SELECT sequence, at, kind, sweep, body, hash FROM entries
                 WHERE (?1 IS NULL OR sweep = ?1) AND (?2 IS NULL OR kind = ?2) ORDER BY sequence",
            )
            .map_err(error)?;
        let mut rows = query.query(params![sweep.map(signed), kind.map(Kind::as_str)]).map_err(error)?;
        while let Some(row) = rows.next().map_err(error)? {
            each(read(row)?);
        }
        Ok(())
    }

    fn head(&self) -> Result<Head, RecordError> {
        self.stored_head()
    }

    fn verify(&self, expected: Option<Head>) -> Result<Verification, RecordError> {
        let mut query = self
            .connection
            .prepare("SELECT sequence, at, kind, sweep, body, hash FROM entries ORDER BY sequence")
            .map_err(error)?;
        let mut rows = query.query([]).map_err(error)?;
        let mut checker = Checker::new();
        while let Some(row) = rows.next().map_err(error)? {
            match read(row) {
                Ok(entry) => {
                    if let Some(expected) = expected
                        && expected.sequence == entry.sequence
                        && expected.hash != entry.hash
                    {
                        return Ok(Verification::Broken { sequence: entry.sequence });
                    }
                    checker.entry(&entry);
                }
                Err(_) => checker.unreadable(),
            }
        }
        Ok(checker.finish(expected))
    }
}

fn read(row: &Row<'_>) -> Result<Entry, RecordError> {
    let at: String = row.get(1).map_err(error)?;
    let kind: String = row.get(2).map_err(error)?;
    let hash: Vec<u8> = row.get(5).map_err(error)?;
    Ok(Entry {
        sequence: unsigned(row.get(0).map_err(error)?),
        at: at.parse().map_err(|_| bad("a time"))?,
        kind: kind.parse().map_err(|()| bad("a kind"))?,
        sweep: unsigned(row.get(3).map_err(error)?),
        body: row.get(4).map_err(error)?,
        hash: hash.try_into().map_err(|_| bad("a hash"))?,
    })
}

fn bad(what: &str) -> RecordError {
    RecordError::Damaged(format!("{what} cannot be read back"))
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

fn error(error: rusqlite::Error) -> RecordError {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => RecordError::Locked,
        Some(ErrorCode::DiskFull) => RecordError::Full,
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => RecordError::ReadOnly,
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => RecordError::Damaged(error.to_string()),
        _ => RecordError::Store(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    crate::suite::every_store_keeps_the_record!(|| {
        let folder = tempfile::tempdir().unwrap();
        let record = SqliteRecord::open(&folder.path().join("record.sqlite")).unwrap();
        (record, folder)
    });

    fn filled(path: &Path) -> Head {
        let mut record = SqliteRecord::open(path).unwrap();
        for number in 0..5 {
            record.append(Timestamp::UNIX_EPOCH, Kind::Sighting, 1, &format!("{{\"n\":{number}}}")).unwrap();
        }
        record.commit().unwrap();
        record.head().unwrap()
    }

    #[test]
    fn a_thief_of_entries_is_seen() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("record.sqlite");
        let head = filled(&path);
        let tamper = |sql: &str| {
            let raw = Connection::open(&path).unwrap();
            assert!(raw.execute_batch(sql).is_err(), "the triggers hold: {sql}");
            raw.execute_batch(
                "DROP TRIGGER IF EXISTS entries_are_never_changed; DROP TRIGGER IF EXISTS entries_are_never_removed;",
            )
            .unwrap();
            raw.execute_batch(sql).unwrap();
        };
        assert_eq!(SqliteRecord::open(&path).unwrap().verify(Some(head)).unwrap(), Verification::Whole(head));
        tamper("UPDATE entries SET body = '{}' WHERE sequence = 3");
        assert_eq!(SqliteRecord::open(&path).unwrap().verify(None).unwrap(), Verification::Broken { sequence: 3 });
    }

    #[test]
    fn a_cut_tail_is_seen_against_a_head_kept_elsewhere() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("record.sqlite");
        let head = filled(&path);
        Connection::open(&path)
            .unwrap()
            .execute_batch("DROP TRIGGER entries_are_never_removed; DELETE FROM entries WHERE sequence > 3;")
            .unwrap();
        let record = SqliteRecord::open(&path).unwrap();
        assert!(matches!(record.verify(None).unwrap(), Verification::Whole(_)));
        let written_down: Head = head.to_string().parse().unwrap();
        assert_eq!(record.verify(Some(written_down)).unwrap(), Verification::Broken { sequence: 4 });
    }

    #[test]
    fn what_was_not_committed_is_gone_and_the_chain_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("record.sqlite");
        let head = filled(&path);
        let mut record = SqliteRecord::open(&path).unwrap();
        record.append(Timestamp::UNIX_EPOCH, Kind::Unread, 1, "{}").unwrap();
        drop(record);
        assert_eq!(SqliteRecord::open(&path).unwrap().verify(None).unwrap(), Verification::Whole(head));
    }

    #[test]
    fn strangers_are_refused_with_a_reason() {
        let folder = tempfile::tempdir().unwrap();
        let text = folder.path().join("text");
        std::fs::write(&text, "this is not a database, it is a text that is long enough").unwrap();
        assert!(matches!(SqliteRecord::open(&text), Err(RecordError::Damaged(_))));
        let newer = folder.path().join("newer");
        Connection::open(&newer).unwrap().pragma_update(None, "user_version", 99).unwrap();
        assert!(matches!(SqliteRecord::open(&newer), Err(RecordError::Newer { found: 99 })));
    }
}
