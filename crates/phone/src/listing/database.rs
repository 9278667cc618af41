//! `Manifest.db`, the list of backups since iOS 10: a table with a row for each entry.
//!
//! It is opened in memory and distrusted like every database of the evidence: nothing is written, its schema runs no
//! code, and only a real table is read. No write-ahead log is read; a finished backup has none.

use std::{
    collections::VecDeque,
    io::Read,
    mem,
    sync::{Mutex, MutexGuard, PoisonError},
};

use rusqlite::{Connection, Error, ErrorCode, Row, config::DbConfig, limits::Limit, types::ValueRef};
use vauban_intake::StopFlag;

use crate::{Entry, EntryError, FileId, Flawed, Kind, archived::Archived, entry::name};

/// Bytes of the header that are looked at before the rest is loaded.
const HEADER: usize = 100;
/// Instructions of SQLite's machine between two looks at the stop flag.
const STEPS_BETWEEN_CHECKS: i32 = 10_000;
/// Rows read at a time.
const BATCH: usize = 500;

/// The columns of a row; a value longer than any real one is left out before it is loaded.
const COLUMNS: &str = "SELECT rowid, flags,
    CASE WHEN octet_length(fileID) <= 80 THEN fileID END,
    CASE WHEN octet_length(domain) <= 4096 THEN domain END,
    CASE WHEN octet_length(relativePath) <= 65536 THEN relativePath END,
    CASE WHEN octet_length(file) <= 1048576 THEN file END
    FROM main.Files NOT INDEXED WHERE rowid BETWEEN ?1 AND ?2 ORDER BY rowid";

/// The database. Behind a lock, so that several threads may read entries while one lists them.
pub(crate) struct Database(Mutex<Connection>);

/// Where to go on: the rows that were not read yet, and from which end.
#[derive(Debug, Clone, Copy)]
pub(super) struct Position {
    first: i64,
    last: i64,
    /// After a broken page the rows behind it are read from the far end.
    backwards: bool,
}

impl Position {
    pub(super) const START: Self = Self { first: i64::MIN, last: i64::MAX, backwards: false };

    /// Leaves out row `number` and all before it; false when it does not lie in what was left, as in a tree whose
    /// pages are shared or out of order, which could go on for ever.
    fn pass(&mut self, number: i64) -> bool {
        if !(self.first..=self.last).contains(&number) {
            return false;
        }
        let passed = if self.backwards {
            number.checked_sub(1).map(|last| Self { last, ..*self })
        } else {
            number.checked_add(1).map(|first| Self { first, ..*self })
        };
        *self = passed.unwrap_or(Self { first: 1, last: 0, ..*self });
        true
    }

    const fn is_empty(self) -> bool {
        self.first > self.last
    }
}

impl Database {
    /// The first bytes of every database that is not encrypted.
    pub(crate) const MAGIC: &[u8; 16] = b"SQLite format 3\0";

    /// Loads a database of `length` bytes.
    pub(crate) fn open(mut bytes: impl Read, length: u64, stop: &StopFlag) -> Result<Self, String> {
        let mut header = [0; HEADER];
        bytes.read_exact(&mut header).map_err(|_| "Manifest.db is cut short".to_owned())?;
        if !header.starts_with(Self::MAGIC) {
            return Err("Manifest.db is no database".to_owned());
        }
        // Bytes 18 and 19 say "write-ahead log" or not. SQLite refuses such a database in memory.
        header[18] = 1;
        header[19] = 1;
        // The cipher's padding may follow the last page.
        let page = match u64::from(u16::from_be_bytes([header[16], header[17]])) {
            1 => 65536,
            page => page,
        };
        let length = length.checked_rem(page).and_then(|rest| length.checked_sub(rest)).unwrap_or(length);
        let length = usize::try_from(length).map_err(|error| error.to_string())?;

        let mut connection = Connection::open_in_memory().map_err(|error| error.to_string())?;
        let whole = Read::chain(&header[..], bytes);
        connection.deserialize_read_exact("main", whole, length, true).map_err(|error| error.to_string())?;
        distrust(&mut connection, length, stop).map_err(|error| error.to_string())?;
        match connection.query_row(
            "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'Files' AND rootpage > 0",
            [],
            |row| row.get(0),
        ) {
            Ok(1_i64) => Ok(Self(Mutex::new(connection))),
            Ok(_) => Err("Manifest.db has no table of files".to_owned()),
            Err(error) => Err(error.to_string()),
        }
    }

    /// Its bytes, if there are at most `limit`.
    pub(crate) fn bytes(&self, limit: u64) -> Result<Vec<u8>, EntryError> {
        let mut connection = self.connection();
        let data = connection.serialize("main").map_err(|error| EntryError::Damaged(error.to_string()))?;
        let size = data.len() as u64;
        if size > limit { Err(EntryError::TooLarge { size, limit }) } else { Ok(data.to_vec()) }
    }

