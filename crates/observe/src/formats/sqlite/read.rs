//! Opens the database in memory, distrusts its schema, and hands over every row as a passage.

use rusqlite::{Connection, Error, ErrorCode, Row, types::ValueRef};
use vauban_intake::{Budget, Problem, looks_like_a_file, open_database};

use super::meaning::Meaning;
use crate::{Child, Context, Finding, Item, Passage, Reader, Sink};

const MAGIC: &[u8] = b"SQLite format 3\0";
/// Shorter values are scanned as text; a file that means anything is longer.
const SMALLEST_FILE: usize = 64;
/// What a value may have where the whole database has less.
const SMALLEST_LIMIT: i32 = 4096;
/// Bytes of a row that are shown beside what it names.
const EXCERPT: usize = 200;
/// A schema with more tables than this is an attack on our patience.
const MAX_TABLES: usize = 10_000;

/// Reads SQLite databases.
pub(crate) struct Sqlite;

impl Reader for Sqlite {
    fn name(&self) -> &'static str {
        "sqlite"
    }

    fn recognises(&self, item: &Item<'_>) -> bool {
        item.has_magic(0, MAGIC)
    }

    fn read(&self, item: &Item<'_>, budget: &Budget, sink: &mut dyn Sink) -> Result<(), Problem> {
        let outcome = rows(item.bytes, budget, sink);
        // Freed pages and slack still hold deleted history, which is why somebody deleted it.
        sink.passage(Passage { bytes: item.bytes, offset: Some(0), how: &[], context: Context::default() });
        outcome
    }
}

/// Reads every real table; the first failure is reported once all tables were tried.
fn rows(bytes: &[u8], budget: &Budget, sink: &mut dyn Sink) -> Result<(), Problem> {
    budget.spend_bytes(bytes.len() as u64)?;
    let connection = open_database(bytes, bytes.len(), SMALLEST_LIMIT, budget.stop_flag())?;
    let mut failure = None;
    for table in tables(&connection).map_err(|error| problem(&error, budget))? {
        budget.check_time()?;
        if let Err(error) = read_table(&connection, &table, budget, sink) {
            let problem = match error {
                Stop::Database(error) => problem(&error, budget),
                Stop::Budget(problem) => return Err(problem),
            };
            failure.get_or_insert(Problem::new(problem.reason, format!("table {table}: {}", problem.detail)));
        }
    }
    failure.map_or(Ok(()), Err)
}

/// Why a table ended early.
enum Stop {
    Database(Error),
    Budget(Problem),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Database(error)
    }
}

impl From<Problem> for Stop {
    fn from(problem: Problem) -> Self {
        Self::Budget(problem)
    }
}

/// The names of the tables that hold rows of their own.
fn tables(connection: &Connection) -> Result<Vec<String>, Error> {
    let mut statement =
        connection.prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND rootpage > 0")?;
    let mut rows = statement.query([])?;
    let mut names = Vec::new();
    while let Some(row) = rows.next()? {
        if let Ok(ValueRef::Text(name)) = row.get_ref(0)
            && names.len() < MAX_TABLES
        {
            names.push(String::from_utf8_lossy(name).into_owned());
        }
    }
    Ok(names)
}

/// The names of the columns that `SELECT *` yields. They are asked for as values, because the names of a
/// statement's columns are taken for UTF-8 by the library, which panics when a hostile schema holds none.
fn columns(connection: &Connection, table: &str) -> Result<Vec<String>, Error> {
    const HIDDEN: i64 = 1;
    let mut statement = connection.prepare("SELECT name, hidden FROM pragma_table_xinfo(?1)")?;
    let mut rows = statement.query([table])?;
    let mut names = Vec::new();
    while let Some(row) = rows.next()? {
        if let Ok(ValueRef::Text(name)) = row.get_ref(0)
            && !matches!(row.get_ref(1), Ok(ValueRef::Integer(HIDDEN)))
        {
            names.push(String::from_utf8_lossy(name).into_owned());
        }
    }
    Ok(names)
}

fn read_table(connection: &Connection, table: &str, budget: &Budget, sink: &mut dyn Sink) -> Result<(), Stop> {
    let quoted = table.replace('"', "\"\"");
    // A table made WITHOUT ROWID has none to select.
    let mut statement = connection
        .prepare(&format!("SELECT rowid, * FROM \"{quoted}\" NOT INDEXED"))
        .or_else(|_| connection.prepare(&format!("SELECT NULL, * FROM \"{quoted}\" NOT INDEXED")))?;
    let columns = columns(connection, table)?;
    let meaning = Meaning::of(connection, table, &columns, budget)?;
    let mut rows = statement.query([])?;
    let mut counted = 0_u64;
    while let Some(row) = rows.next()? {
        budget.check_time()?;
        counted = counted.saturating_add(1);
        read_row(row, &Table { name: table, columns: &columns, meaning: meaning.as_ref() }, counted, budget, sink)?;
    }
    Ok(())
}

/// What is known of a table before its first row.
struct Table<'t> {
    name: &'t str,
    columns: &'t [String],
    meaning: Option<&'t Meaning>,
}

