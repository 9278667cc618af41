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

use rusqlite::{Connection, Error, ErrorCode, Row, types::ValueRef};
use vauban_intake::{StopFlag, open_database};

use crate::{Entry, EntryError, FileId, Flawed, Kind, archived::Archived, entry::name};

/// Bytes of the header that are looked at before the rest is loaded.
const HEADER: usize = 100;
/// What a value may have where the whole list has less.
const SMALLEST_LIMIT: i32 = 1 << 20;
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
        // The cipher's padding may follow the last page.
        let page = match u64::from(u16::from_be_bytes([header[16], header[17]])) {
            1 => 65536,
            page => page,
        };
        let length = length.checked_rem(page).and_then(|rest| length.checked_sub(rest)).unwrap_or(length);
        let length = usize::try_from(length).map_err(|error| error.to_string())?;

        let whole = Read::chain(&header[..], bytes);
        let connection = open_database(whole, length, SMALLEST_LIMIT, stop).map_err(|problem| problem.detail)?;
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
        let connection = self.connection();
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
