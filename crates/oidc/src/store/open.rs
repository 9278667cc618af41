//! SQLite in write-ahead mode: one connection behind a lock, every rule a transaction. What is granted is on the disk before it is told.

use std::{
    fmt,
    fs::OpenOptions,
    path::Path,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};

use crate::OidcError;

/// One step of the schema each; the number of steps taken is the file's `user_version`. A step that was given out is never changed.
const STEPS: &[&str] = &[include_str!("schema.sql"), include_str!("told.sql")];
/// Tells the file from any other of SQLite: "Vauo".
const APPLICATION_ID: i64 = 0x5661_756f;
/// How long to wait for another process.
const PATIENCE: Duration = Duration::from_secs(10);
/// Statements that stay prepared.
const PREPARED: usize = 64;

/// What the provider keeps.
pub(crate) struct Store(Mutex<Connection>);

impl Store {
    /// Opens the file, making it when there is none, readable by its owner alone.
    pub(crate) fn open(path: &Path) -> Result<Self, OidcError> {
        make_private(path)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(PATIENCE)?;
        go_forward(&mut connection)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        // A code or a refresh token that was used must stay used when the power goes.
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "secure_delete", "ON")?;
        connection.pragma_update(None, "foreign_keys", "ON")?;
        connection.set_prepared_statement_cache_capacity(PREPARED);
        Ok(Self(Mutex::new(connection)))
    }

    /// Does this as one transaction, which is taken back when the work fails. Work that refuses and still changes something returns
    /// the refusal as a value.
    pub(crate) fn change<T>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, OidcError>,
    ) -> Result<T, OidcError> {
        // Whoever panicked with it dropped its transaction, which was taken back.
        let mut connection = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let sql = Transaction::new(&mut connection, TransactionBehavior::Immediate)?;
        let done = work(&sql)?;
        sql.commit()?;
        Ok(done)
    }

    pub(crate) fn read<T>(&self, work: impl FnOnce(&Connection) -> Result<T, OidcError>) -> Result<T, OidcError> {
        work(&self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Store(..)")
    }
}

/// SQLite gives the files beside it the rights of the first one.
fn make_private(path: &Path) -> Result<(), OidcError> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop).map_err(|error| OidcError::Store(error.to_string()))
}

/// Brings the schema up to date. A stranger's database does not become ours.
fn go_forward(connection: &mut Connection) -> Result<(), OidcError> {
    let sql = Transaction::new(connection, TransactionBehavior::Immediate)?;
    let read = |query: &str| sql.query_row(query, [], |row| row.get::<_, i64>(0));
    let (id, taken) = (read("PRAGMA application_id")?, read("PRAGMA user_version")?);
    let is_empty = read("SELECT count(*) FROM sqlite_schema")? == 0;
    if id != APPLICATION_ID && !(id == 0 && is_empty) {
        return Err(OidcError::Damaged("another program's database"));
    }
    let taken = usize::try_from(taken).unwrap_or(usize::MAX);
    if taken > STEPS.len() {
        return Err(OidcError::Damaged("of a newer version of the program"));
    }
    for step in STEPS.iter().skip(taken) {
        sql.execute_batch(step)?;
    }
    sql.pragma_update(None, "application_id", APPLICATION_ID)?;
    sql.pragma_update(None, "user_version", i64::try_from(STEPS.len()).unwrap_or(i64::MAX))?;
    sql.commit()?;
    Ok(())
}
