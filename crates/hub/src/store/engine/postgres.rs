//! PostgreSQL: a schema for each role, so that a desk and a front never meet in one table.

use std::{path::Path, str::FromStr as _, time::Duration};

use sqlx::{
    AssertSqlSafe, Column as _, Connection as _, PgConnection, PgPool, Postgres as Driver, Row as _, Transaction,
    TypeInfo as _, ValueRef as _,
    postgres::{PgArguments, PgConnectOptions, PgPoolOptions, PgRow},
};

use super::{
    Answer, Engine, Intent, Row, Schema, Session, Value,
    cells::{Cell, arguments},
};
use crate::store::StoreError;

/// How long to wait for a connection.
const PATIENCE: Duration = Duration::from_secs(5);
const CONNECTIONS: u32 = 8;
/// Statements that each connection keeps prepared.
const STATEMENTS: usize = 256;
/// What those who write alone hold, and those who migrate.
const ALONE: i64 = 0x5661_7562_6875_6221;

/// A database on a server.
#[derive(Debug)]
pub(super) struct Postgres {
    pool: PgPool,
}

impl Postgres {
    /// Connects, makes the role's schema when there is none, and brings it up to date.
    pub(super) async fn open(address: &str, schema: &Schema) -> Result<Self, StoreError> {
        let name = format!("vauban_{}", schema.role.name());
        let options = PgConnectOptions::from_str(address)
            .map_err(|_| StoreError::Address)?
            .application_name("vauban-hub")
            .statement_cache_capacity(STATEMENTS)
            .options([("search_path", name.as_str()), ("lock_timeout", "10s"), ("statement_timeout", "120s")])
            .options([("idle_in_transaction_session_timeout", "60s"), ("plan_cache_mode", "force_custom_plan")]);
        let mut connection = PgConnection::connect_with(&options).await.map_err(error)?;
        migrate(&mut connection, schema, &name).await?;
        connection.close().await.map_err(error)?;
        let pool = PgPoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(PATIENCE)
            .connect_with(options)
            .await
            .map_err(error)?;
        Ok(Self { pool })
    }
}

async fn migrate(connection: &mut PgConnection, schema: &Schema, name: &str) -> Result<(), StoreError> {
    let mut transaction = connection.begin().await.map_err(error)?;
    let prepare = format!(
        "SELECT pg_advisory_xact_lock({ALONE}); CREATE SCHEMA IF NOT EXISTS {name};
         CREATE TABLE IF NOT EXISTS {name}.schema_version (version BIGINT NOT NULL);"
    );
    let quiet = "SET LOCAL client_min_messages = warning";
    sqlx::raw_sql(quiet).execute(&mut *transaction).await.map_err(error)?;
    sqlx::raw_sql(AssertSqlSafe(prepare)).execute(&mut *transaction).await.map_err(error)?;
    let version: Option<i64> = sqlx::query_scalar("SELECT max(version) FROM schema_version")
        .fetch_one(&mut *transaction)
        .await
        .map_err(error)?;
    let missing = schema.missing(version.unwrap_or(0))?;
    for step in missing {
        sqlx::raw_sql(AssertSqlSafe(translated(step))).execute(&mut *transaction).await.map_err(error)?;
    }
    if !missing.is_empty() {
        let marked = "INSERT INTO schema_version (version) VALUES ($1)";
        sqlx::query(marked).bind(schema.newest()).execute(&mut *transaction).await.map_err(error)?;
    }
    transaction.commit().await.map_err(error)
}

/// A step in PostgreSQL's words: its numbers of 64 bits, its bytes, and tables that are strict anyway.
fn translated(step: &str) -> String {
    step.replace(" INTEGER", " BIGINT").replace(" BLOB", " BYTEA").replace(") STRICT;", ");")
}

impl Engine for Postgres {
    fn begin(&self, intent: Intent) -> Answer<'_, Box<dyn Session>> {
        Box::pin(async move {
            let sql = match intent {
                Intent::Read => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
                Intent::Write | Intent::WriteAlone => "BEGIN",
            };
            let mut transaction = self.pool.begin_with(sql).await.map_err(error)?;
            if intent == Intent::WriteAlone {
                let lock = sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(ALONE);
                lock.execute(&mut *transaction).await.map_err(error)?;
            }
            Ok(Box::new(PostgresSession(transaction)) as Box<dyn Session>)
        })
    }

    fn backup<'a>(&'a self, _: &'a Path) -> Answer<'a, ()> {
        Box::pin(async { Err(StoreError::OwnTools) })
    }

    fn empty_log(&self) -> Answer<'_, ()> {
        Box::pin(async { Ok(()) })
    }

    fn close(&self) -> Answer<'_, ()> {
        Box::pin(async move {
            self.pool.close().await;
            Ok(())
        })
    }
}

struct PostgresSession(Transaction<'static, Driver>);

impl Session for PostgresSession {
    fn rows<'a>(&'a mut self, sql: &'a str, values: Vec<Value>) -> Answer<'a, Vec<Row>> {
        Box::pin(async move {
            let query = sqlx::query_with(AssertSqlSafe(sql), arguments::<PgArguments>(values)?);
            let rows = query.fetch_all(&mut *self.0).await.map_err(error)?;
            rows.iter().map(read).collect()
        })
    }

    fn run<'a>(&'a mut self, sql: &'a str, values: Vec<Value>) -> Answer<'a, u64> {
        Box::pin(async move {
            let query = sqlx::query_with(AssertSqlSafe(sql), arguments::<PgArguments>(values)?);
            Ok(query.execute(&mut *self.0).await.map_err(error)?.rows_affected())
        })
    }

    fn commit(self: Box<Self>) -> Answer<'static, ()> {
        Box::pin(async move { self.0.commit().await.map_err(error) })
    }
}

fn read(row: &PgRow) -> Result<Row, StoreError> {
    let cell = |at: usize| {
        let raw = row.try_get_raw(at)?;
        let kind = raw.type_info();
        Ok(match kind.name() {
            _ if raw.is_null() => Cell::Null,
            "INT8" => Cell::Int(row.try_get(at)?),
            "INT4" => Cell::Int(i64::from(row.try_get::<i32, _>(at)?)),
            "BYTEA" => Cell::Bytes(row.try_get(at)?),
            _ => Cell::Text(row.try_get(at)?),
        })
    };
    let cells: Result<Vec<Cell>, sqlx::Error> = row.columns().iter().map(|column| cell(column.ordinal())).collect();
    Ok(Row::new(cells.map_err(error)?))
}

/// What the classes of SQLSTATE mean (PostgreSQL manual, appendix A).
fn error(error: sqlx::Error) -> StoreError {
    let text = error.to_string();
    let sqlx::Error::Database(told) = error else { return unreachable_or_damaged(error) };
    let code = told.code().unwrap_or_default().into_owned();
    match code.as_str() {
        "40001" | "40P01" | "55P03" | "57014" => StoreError::Busy,
        "25006" | "42501" => StoreError::ReadOnly,
        "53100" => StoreError::Full,
        "23505" => StoreError::Taken("row"),
        _ if ["08", "53", "57", "28", "3D", "25", "58"].iter().any(|class| code.starts_with(class)) => {
            StoreError::Gone(text)
        }
        _ => StoreError::Damaged(text),
    }
}

/// What a driver says that the database did not: mostly that it is not there.
pub(super) fn unreachable_or_damaged(error: sqlx::Error) -> StoreError {
    match error {
        sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) | sqlx::Error::TypeNotFound { .. } => {
            StoreError::Damaged(error.to_string())
        }
        _ => StoreError::Gone(error.to_string()),
    }
}