fn read_row(
    row: &Row<'_>,
    Table { name: table, columns, meaning }: &Table<'_>,
    counted: u64,
    budget: &Budget,
    sink: &mut dyn Sink,
) -> Result<(), Stop> {
    let context = meaning.map_or_else(Context::default, |meaning| meaning.context(row));
    let number = match row.get_ref(0) {
        Ok(ValueRef::Integer(number)) => number.to_string(),
        _ => counted.to_string(),
    };
    let mut text = format!("{table} row {number}:").into_bytes();
    let bare = text.len();
    for (index, column) in columns.iter().enumerate() {
        let (ValueRef::Text(value) | ValueRef::Blob(value)) = row.get_ref(index.saturating_add(1))? else { continue };
        // Many cells may point at the same pages, so that a small file reads as a very large one.
        budget.spend_bytes(value.len() as u64)?;
        let can_be_file = meaning.is_none_or(|meaning| meaning.can_be_file(index));
        if can_be_file && value.len() >= SMALLEST_FILE && looks_like_a_file(value) {
            budget.spend_entry()?;
            let segment = format!("{table}.{column} row {number}");
            sink.child(Child { segment: &segment, name: "", media_type: "", bytes: value, context });
        } else if !value.is_empty() {
            text.push(b'\n');
            text.extend_from_slice(column.as_bytes());
            text.extend_from_slice(b": ");
            text.extend_from_slice(value);
        }
    }
    if let Some(sender) = meaning.and_then(|meaning| meaning.sender(row)) {
        budget.spend_bytes(sender.len() as u64)?;
        text.extend_from_slice(b"\nhandle: ");
        text.extend_from_slice(sender.as_bytes());
    }
    for observable in meaning.map_or_else(Vec::new, |meaning| meaning.stated(row)) {
        let excerpt = String::from_utf8_lossy(text.get(..text.len().min(EXCERPT)).unwrap_or_default());
        sink.observable(Finding { observable, offset: None, how: &[], context, excerpt: &excerpt });
    }
    if text.len() > bare {
        sink.passage(Passage { bytes: &text, offset: None, how: &[], context });
    }
    Ok(())
}

fn problem(error: &Error, budget: &Budget) -> Problem {
    if error.sqlite_error_code() == Some(ErrorCode::OperationInterrupted)
        && let Err(timeout) = budget.check_time()
    {
        return timeout;
    }
    Problem::corrupt(error.to_string())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use vauban_intake::{Limits, StopFlag};
    use vauban_model::{Location, Reason};

    use super::*;
    use crate::testing::{Transcript, check_fixtures, fixtures, read};

    #[test]
    fn fixtures_read_as_expected() {
        check_fixtures(&Sqlite);
    }

    #[test]
    fn a_broken_page_costs_its_rows_and_the_raw_bytes_are_still_seen() {
        let mut bytes = fs::read(fixtures("sqlite").join("History")).unwrap();
        // The header of the second page, which is the root of a table.
        bytes[1024..1032].fill(0xff);
        let (result, transcript) = read(&Sqlite, "History", &bytes);
        assert_eq!(result.unwrap_err().reason, Reason::Corrupt);
        assert!(transcript.passages.iter().any(|passage| passage.contains("https://news.example/")));
        assert!(transcript.passages.iter().any(|passage| passage.starts_with("downloads row 7:")));
    }

    #[test]
    fn a_deleted_visit_is_still_found() {
        let bytes = fs::read(fixtures("sqlite").join("History")).unwrap();
        let (result, transcript) = read(&Sqlite, "History", &bytes);
        assert!(result.is_ok());
        assert!(!transcript.passages.iter().any(|passage| passage.starts_with("urls row 3:")));
        assert!(transcript.passages.last().unwrap().contains("deleted-visit.example"));
    }

    #[test]
    fn a_header_alone_is_corrupt() {
        assert_eq!(read(&Sqlite, "x.db", MAGIC).0.unwrap_err().reason, Reason::Corrupt);
        let mut page = MAGIC.to_vec();
        page.resize(4096, 0xff);
        assert_eq!(read(&Sqlite, "x.db", &page).0.unwrap_err().reason, Reason::Corrupt);
    }

    #[test]
    fn a_raised_flag_ends_it_as_a_timeout() {
        let bytes = fs::read(fixtures("sqlite").join("History")).unwrap();
        let stop = StopFlag::default();
        stop.raise();
        let location = Location::file("History");
        let item = Item { location: &location, name: "History", media_type: "", bytes: &bytes };
        let result = Sqlite.read(&item, &Budget::new(Limits::default(), stop), &mut Transcript::default());
        assert_eq!(result.unwrap_err().reason, Reason::Timeout);
    }

    #[test]
    fn an_expression_in_the_schema_cannot_make_gigabytes() {
        let connection = Connection::open_in_memory().unwrap();
        connection
            .execute_batch(
                "CREATE TABLE bomb (a TEXT, b TEXT GENERATED ALWAYS AS (hex(zeroblob(400000000))) VIRTUAL);
                 INSERT INTO bomb (a) VALUES ('http://before-the-bomb.example/');",
            )
            .unwrap();
        let bytes = connection.serialize("main").unwrap().to_vec();
        let (result, _) = read(&Sqlite, "bomb.db", &bytes);
        assert_eq!(result.unwrap_err().reason, Reason::Corrupt);
    }
}
