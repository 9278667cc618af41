//! SQLite in write-ahead mode, fully synced at every commit, one writer at a time.

use std::{path::Path, time::Duration};

use jiff::Timestamp;
use rusqlite::{Connection, ErrorCode, OptionalExtension as _, Row, params};

use crate::{
    Entry, Head, Kind, Record, RecordError, Verification,
    chain::{Checker, GENESIS, hash},
};

/// One step of the schema each; the number of steps taken is the file's `user_version`.
const MIGRATIONS: &[&str] = &[include_str!("schema.sql")];
/// Tells a record from any other SQLite file: "Vaub".
const APPLICATION_ID: i64 = 0x5661_7562;
/// How long to wait for another writer.
const PATIENCE: Duration = Duration::from_secs(10);

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
    /// When it cannot be opened, is no record, or was written by a newer program. Such a file is left as it was.
    pub fn open(path: &Path) -> Result<Self, RecordError> {
        Self::open_with(path, PATIENCE)
    }

    fn open_with(path: &Path, patience: Duration) -> Result<Self, RecordError> {
        let connection = Connection::open(path).map_err(error)?;
        connection.busy_timeout(patience).map_err(error)?;
        // Asked before anything is written: a stranger's database must not be turned into a record.
        if steps_taken(&connection)? < MIGRATIONS.len() {
            // Two processes may come here at once: the second waits, and finds nothing left to do.
            let result = connection.execute_batch("BEGIN IMMEDIATE").map_err(error).and_then(|()| migrate(&connection));
            if let Err(problem) = result {
                let _ = connection.execute_batch("ROLLBACK");
                return Err(problem);
            }
        }
        connection.pragma_update(None, "journal_mode", "WAL").map_err(error)?;
        connection.pragma_update(None, "synchronous", "FULL").map_err(error)?;
        Ok(Self { connection, pending: None })
    }

    /// Drops what was not committed, so that the next append begins from what is stored.
    fn roll_back(&mut self) {
        self.pending = None;
        let _ = self.connection.execute_batch("ROLLBACK");
    }

    fn insert(&mut self, at: Timestamp, kind: Kind, sweep: u64, body: &str) -> Result<u64, RecordError> {
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
        self.pending = Some(Head { sequence, hash });
        Ok(sequence)
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
        let result = self.insert(at, kind, sweep, body);
        if result.is_err() {
            self.roll_back();
        }
        result
    }

    fn commit(&mut self) -> Result<(), RecordError> {
        if self.pending.is_none() {
            return Ok(());
        }
        let result = self.connection.execute_batch("COMMIT").map_err(error);
        if result.is_err() {
            self.roll_back();
        }
        self.pending = None;
        result
    }

    fn entries(&self, sweep: Option<u64>, kind: Option<Kind>, each: &mut dyn FnMut(Entry)) -> Result<(), RecordError> {
        // One statement for each filter, so that each can use its index.
        let condition = match (sweep, kind) {
            (None, None) => "?1 IS NULL AND ?2 IS NULL",
            (Some(_), None) => "sweep = ?1 AND ?2 IS NULL",
            (None, Some(_)) => "?1 IS NULL AND kind = ?2",
            (Some(_), Some(_)) => "sweep = ?1 AND kind = ?2",
        };
        let mut query = self
            .connection
            .prepare_cached(&format!(
                "SELECT sequence, at, kind, sweep, body, hash FROM entries WHERE {condition} ORDER BY sequence"
            ))
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

/// How many migrations this file has seen.
fn steps_taken(connection: &Connection) -> Result<usize, RecordError> {
    let pragma = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).map_err(error);
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).map_err(error)?;
    let (version, application) = (pragma("user_version")?, pragma("application_id")?);
    if application != APPLICATION_ID && (tables > 0 || version != 0 || application != 0) {
        return Err(RecordError::Damaged("the file is a database of something else".into()));
    }
    match usize::try_from(version) {
        Ok(steps) if steps <= MIGRATIONS.len() => Ok(steps),
        _ => Err(RecordError::Newer { found: version }),
    }
}

