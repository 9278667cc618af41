//! SQLite databases: the text of every row, what the tables of known programs say of theirs (visited, received, ran, and
//! when), and what deleted rows left behind. It runs no view, no trigger and no virtual table, and reads no write-ahead
//! log, which lies in a file of its own.

mod meaning;
mod read;
mod schemas;

pub(crate) use read::Sqlite;
