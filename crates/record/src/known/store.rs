//! The file of what is known, in SQLite.

use std::{path::Path, time::Duration};

use rusqlite::{Connection, OpenFlags, OptionalExtension as _, Row, config::DbConfig, params};
use vauban_model::{Exposure, ObservableKind};

use super::{
    history::Gathered,
    values::{Content, Former, KnownFile, NewContent, Stat},
};
use crate::{RecordError, sqlite::error};

/// The number of this schema. A file with another is made anew: it holds nothing that cannot be had again.
const SCHEMA: i64 = 2;
const PATIENCE: Duration = Duration::from_secs(10);
/// Observables that wait for a commit, in bytes.
const WAITING: usize = 24 << 20;

/// The store of what earlier sweeps know.
#[derive(Debug)]
pub struct KnownStore {
    pub(super) connection: Connection,
    gathered: Gathered,
    writing: bool,
    newest: i64,
}

impl KnownStore {
    /// Opens the store in this file, making it when there is none. A file that is damaged or of another version is made
    /// anew.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn open(path: &Path) -> Result<Self, RecordError> {
        match Self::prepared(Connection::open(path).map_err(error)?) {
            Ok(store) => Ok(store),
            Err(RecordError::Damaged(_)) => {
                for suffix in ["", "-wal", "-shm"] {
                    let mut name = path.as_os_str().to_owned();
                    name.push(suffix);
                    let _ = std::fs::remove_file(name);
                }
                Self::prepared(Connection::open(path).map_err(error)?)
            }
            Err(other) => Err(other),
        }
    }

    /// Opens a store that another connection writes, for reading beside it.
    ///
    /// # Errors
    /// When there is none.
    pub fn read_only(path: &Path) -> Result<Self, RecordError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).map_err(error)?;
        connection.busy_timeout(PATIENCE).map_err(error)?;
        keep_plans(&connection)?;
        Ok(Self { connection, gathered: Gathered::default(), writing: false, newest: 0 })
    }

    fn prepared(connection: Connection) -> Result<Self, RecordError> {
        connection.busy_timeout(PATIENCE).map_err(error)?;
        keep_plans(&connection)?;
        let version = connection.pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0)).map_err(error)?;
        if version == 0 {
            connection.pragma_update(None, "journal_mode", "WAL").map_err(error)?;
            connection
                .execute_batch(&format!(
                    "BEGIN IMMEDIATE; {} PRAGMA user_version = {SCHEMA}; COMMIT",
                    include_str!("schema.sql")
                ))
                .map_err(error)?;
        } else if version != SCHEMA {
            return Err(RecordError::Damaged("of another version".to_owned()));
        }
        // What is lost with the power is read again.
        connection.pragma_update(None, "synchronous", "NORMAL").map_err(error)?;
        Ok(Self { connection, gathered: Gathered::default(), writing: false, newest: 0 })
    }

    /// Begins a look at the store as it is now, in place of the one before: looking up is cheaper within one, and blind to
    /// what is committed later.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn look_anew(&self) -> Result<(), RecordError> {
        if !self.connection.is_autocommit() {
            self.connection.execute_batch("COMMIT").map_err(error)?;
        }
        self.connection.execute_batch("BEGIN").map_err(error)
    }

    /// What is known of the file at this path.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn file(&self, path: &str) -> Result<Option<KnownFile>, RecordError> {
        let mut query = self
            .connection
            .prepare_cached(
                "SELECT c.id, c.knowledge, c.sha256, c.form, c.size, c.format, c.items, c.items_read, c.findings, c.until,
                        c.in_history, c.scanned, f.device, f.inode, f.size, f.modified, f.changed
                 FROM files f JOIN contents c ON c.id = f.content WHERE f.path = ?",
            )
            .map_err(error)?;
        query
            .query_row([path], |row| Ok(KnownFile { content: content(row)?, stat: stat(row, 12)? }))
            .optional()
            .map_err(error)
    }

    /// How many files are known.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn file_count(&self) -> Result<u64, RecordError> {
        let count = self.connection.query_row("SELECT count(*) FROM files", [], |row| row.get::<_, i64>(0));
        count.map(i64::unsigned_abs).map_err(error)
    }

    /// Whether a content of this size is known: only then is its hash worth computing.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn knows_size(&self, size: u64) -> Result<bool, RecordError> {
        let mut query =
            self.connection.prepare_cached("SELECT 1 FROM contents WHERE size = ? LIMIT 1").map_err(error)?;
        Ok(query.query_row([signed(size)], |_| Ok(())).optional().map_err(error)?.is_some())
    }

    /// The content with this hash and form.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn content(&self, sha256: &[u8; 32], form: &str) -> Result<Option<Content>, RecordError> {
        let mut query = self
            .connection
            .prepare_cached(
                "SELECT id, knowledge, sha256, form, size, format, items, items_read, findings, until, in_history,
                        scanned
                 FROM contents WHERE sha256 = ? AND form = ?",
            )
            .map_err(error)?;
        query.query_row(params![sha256.as_slice(), form], content).optional().map_err(error)
    }

    /// Writes a content down, in place of what was known of it, and gives its number. Not durable before
    /// [`commit`](Self::commit).
    ///
    /// # Errors
    /// When the store refuses.
    pub fn remember(&mut self, knowledge: i64, new: &NewContent) -> Result<i64, RecordError> {
        self.begin()?;
        let mut insert = self
            .connection
            .prepare_cached(
                "INSERT INTO contents
                    (sha256, form, knowledge, size, format, items, items_read, findings, until, in_history, scanned)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
                 ON CONFLICT (sha256, form) DO UPDATE SET knowledge = ?3, format = ?5, items = ?6, items_read = ?7,
                    findings = ?8, until = ?9, in_history = max(in_history, ?10), scanned = ?11
                 RETURNING id",
            )
            .map_err(error)?;
        insert
            .query_row(
                params![
                    new.sha256.as_slice(),
                    new.form,
                    knowledge,
                    signed(new.size),
                    new.format,
                    signed(new.items),
                    signed(new.read),
                    new.findings,
                    new.until,
                    new.in_history,
                    new.scanned
                ],
                |row| row.get(0),
            )
            .map_err(error)
    }

    /// Adds what one item of a content showed to history.
    ///
    /// # Errors
    /// When the store refuses.
    pub fn observed<'v>(
        &mut self,
        content: i64,
        inside: &[Box<str>],
        shown: impl Iterator<Item = (ObservableKind, &'v str, Exposure, Option<i64>, bool)>,
    ) -> Result<(), RecordError> {
        self.begin()?;
        self.gathered.item(content, inside, shown);
        if self.gathered.size() > WAITING { self.write_segment() } else { Ok(()) }
    }

    /// Notes that the file at this path has this content now.
    ///
    /// # Errors
    /// When the store refuses.
    pub fn file_seen(&mut self, path: &str, stat: &Stat, content: i64, seen: i64) -> Result<(), RecordError> {
        self.begin()?;
        self.newest = self.newest.max(seen);
        self.connection
            .prepare_cached(
                "INSERT OR REPLACE INTO former_files (path, content, seen)
                 SELECT path, content, seen FROM files WHERE path = ?1 AND content <> ?2",
            )
            .and_then(|mut keep| keep.execute(params![path, content]))
            .map_err(error)?;
        self.connection
            .prepare_cached(
                "INSERT OR REPLACE INTO files (path, device, inode, size, modified, changed, content, seen)
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            )
            .and_then(|mut insert| {
                insert.execute(params![
                    path,
                    stat.device.cast_signed(),
                    stat.inode.cast_signed(),
                    signed(stat.size),
                    stat.modified,
                    stat.changed,
                    content,
                    seen
                ])
            })
            .map(drop)
            .map_err(error)
    }

    /// Makes everything since the last commit durable.
    ///
    /// # Errors
    /// When the store refuses; what was not committed is forgotten then.
    pub fn commit(&mut self) -> Result<(), RecordError> {
        if !self.writing {
            return Ok(());
        }
        let outcome = self.write_segment().and_then(|()| self.connection.execute_batch("COMMIT").map_err(error));
        self.writing = false;
        if outcome.is_err() {
            let _ = self.connection.execute_batch("ROLLBACK");
            self.gathered = Gathered::default();
        }
        outcome
    }

    pub(super) fn begin(&mut self) -> Result<(), RecordError> {
        if !self.writing {
            self.connection.execute_batch("BEGIN IMMEDIATE").map_err(error)?;
            self.writing = true;
        }
        Ok(())
    }

    fn write_segment(&mut self) -> Result<(), RecordError> {
        match std::mem::take(&mut self.gathered).segment() {
            Some((count, body)) => self.insert_segment(self.newest, count, &body),
            None => Ok(()),
        }
    }

    pub(super) fn insert_segment(&self, newest: i64, count: u64, body: &[u8]) -> Result<(), RecordError> {
        self.connection
            .execute(
                "INSERT INTO history (newest, observables, body) VALUES (?, ?, ?)",
                params![newest, signed(count), body],
            )
            .map(drop)
            .map_err(error)
    }

    /// Where a content was seen, the latest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn places_of(&self, content: i64) -> Result<Vec<Former>, RecordError> {
        let mut query = self
            .connection
            .prepare_cached(
                "SELECT path, seen, device, inode, size, modified, changed FROM files WHERE content = ?1
                 UNION ALL SELECT path, seen, NULL, NULL, NULL, NULL, NULL FROM former_files WHERE content = ?1
                 ORDER BY 2 DESC, 1",
            )
            .map_err(error)?;
        let rows = query
            .query_map([content], |row| {
                let there = row.get::<_, Option<i64>>(2)?.is_some();
                let stat = if there { Some(stat(row, 2)?) } else { None };
                Ok(Former { path: row.get(0)?, seen: row.get(1)?, stat })
            })
            .map_err(error)?;
        rows.collect::<Result<_, _>>().map_err(error)
    }
}

