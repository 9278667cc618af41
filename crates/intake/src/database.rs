//! SQLite databases that are evidence: opened in memory, with no trust in what they say of themselves.
//!
//! Nothing is written, not even beside them; the schema runs no code; no second file is attached; a value takes no more
//! memory than the database has bytes; and the work ends when it is asked to.

use std::io::Read;

use rusqlite::{Connection, config::DbConfig, limits::Limit};

use crate::{Problem, StopFlag};

/// Instructions of SQLite's machine between two looks at the stop flag.
const STEPS_BETWEEN_CHECKS: i32 = 10_000;
/// The part of the header in which bytes are changed.
const HEAD: usize = 20;

/// Opens a database of `length` bytes. A value in it may have as many bytes, or `shortest_limit` if that is more.
///
/// # Errors
/// When it is no database that SQLite can open.
pub fn open_database(
    mut bytes: impl Read,
    length: usize,
    shortest_limit: i32,
    stop: &StopFlag,
) -> Result<Connection, Problem> {
    let mut head = [0; HEAD];
    bytes.read_exact(&mut head).map_err(|_| Problem::corrupt("the header is cut short"))?;
    // Bytes 18 and 19 of the header say "write-ahead log". The log is not here, and SQLite refuses such a database in
    // memory; 1 stands for the rollback journal, which needs no second file.
    head[18..].fill(1);
    let longest = i32::try_from(length).unwrap_or(i32::MAX).max(shortest_limit);
    let whole = Read::chain(&head[..], bytes);
    distrusting(whole, length, longest, stop).map_err(|error| Problem::corrupt(error.to_string()))
}

fn distrusting(bytes: impl Read, length: usize, longest: i32, stop: &StopFlag) -> rusqlite::Result<Connection> {
    let mut connection = Connection::open_in_memory()?;
    connection.deserialize_read_exact("main", bytes, length, true)?;
    for (limit, value) in [
        (Limit::SQLITE_LIMIT_LENGTH, longest),
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
    connection.progress_handler(STEPS_BETWEEN_CHECKS, Some(move || stop.is_raised()))?;
    Ok(connection)
}
