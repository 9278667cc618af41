//! SQLite: one file in write-ahead mode, synced at every commit; what is deleted is overwritten.

use std::{path::Path, time::Duration};

use sqlx::{
    AssertSqlSafe, Column as _, Connection as _, Row as _, Sqlite as Driver, SqliteConnection, SqlitePool, Transaction,
    TypeInfo as _, ValueRef as _,
    sqlite::{
        SqliteArguments, SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteRow, SqliteSynchronous,
    },
};

use super::{
    Answer, Engine, Intent, Row, Schema, Session, Value,
    cells::{Cell, arguments},
};
use crate::store::StoreError;

/// How long to wait for another writer.
const PATIENCE: Duration = Duration::from_secs(10);
/// Readers at the same time.
const CONNECTIONS: u32 = 4;
/// Statements that each connection keeps compiled.
const STATEMENTS: usize = 256;

/// A database in a file.
#[derive(Debug)]
pub(super) struct Sqlite {
    pool: SqlitePool,
}

impl Sqlite {
    /// Opens the file, making it when there is none, and brings it up to date. A stranger's file is left as it was.
    pub(super) async fn open(path: &Path, schema: &Schema) -> Result<Self, StoreError> {
        let bare = SqliteConnectOptions::new().filename(path).create_if_missing(true).busy_timeout(PATIENCE);
        let mut connection = SqliteConnection::connect_with(&bare).await.map_err(error)?;
        let migrated = migrate(&mut connection, schema).await;
        connection.close().await.map_err(error)?;
        migrated?;
        let options = bare
            .create_if_missing(false)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .pragma("secure_delete", "on")
            .pragma("trusted_schema", "off")
            .pragma("cache_size", "-16384")
            .statement_cache_capacity(STATEMENTS)
            .row_buffer_size(256);
        let pool = SqlitePoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(PATIENCE)
            .test_before_acquire(false)
            .connect_with(options)
            .await
            .map_err(error)?;
        Ok(Self { pool })
    }
}

/// Takes the missing steps in one transaction. Two who come here at once: the second waits, and finds nothing left to do.
async fn migrate(connection: &mut SqliteConnection, schema: &Schema) -> Result<(), StoreError> {
    if schema.missing(version(connection, schema).await?)?.is_empty() {
        return Ok(());
    }
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await.map_err(error)?;
    for step in schema.missing(version(&mut transaction, schema).await?)? {
        sqlx::raw_sql(*step).execute(&mut *transaction).await.map_err(error)?;
    }
    let marks =
        format!("PRAGMA application_id = {}; PRAGMA user_version = {}", schema.role.application_id(), schema.newest());
    sqlx::raw_sql(AssertSqlSafe(marks)).execute(&mut *transaction).await.map_err(error)?;
    transaction.commit().await.map_err(error)
}

/// How many steps the file has taken. An empty file has taken none; any other must say that it is this role's.
async fn version(connection: &mut SqliteConnection, schema: &Schema) -> Result<i64, StoreError> {
    let mut number = async |sql: &'static str| -> Result<i64, StoreError> {
        sqlx::query_scalar::<_, i64>(sql).fetch_one(&mut *connection).await.map_err(error)
    };
    let application = number("PRAGMA application_id").await?;
    let version = number("PRAGMA user_version").await?;
    let tables = number("SELECT count(*) FROM sqlite_schema").await?;
    let is_new = application == 0 && version == 0 && tables == 0;
    if application == schema.role.application_id() || is_new {
        Ok(version)
    } else {
        Err(StoreError::Stranger { expected: schema.role.name() })
    }
}

impl Engine for Sqlite {
    fn begin(&self, intent: Intent) -> Answer<'_, Box<dyn Session>> {
        Box::pin(async move {
            let sql = if intent == Intent::Read { "BEGIN" } else { "BEGIN IMMEDIATE" };
            let transaction = self.pool.begin_with(sql).await.map_err(error)?;
            Ok(Box::new(SqliteSession(transaction)) as Box<dyn Session>)
        })
    }

    fn backup<'a>(&'a self, to: &'a Path) -> Answer<'a, ()> {
        Box::pin(async move {
            if to.exists() {
                return Err(StoreError::Exists);
            }
            let to = to.to_str().ok_or(StoreError::Address)?;
            sqlx::query("VACUUM INTO $1").bind(to).execute(&self.pool).await.map_err(error)?;
            Ok(())
        })
    }

    fn empty_log(&self) -> Answer<'_, ()> {
        Box::pin(async move {
            let emptied = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&self.pool).await.map_err(error);
            // Whoever reads or writes keeps some of it there until the next time.
            if let Err(StoreError::Busy) = emptied { Ok(()) } else { emptied.map(|_| ()) }
        })
    }

    fn close(&self) -> Answer<'_, ()> {
        Box::pin(async move {
            self.pool.close().await;
            Ok(())
        })
    }
}

struct SqliteSession(Transaction<'static, Driver>);

impl Session for SqliteSession {
    fn rows<'a>(&'a mut self, sql: &'a str, values: Vec<Value>) -> Answer<'a, Vec<Row>> {
        Box::pin(async move {
            let query = sqlx::query_with(AssertSqlSafe(sql), arguments::<SqliteArguments>(values)?);
            let rows = query.fetch_all(&mut *self.0).await.map_err(error)?;
            rows.iter().map(read).collect()
        })
    }

    fn run<'a>(&'a mut self, sql: &'a str, values: Vec<Value>) -> Answer<'a, u64> {
        Box::pin(async move {
            let query = sqlx::query_with(AssertSqlSafe(sql), arguments::<SqliteArguments>(values)?);
            Ok(query.execute(&mut *self.0).await.map_err(error)?.rows_affected())
        })
    }

    fn commit(self: Box<Self>) -> Answer<'static, ()> {
        Box::pin(async move { self.0.commit().await.map_err(error) })
    }
}

fn read(row: &SqliteRow) -> Result<Row, StoreError> {
    let cell = |at: usize| {
        let raw = row.try_get_raw(at)?;
        Ok(match raw.type_info().name() {
            _ if raw.is_null() => Cell::Null,
            "TEXT" => Cell::Text(row.try_get_unchecked(at)?),
            "BLOB" => Cell::Bytes(row.try_get_unchecked(at)?),
            _ => Cell::Int(row.try_get_unchecked(at)?),
        })
    };
    let cells: Result<Vec<Cell>, sqlx::Error> = row.columns().iter().map(|column| cell(column.ordinal())).collect();
    Ok(Row::new(cells.map_err(error)?))
}

/// What SQLite's result codes mean (<https://sqlite.org/rescode.html>): the lowest byte is the primary code.
fn error(error: sqlx::Error) -> StoreError {
    let text = error.to_string();
    let told = match error {
        sqlx::Error::Database(told) => told,
        // All connections are in use: the file is there.
        sqlx::Error::PoolTimedOut => return StoreError::Busy,
        error => return super::postgres::unreachable_or_damaged(error),
    };
    let code = told.code().and_then(|code| code.parse::<u32>().ok()).unwrap_or(0);
    match code & 0xff {
        _ if code == 1555 || code == 2067 => StoreError::Taken("row"),
        5 | 6 => StoreError::Busy,
        8 | 3 => StoreError::ReadOnly,
        10 | 14 => StoreError::Gone(text),
        13 => StoreError::Full,
        _ => StoreError::Damaged(text),
    }
}