/// Without this a prepared statement is prepared again for each value that is bound to it, which costs more than the
/// look-up.
fn keep_plans(connection: &Connection) -> Result<(), RecordError> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map(drop).map_err(error)
}

fn content(row: &Row<'_>) -> rusqlite::Result<Content> {
    let sha256: [u8; 32] = row.get(2)?;
    Ok(Content {
        id: row.get(0)?,
        knowledge: row.get(1)?,
        found: NewContent {
            sha256,
            form: row.get(3)?,
            size: row.get::<_, i64>(4)?.unsigned_abs(),
            format: row.get(5)?,
            items: row.get::<_, i64>(6)?.unsigned_abs(),
            read: row.get::<_, i64>(7)?.unsigned_abs(),
            findings: row.get(8)?,
            until: row.get(9)?,
            in_history: row.get(10)?,
            scanned: row.get(11)?,
        },
    })
}

fn stat(row: &Row<'_>, first: usize) -> rusqlite::Result<Stat> {
    Ok(Stat {
        device: row.get::<_, i64>(first)?.cast_unsigned(),
        inode: row.get::<_, i64>(first + 1)?.cast_unsigned(),
        size: row.get::<_, i64>(first + 2)?.unsigned_abs(),
        modified: row.get(first + 3)?,
        changed: row.get(first + 4)?,
    })
}

