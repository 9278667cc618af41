//! What an engine owes. Sessions are transactions: what is not committed never was.

use std::{fmt::Debug, path::Path, pin::Pin};

use super::{Row, Value};
use crate::store::StoreError;

/// What is still being done.
pub(in crate::store) type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// What a session is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum Intent {
    /// Everything it reads is of one moment.
    Read,
    /// It writes. In SQLite there is one writer at a time; in PostgreSQL rows lock rows.
    Write,
    /// It writes, and no other that writes alone is at work: for chains that have one end.
    WriteAlone,
}

/// A database.
pub(in crate::store) trait Engine: Debug + Send + Sync {
    /// Begins a session.
    fn begin(&self, intent: Intent) -> Answer<'_, Box<dyn Session>>;

    /// Writes a copy of the database, as it is at one moment, into a new file.
    fn backup<'a>(&'a self, to: &'a Path) -> Answer<'a, ()>;

    /// Brings what was changed into the database itself and empties the log beside it, where there is one and nobody reads in it.
    fn empty_log(&self) -> Answer<'_, ()>;

    /// Lets go of all connections.
    fn close(&self) -> Answer<'_, ()>;
}

/// A transaction. Dropped, it is rolled back.
pub(in crate::store) trait Session: Send {
    /// Asks, and gets all rows.
    fn rows<'a>(&'a mut self, sql: &'a str, values: Vec<Value>) -> Answer<'a, Vec<Row>>;

    /// Changes, and gets the number of rows that were.
    fn run<'a>(&'a mut self, sql: &'a str, values: Vec<Value>) -> Answer<'a, u64>;

    /// Keeps everything.
    fn commit(self: Box<Self>) -> Answer<'static, ()>;
}

impl dyn Session + '_ {
    /// Asks for one row that may be there.
    pub(in crate::store) async fn row(&mut self, sql: &str, values: Vec<Value>) -> Result<Option<Row>, StoreError> {
        Ok(self.rows(sql, values).await?.into_iter().next())
    }

    /// Asks for one row that must be there.
    pub(in crate::store) async fn one(&mut self, sql: &str, values: Vec<Value>) -> Result<Row, StoreError> {
        self.row(sql, values).await?.ok_or_else(|| StoreError::Damaged("a row is missing".to_owned()))
    }
}
