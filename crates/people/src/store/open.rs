//! SQLite in write-ahead mode: one connection that writes, behind a lock, and some that read beside it.
//!
//! A change of people, keys, requests or a session's end is on the disk when it returns (`synchronous=FULL`). Signing in, and what
//! belongs to it, is not (`NORMAL`): a power cut may lose the last moments, and with them a session that has to be begun
//! again, never half of one.

use std::{
    fmt,
    fs::OpenOptions,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError, atomic::AtomicU32},
    time::Duration,
};

use rusqlite::{Connection, OpenFlags};

use crate::{PeopleError, Rules};

/// One step of the schema each; the number of steps taken is the file's `user_version`. A step that was given out is never changed.
const STEPS: &[&str] = &[include_str!("schema.sql"), include_str!("accounts.sql")];
/// Tells the file from any other of SQLite: "Vaup".
const APPLICATION_ID: i64 = 0x5661_7570;
/// How long to wait for another process.
const PATIENCE: Duration = Duration::from_secs(10);
/// Of two who open a new file at once, one may find it locked whatever its patience.
const AGAIN: u32 = 100;
const PAUSE: Duration = Duration::from_millis(20);
/// Statements that stay prepared on a connection.
const PREPARED: usize = 96;
/// Connections for reading that are kept open.
const READERS: usize = 8;

/// What is lost when the power goes just after a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lasting {
    /// Nothing.
    Now,
    /// Perhaps the change, never a half of it.
    Soon,
}

/// Everybody, in one file.
pub struct People {
    path: PathBuf,
    writer: Mutex<Writer>,
    readers: Mutex<Vec<Connection>>,
    pub(crate) rules: Rules,
    /// Challenges made since those that ended were last cleared away.
    pub(crate) made: AtomicU32,
}

pub(crate) struct Writer {
    pub(crate) connection: Connection,
    lasting: Lasting,
}

impl People {
    /// Opens the file, making it when there is none, readable by its owner alone.
    ///
    /// # Errors
    /// When the rules undo themselves, or the file cannot be opened, is another program's, or was written by a newer program. Such
    /// a file is left as it was.
    pub fn open(path: &Path, rules: Rules) -> Result<Self, PeopleError> {
        rules.check()?;
        make_private(path)?;
        let mut opened = writer(path);
        for _ in 0..AGAIN {
            if !matches!(opened, Err(PeopleError::Locked)) {
                break;
            }
            std::thread::sleep(PAUSE);
            opened = writer(path);
        }
        Ok(Self {
            path: path.to_owned(),
            writer: Mutex::new(Writer { connection: opened?, lasting: Lasting::Now }),
            readers: Mutex::new(Vec::new()),
            rules,
            made: AtomicU32::new(0),
        })
    }

    /// The rules it was opened with.
    #[must_use]
    pub const fn rules(&self) -> &Rules {
        &self.rules
    }

    /// The connection that writes, set so that its next commit lasts as told.
    pub(crate) fn writer(&self, lasting: Lasting) -> Result<MutexGuard<'_, Writer>, PeopleError> {
        // Whoever panicked with it dropped its transaction, which was taken back.
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        if writer.lasting != lasting {
            let word = if lasting == Lasting::Now { "FULL" } else { "NORMAL" };
            writer.connection.pragma_update(None, "synchronous", word)?;
            writer.lasting = lasting;
        }
        Ok(writer)
    }

    /// What was deleted stands in the log of writes until that is cut. Where somebody reads just now, the next time does it.
    pub(crate) fn empty_log(&self) -> Result<(), PeopleError> {
        let writer = self.writer(Lasting::Now)?;
        writer.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        Ok(())
    }

    /// Reads beside whoever writes.
    pub(crate) fn read<T>(&self, work: impl FnOnce(&Connection) -> Result<T, PeopleError>) -> Result<T, PeopleError> {
        let kept = self.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = match kept {
            Some(connection) => connection,
            None => reader(&self.path)?,
        };
        let done = work(&connection);
        let mut readers = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        if readers.len() < READERS {
            readers.push(connection);
        }
        done
    }
}

impl fmt::Debug for People {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("People").field("path", &self.path).finish_non_exhaustive()
    }
}

/// SQLite gives the files beside it the rights of the first one.
fn make_private(path: &Path) -> Result<(), PeopleError> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop).map_err(|error| PeopleError::NoFile(error.to_string()))
}

fn writer(path: &Path) -> Result<Connection, PeopleError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(PATIENCE)?;
    // Asked before anything is written: a stranger's database must not become ours.
    if steps_taken(&connection)? < STEPS.len() {
        connection.execute_batch("BEGIN IMMEDIATE")?;
        // Of two who came here the second waits, and finds nothing left to do. Dropped, the transaction never was.
        if let Err(error) = go_forward(&connection) {
            let _ = connection.execute_batch("ROLLBACK");
            return Err(error);
        }
    }
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    // What is deleted is overwritten.
    connection.pragma_update(None, "secure_delete", "ON")?;
    connection.pragma_update(None, "foreign_keys", "ON")?;
    connection.set_prepared_statement_cache_capacity(PREPARED);
    Ok(connection)
}

fn reader(path: &Path) -> Result<Connection, PeopleError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(PATIENCE)?;
    connection.pragma_update(None, "query_only", "ON")?;
    Ok(connection)
}

fn steps_taken(connection: &Connection) -> Result<usize, PeopleError> {
    // One statement, so that nobody who is just making the file is seen half done.
    let (id, taken, tables): (i64, i64, i64) = connection.query_row(
        "SELECT (SELECT application_id FROM pragma_application_id), (SELECT user_version FROM pragma_user_version), \
           (SELECT count(*) FROM sqlite_schema)",
        [],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
    )?;
    match usize::try_from(taken) {
        Ok(0) if id == 0 && tables == 0 => Ok(0),
        Ok(steps) if id == APPLICATION_ID && steps <= STEPS.len() => Ok(steps),
        _ if id == APPLICATION_ID => Err(PeopleError::Newer { found: taken }),
        _ => Err(PeopleError::Damaged("another program's database".to_owned())),
    }
}

fn go_forward(connection: &Connection) -> Result<(), PeopleError> {
    for step in STEPS.iter().skip(steps_taken(connection)?) {
        connection.execute_batch(step)?;
    }
    connection.pragma_update(None, "application_id", APPLICATION_ID)?;
    connection.pragma_update(None, "user_version", i64::try_from(STEPS.len()).unwrap_or(i64::MAX))?;
    connection.execute_batch("COMMIT")?;
    Ok(())
}