    /// Appends the next rows to `waiting` and tells where to go on.
    pub(super) fn batch(
        &self,
        mut position: Position,
        waiting: &mut VecDeque<Result<Entry, Flawed>>,
    ) -> Option<Position> {
        let outcome = rows(&self.connection(), &mut position, waiting);
        let go_on = match outcome {
            Ok(count) => count == BATCH,
            Err(error) => {
                let damaged = matches!(error, EntryError::Damaged(_));
                let from_the_far_end = mem::replace(&mut position.backwards, true);
                // The same broken page is met from both sides, and said once.
                if !(damaged && from_the_far_end) {
                    waiting.push_back(Err(Flawed { name: "Manifest.db".to_owned(), error }));
                }
                damaged && !from_the_far_end
            }
        };
        (go_on && !position.is_empty()).then_some(position)
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        // Nothing is ever written, so whoever panicked with the lock left nothing half done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// No writing, no code of the schema, no second file, no more memory for a value than the file has bytes.
fn distrust(connection: &mut Connection, length: usize, stop: &StopFlag) -> Result<(), Error> {
    for (limit, value) in [
        (Limit::SQLITE_LIMIT_LENGTH, i32::try_from(length).unwrap_or(i32::MAX).max(1 << 20)),
        (Limit::SQLITE_LIMIT_SQL_LENGTH, 1 << 20),
        (Limit::SQLITE_LIMIT_EXPR_DEPTH, 100),
        (Limit::SQLITE_LIMIT_ATTACHED, 0),
        (Limit::SQLITE_LIMIT_TRIGGER_DEPTH, 1),
        (Limit::SQLITE_LIMIT_WORKER_THREADS, 0),
    ] {
        connection.set_limit(limit, value)?;
    }
    for (setting, value) in [
        (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false),
    ] {
        connection.set_db_config(setting, value)?;
    }
    connection.execute_batch(
        "PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON; PRAGMA query_only=ON; PRAGMA mmap_size=0;
         PRAGMA temp_store=MEMORY;",
    )?;
    let stop = stop.clone();
    connection.progress_handler(STEPS_BETWEEN_CHECKS, Some(move || stop.is_raised()))
}

/// Reads some rows and tells how many.
fn rows(
    connection: &Connection,
    position: &mut Position,
    waiting: &mut VecDeque<Result<Entry, Flawed>>,
) -> Result<usize, EntryError> {
    let direction = if position.backwards { "DESC" } else { "ASC" };
    let mut statement = connection.prepare_cached(&format!("{COLUMNS} {direction} LIMIT {BATCH}")).map_err(failure)?;
    let mut rows = statement.query([position.first, position.last]).map_err(failure)?;
    let mut count = 0_usize;
    while let Some(row) = rows.next().map_err(failure)? {
        let number = match row.get_ref(0) {
            Ok(ValueRef::Integer(number)) if position.pass(number) => number,
            _ => return Err(EntryError::Damaged("its rows are out of order".to_owned())),
        };
        waiting.push_back(entry(row, number));
        count = count.saturating_add(1);
    }
    Ok(count)
}

fn entry(row: &Row<'_>, number: i64) -> Result<Entry, Flawed> {
    let text = |column: usize| match row.get_ref(column) {
        Ok(ValueRef::Text(text)) => Some(String::from_utf8_lossy(text)),
        _ => None,
    };
    let (Some(domain), Some(path)) = (text(3), text(4)) else {
        return Err(Flawed { name: format!("row {number}"), error: EntryError::Malformed });
    };
    let Some(file_id) = text(2).and_then(|text| FileId::parse(&text)) else {
        return Err(Flawed { name: name(&domain, &path), error: EntryError::BadId });
    };
    let Archived { size, modified, key } = match row.get_ref(5) {
        Ok(ValueRef::Blob(archive)) => Archived::parse(archive),
        _ => Archived::default(),
    };
    let kind = match row.get_ref(1) {
        Ok(ValueRef::Integer(2)) => Kind::Folder,
        Ok(ValueRef::Integer(4)) => Kind::Link,
        // An unknown kind that has bytes is worth reading, and one that has none says so then.
        _ => Kind::File,
    };
    let (domain, path) = (domain.into_owned(), path.into_owned());
    Ok(Entry { file_id, domain, path, kind, size, modified, key, flat: false })
}

fn failure(error: Error) -> EntryError {
    if error.sqlite_error_code() == Some(ErrorCode::OperationInterrupted) {
        EntryError::Stopped
    } else {
        EntryError::Damaged(error.to_string())
    }
}
