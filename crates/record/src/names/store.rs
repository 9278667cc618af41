//! The file of names that were asked for, in SQLite.

use std::{path::Path, time::Duration};

use jiff::Timestamp;
use rusqlite::{Connection, OpenFlags, OptionalExtension as _, Row, params};

use super::values::{AskedName, AskedNames, Looked};
use crate::{RecordError, sqlite::error};

const SCHEMA: &str = include_str!("schema.sql");
const PATIENCE: Duration = Duration::from_secs(5);
/// Rows that are kept at the most: some 200 bytes each. What is oldest goes first.
const MOST: i64 = 1_000_000;

/// The store of names that were asked for.
#[derive(Debug)]
pub struct Names {
    connection: Connection,
}

impl Names {
    /// Opens the store in this file, making it when there is none.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn open(path: &Path) -> Result<Self, RecordError> {
        let connection = Connection::open(path).map_err(error)?;
        connection.busy_timeout(PATIENCE).map_err(error)?;
        connection.pragma_update(None, "secure_delete", "ON").map_err(error)?;
        connection.pragma_update(None, "journal_mode", "WAL").map_err(error)?;
        // The last moments may be lost with the power: some rows less in a list.
        connection.pragma_update(None, "synchronous", "OFF").map_err(error)?;
        connection.execute_batch(SCHEMA).map_err(error)?;
        Ok(Self { connection })
    }

    /// Opens a store that is there, to read it; none where there is none.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn existing(path: &Path) -> Result<Option<Self>, RecordError> {
        if !path.exists() {
            return Ok(None);
        }
        let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(error)?;
        connection.busy_timeout(PATIENCE).map_err(error)?;
        let tables: i64 = connection
            .query_row("SELECT count(*) FROM sqlite_schema WHERE name = 'asked'", [], |row| row.get(0))
            .map_err(error)?;
        Ok((tables == 1).then_some(Self { connection }))
    }

    /// Adds rows, in one step.
    ///
    /// # Errors
    /// When the store refuses.
    pub fn add(&mut self, rows: &[AskedName]) -> Result<(), RecordError> {
        let change = self.connection.transaction().map_err(error)?;
        {
            let mut insert = change
                .prepare_cached(
                    "INSERT INTO asked (at, until, compartment, asker, name, kind, verdict, rule, through, times) \
                     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                )
                .map_err(error)?;
            for row in rows {
                let AskedName { compartment, asker, name, kind, verdict, rule, through, times, .. } = row;
                let (at, until) = (row.at.as_millisecond(), row.until.as_millisecond());
                insert
                    .execute(params![at, until, compartment, asker, name, kind, verdict, rule, through, times])
                    .map_err(error)?;
            }
        }
        change.commit().map_err(error)
    }

    /// Forgets what was kept for long enough. How many rows went.
    ///
    /// # Errors
    /// When the store refuses.
    pub fn forget(&self, now: Timestamp) -> Result<usize, RecordError> {
        let ended = self.connection.execute("DELETE FROM asked WHERE until <= ?", [now.as_millisecond()]);
        let surplus = self
            .connection
            .execute("DELETE FROM asked WHERE id <= (SELECT max(id) FROM asked) - ?", [MOST])
            .map_err(error)?;
        Ok(ended.map_err(error)? + surplus)
    }

    /// The latest rows that are looked for, the latest first.
    ///
    /// # Errors
    /// When the store refuses.
    pub fn look(&self, looked: &Looked) -> Result<Vec<AskedNames>, RecordError> {
        let mut select = self
            .connection
            .prepare_cached(
                "SELECT id, at, until, compartment, asker, name, kind, verdict, rule, through, times FROM asked \
                 WHERE id > ?1 AND (?5 = 0 OR id < ?5) AND (?2 = '' OR verdict = ?2) \
                 AND (?3 = '' OR name = ?3 OR substr(name, -length(?3) - 1) = '.' || ?3) \
                 ORDER BY id DESC LIMIT ?4",
            )
            .map_err(error)?;
        let Looked { after, before, verdict, under, most } = looked;
        let rows = select.query_map(params![after, verdict, under, most, before], asked).map_err(error)?;
        rows.collect::<Result<_, _>>().map_err(error)
    }

    /// How often names were kept out since then, and how many different ones.
    ///
    /// # Errors
    /// When the store refuses.
    pub fn blocked_since(&self, since: Timestamp) -> Result<(usize, usize), RecordError> {
        self.connection
            .query_row(
                "SELECT coalesce(sum(times), 0), count(DISTINCT name) FROM asked WHERE verdict = 'block' AND at >= ?",
                [since.as_millisecond()],
                |row| Ok((count(row, 0)?, count(row, 1)?)),
            )
            .map_err(error)
    }

    /// One row.
    ///
    /// # Errors
    /// When the store refuses.
    pub fn find(&self, id: i64) -> Result<Option<AskedNames>, RecordError> {
        let mut select = self
            .connection
            .prepare_cached(
                "SELECT id, at, until, compartment, asker, name, kind, verdict, rule, through, times FROM asked \
                 WHERE id = ?",
            )
            .map_err(error)?;
        select.query_row([id], asked).optional().map_err(error)
    }
}