pub(super) fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;

    use super::*;
    use crate::known::Retention;

    fn store() -> (tempfile::TempDir, KnownStore) {
        let folder = tempfile::tempdir().unwrap();
        let store = KnownStore::open(&folder.path().join("known.sqlite")).unwrap();
        (folder, store)
    }

    fn content(number: u8) -> NewContent {
        NewContent {
            sha256: [number; 32],
            form: ".eml".to_owned(),
            size: 10,
            in_history: true,
            ..NewContent::default()
        }
    }

    fn domains(store: &KnownStore) -> Vec<(String, Vec<i64>)> {
        let mut all = Vec::new();
        store
            .ask(&mut |_, _| true, &mut |seen| {
                all.push((seen.value, seen.places.iter().map(|place| place.content).collect()));
                ControlFlow::Continue(())
            })
            .unwrap();
        all
    }

    fn show(store: &mut KnownStore, content: i64, value: &str) {
        let shown = [(ObservableKind::DomainName, value, Exposure::Received, None, false)];
        store.observed(content, &["message 1".into()], shown.into_iter()).unwrap();
    }

    #[test]
    fn only_what_was_committed_is_known() {
        let (folder, mut store) = store();
        let knowledge = store.add_knowledge("a", &[]).unwrap();
        let one = store.remember(knowledge, &content(1)).unwrap();
        show(&mut store, one, "a.example");
        store.file_seen("/a", &Stat { inode: u64::MAX, ..Stat::default() }, one, 100).unwrap();
        let path = folder.path().join("known.sqlite");
        assert!(KnownStore::read_only(&path).unwrap().file("/a").unwrap().is_none());
        store.commit().unwrap();
        let other = KnownStore::read_only(&path).unwrap();
        let known = other.file("/a").unwrap().unwrap();
        assert_eq!((known.content.id, known.stat.inode), (one, u64::MAX));
        assert_eq!(other.content(&[1; 32], ".eml").unwrap().unwrap().found, content(1));
        assert!(other.knows_size(10).unwrap() && !other.knows_size(11).unwrap());
        assert_eq!(domains(&other), [("a.example".to_owned(), vec![one])]);
    }

    #[test]
    fn history_knows_where_things_were_after_they_are_gone() {
        let (_folder, mut store) = store();
        let knowledge = store.add_knowledge("a", &[]).unwrap();
        let one = store.remember(knowledge, &content(1)).unwrap();
        let two = store.remember(knowledge, &content(2)).unwrap();
        store.file_seen("/a", &Stat::default(), one, 100).unwrap();
        store.file_seen("/a", &Stat::default(), two, 200).unwrap();
        store.commit().unwrap();
        let places = store.places_of(one).unwrap();
        assert_eq!(places, [Former { path: "/a".to_owned(), seen: 100, stat: None }]);
        assert_eq!(store.places_of(two).unwrap()[0].stat, Some(Stat::default()));
    }

    #[test]
    fn segments_are_merged_and_the_oldest_dropped() {
        let (_folder, mut store) = store();
        let knowledge = store.add_knowledge("a", &[]).unwrap();
        for number in 1..=3_u8 {
            let id = store.remember(knowledge, &content(number)).unwrap();
            show(&mut store, id, "common.example");
            store.file_seen(&format!("/{number}"), &Stat::default(), id, 1000 + i64::from(number)).unwrap();
            store.commit().unwrap();
        }
        assert_eq!(domains(&store).len(), 3);
        store.tidy(&Retention::default(), 2000).unwrap();
        assert_eq!(domains(&store), [("common.example".to_owned(), vec![1, 2, 3])]);
        assert_eq!(store.history_size().unwrap().0, 1);
        store.tidy(&Retention { most_bytes: 1, most_days: 1 }, 2000).unwrap();
        assert!(domains(&store).is_empty());
        assert!(!store.content(&[1; 32], ".eml").unwrap().unwrap().found.in_history, "no longer provably clean");
    }

    #[test]
    fn what_new_knowledge_cannot_affect_is_carried_over() {
        let (_folder, mut store) = store();
        let old = store.add_knowledge("old", b"rules").unwrap();
        let new = store.add_knowledge("new", &[]).unwrap();
        let clean = store.remember(old, &content(1)).unwrap();
        let hit = store.remember(old, &NewContent { findings: Some("{}".to_owned()), ..content(2) }).unwrap();
        store.remember(old, &NewContent { in_history: false, ..content(3) }).unwrap();
        store.commit().unwrap();
        assert_eq!(store.with_findings(old).unwrap(), [hit]);
        assert_eq!(store.carry_over(old, new, &[hit]).unwrap(), 1);
        assert_eq!(store.content(&[1; 32], ".eml").unwrap().unwrap().knowledge, new);
        assert_eq!(store.content(&[2; 32], ".eml").unwrap().unwrap().knowledge, old);
        assert_eq!(clean, 1);
    }

    #[test]
    fn a_damaged_store_is_made_anew() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("known.sqlite");
        std::fs::write(&path, "this is no database, but it is long enough to be taken for one ".repeat(40)).unwrap();
        let mut store = KnownStore::open(&path).unwrap();
        assert_eq!(store.add_knowledge("a", &[]).unwrap(), 1);
        store.set_retention(&Retention { most_bytes: 5, most_days: 6 }).unwrap();
        assert_eq!(store.retention().unwrap(), Retention { most_bytes: 5, most_days: 6 });
        store.forget_history().unwrap();
    }
}
