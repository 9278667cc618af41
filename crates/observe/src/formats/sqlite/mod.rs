//! SQLite databases: the text of every row, browser histories with the time of each visit, and what deleted
//! rows left behind. It runs no view, no trigger and no virtual table, and reads no write-ahead log, which
//! lies in a file of its own.

mod history;
mod read;

pub(crate) use read::Sqlite;