fn count(row: &Row<'_>, at: usize) -> rusqlite::Result<usize> {
    row.get(at).map(|count: i64| usize::try_from(count).unwrap_or(0))
}

fn asked(row: &Row<'_>) -> rusqlite::Result<AskedNames> {
    let time = |at: i64| Timestamp::from_millisecond(at).unwrap_or_default();
    Ok(AskedNames {
        id: row.get(0)?,
        row: AskedName {
            at: time(row.get(1)?),
            until: time(row.get(2)?),
            compartment: row.get(3)?,
            asker: row.get(4)?,
            name: row.get(5)?,
            kind: row.get(6)?,
            verdict: row.get(7)?,
            rule: row.get(8)?,
            through: row.get(9)?,
            times: row.get(10)?,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(name: &str, verdict: &str, until: &str) -> AskedName {
        AskedName {
            at: "2026-11-26T08:00:00Z".parse().unwrap(),
            until: until.parse().unwrap(),
            compartment: "work".to_owned(),
            asker: "laptop-alice".to_owned(),
            name: name.to_owned(),
            kind: 1,
            verdict: verdict.to_owned(),
            rule: "list/malware".to_owned(),
            through: String::new(),
            times: 1,
        }
    }

    #[test]
    fn rows_are_found_and_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("names.db");
        assert!(Names::existing(&path).unwrap().is_none());
        let mut names = Names::open(&path).unwrap();
        let rows = [
            row("evil.example", "block", "2026-12-01T00:00:00Z"),
            row("a.evil.example", "block", "2026-12-02T00:00:00Z"),
            row("notevil.example", "allow", "2026-12-03T00:00:00Z"),
        ];
        names.add(&rows).unwrap();
        let since = |time: &str| names.blocked_since(time.parse().unwrap()).unwrap();
        assert_eq!((since("2026-11-26T08:00:00Z"), since("2026-11-26T08:00:01Z")), ((2, 2), (0, 0)));
        let names = Names::existing(&path).unwrap().unwrap();
        let found = |looked: Looked| -> Vec<String> {
            names.look(&looked).unwrap().into_iter().map(|found| found.row.name).collect()
        };
        let most = 10;
        assert_eq!(found(Looked { most, ..Looked::default() }).len(), 3);
        assert_eq!(
            found(Looked { most, under: "evil.example".to_owned(), ..Looked::default() }),
            ["a.evil.example", "evil.example"]
        );
        assert_eq!(found(Looked { most, verdict: "allow".to_owned(), ..Looked::default() }), ["notevil.example"]);
        let last = names.look(&Looked { most: 1, ..Looked::default() }).unwrap();
        assert_eq!(last[0].row, rows[2]);
        assert_eq!(found(Looked { most, before: last[0].id, ..Looked::default() }).len(), 2);
        assert_eq!(names.find(last[0].id).unwrap().unwrap(), last[0]);
        assert_eq!(names.find(last[0].id + 1).unwrap(), None);
        assert!(found(Looked { most, after: last[0].id, ..Looked::default() }).is_empty());
        assert_eq!(names.forget("2026-12-02T00:00:00Z".parse().unwrap()).unwrap(), 2);
        assert_eq!(found(Looked { most, ..Looked::default() }), ["notevil.example"]);
    }
}