/// Takes the steps that are missing, inside a transaction, and commits.
fn migrate(connection: &Connection) -> Result<(), RecordError> {
    for step in MIGRATIONS.iter().skip(steps_taken(connection)?) {
        connection.execute_batch(step).map_err(error)?;
    }
    let version = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    connection.pragma_update(None, "application_id", APPLICATION_ID).map_err(error)?;
    connection.pragma_update(None, "user_version", version).map_err(error)?;
    connection.execute_batch("COMMIT").map_err(error)
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

pub(crate) fn error(error: rusqlite::Error) -> RecordError {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => RecordError::Locked,
        Some(ErrorCode::CannotOpen) => RecordError::NoFile(error.to_string()),
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
        drop(SqliteRecord::open(&newer).unwrap());
        Connection::open(&newer).unwrap().pragma_update(None, "user_version", 99).unwrap();
        assert!(matches!(SqliteRecord::open(&newer), Err(RecordError::Newer { found: 99 })));
        let history = folder.path().join("history");
        Connection::open(&history).unwrap().execute_batch("CREATE TABLE urls (url TEXT)").unwrap();
        let before = std::fs::read(&history).unwrap();
        assert!(matches!(SqliteRecord::open(&history), Err(RecordError::Damaged(_))));
        assert_eq!(std::fs::read(&history).unwrap(), before, "a stranger's file was touched");
        assert!(matches!(SqliteRecord::open(&folder.path().join("no/such/folder")), Err(RecordError::NoFile(_))));
    }

    #[test]
    fn a_full_disk_costs_the_batch_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("record.sqlite");
        let head = filled(&path);
        let mut record = SqliteRecord::open(&path).unwrap();
        let limit = |record: &SqliteRecord, pages: i64| {
            record.connection.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(())).unwrap();
        };
        limit(&record, 1);
        let body = format!("\"{}\"", "x".repeat(100_000));
        let refused = (0..3).find_map(|_| record.append(Timestamp::UNIX_EPOCH, Kind::Unread, 1, &body).err());
        assert!(matches!(refused, Some(RecordError::Full)), "{refused:?}");
        assert_eq!(record.verify(None).unwrap(), Verification::Whole(head));
        limit(&record, 1_000_000);
        let next = record.append(Timestamp::UNIX_EPOCH, Kind::Unread, 1, &body).unwrap();
        record.commit().unwrap();
        assert_eq!(next, head.sequence + 1);
        assert_eq!(record.verify(Some(head)).unwrap(), Verification::Whole(record.head().unwrap()));
    }

    #[test]
    fn a_second_writer_waits_its_turn_or_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("record.sqlite");
        filled(&path);
        let mut first = SqliteRecord::open(&path).unwrap();
        let mut second = SqliteRecord::open_with(&path, Duration::from_millis(20)).unwrap();
        first.append(Timestamp::UNIX_EPOCH, Kind::Unread, 1, "1").unwrap();
        let refused = second.append(Timestamp::UNIX_EPOCH, Kind::Unread, 1, "2");
        assert!(matches!(refused, Err(RecordError::Locked)), "{refused:?}");
        first.commit().unwrap();
        assert_eq!(second.append(Timestamp::UNIX_EPOCH, Kind::Unread, 1, "2").unwrap(), 7);
        second.commit().unwrap();
        assert!(matches!(first.verify(None).unwrap(), Verification::Whole(Head { sequence: 7, .. })));
    }

    #[test]
    fn a_damaged_file_is_called_damaged() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("record.sqlite");
        let mut record = SqliteRecord::open(&path).unwrap();
        for _ in 0..50 {
            record.append(Timestamp::UNIX_EPOCH, Kind::Unread, 1, &"y".repeat(2000)).unwrap();
        }
        record.commit().unwrap();
        drop(record);
        let mut bytes = std::fs::read(&path).unwrap();
        for byte in bytes.iter_mut().skip(8192).step_by(4096) {
            *byte = 0xee;
        }
        std::fs::write(&path, bytes).unwrap();
        let outcome = SqliteRecord::open(&path).and_then(|record| record.verify(None));
        assert!(!matches!(outcome, Ok(Verification::Whole(_))), "{outcome:?}");
    }

    /// Runs itself again as a child that dies between two commits without any clean-up, as a power cut would.
    #[test]
    fn a_killed_process_leaves_what_it_committed() {
        const PATH: &str = "VAUBAN_TEST_RECORD_TO_DIE_IN";
        if let Some(path) = std::env::var_os(PATH) {
            let mut record = SqliteRecord::open(Path::new(&path)).unwrap();
            for number in 0..3 {
                record.append(Timestamp::UNIX_EPOCH, Kind::Sighting, 1, &number.to_string()).unwrap();
                if number < 2 {
                    record.commit().unwrap();
                }
            }
            std::process::abort();
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("record.sqlite");
        let status = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "sqlite::store::tests::a_killed_process_leaves_what_it_committed"])
            .env(PATH, &path)
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .status()
            .unwrap();
        assert!(!status.success(), "the child was to die");
        let verification = SqliteRecord::open(&path).unwrap().verify(None).unwrap();
        assert!(matches!(verification, Verification::Whole(Head { sequence: 2, .. })), "{verification:?}");
    }
}
