//! The file of what is known, in SQLite.

use std::{fs::Metadata, ops::ControlFlow, os::unix::fs::MetadataExt as _, path::Path, time::Duration};

use rusqlite::{Connection, OpenFlags, OptionalExtension as _, Row, config::DbConfig, params};
use vauban_model::{Exposure, ObservableKind};

use super::history::{Gathered, Observation, contents, each, merge};
use crate::{RecordError, sqlite::error};

/// The number of this schema. A file with another is made anew: it holds nothing that cannot be had again.
const SCHEMA: i64 = 1;
const PATIENCE: Duration = Duration::from_secs(10);
/// Segments up to this size are merged with others.
const SMALL: i64 = 16 << 20;
/// Observables that wait for a commit, in bytes.
const WAITING: usize = 24 << 20;

/// What tells that a file is the one that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stat {
    /// The device.
    pub device: u64,
    /// The file's number there.
    pub inode: u64,
    /// Its length.
    pub size: u64,
    /// When its content changed, in nanoseconds since 1970.
    pub modified: i64,
    /// When its content or its attributes changed; no program sets this at will. 0 where it cannot be relied on.
    pub changed: i64,
}

impl Stat {
    /// What the file system tells of a file.
    #[must_use]
    pub fn of(metadata: &Metadata) -> Self {
        let nanoseconds = |seconds: i64, rest: i64| seconds.saturating_mul(1_000_000_000).saturating_add(rest);
        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            size: metadata.len(),
            modified: nanoseconds(metadata.mtime(), metadata.mtime_nsec()),
            changed: nanoseconds(metadata.ctime(), metadata.ctime_nsec()),
        }
    }

    /// Whether the file may change once more without another time of change: it changed just before `now` (nanoseconds
    /// since 1970), and the clocks of file systems tick slowly.
    #[must_use]
    pub const fn is_fresh(&self, now: i64) -> bool {
        const TICK: i64 = 2_000_000_000;
        now.saturating_sub(self.changed) < TICK
    }
}

/// A content and what was found in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// Its number.
    pub id: i64,
    /// The knowledge it was examined with.
    pub knowledge: i64,
    /// What was found.
    pub found: NewContent,
}

/// What was found in a content.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NewContent {
    /// Its SHA-256.
    pub sha256: [u8; 32],
    /// What else tells it from the same bytes elsewhere: its extension, or its whole name where that matters.
    pub form: String,
    /// Its length.
    pub size: u64,
    /// The reader that took it.
    pub format: String,
    /// Items inside.
    pub items: u64,
    /// Of itself and its items, those that were read.
    pub read: u64,
    /// Sightings and unread items as their finder wrote them; none when there is neither.
    pub findings: Option<String>,
    /// Until when the findings stand, in seconds since 1970: then an indicator expires.
    pub until: Option<i64>,
    /// Whether history holds all of its observables.
    pub in_history: bool,
}

/// A file that was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownFile {
    /// What it was.
    pub stat: Stat,
    /// Its content.
    pub content: Content,
}

/// A place where a content was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Former {
    /// The path.
    pub path: String,
    /// When it was last seen there, in seconds since 1970.
    pub seen: i64,
    /// What the file was then; none when another content has taken its place since.
    pub stat: Option<Stat>,
}

/// How much history is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// The most bytes.
    pub most_bytes: u64,
    /// The most days since it was last written.
    pub most_days: u64,
}

impl Default for Retention {
    fn default() -> Self {
        Self { most_bytes: 2 << 30, most_days: 730 }
    }
}

/// The store of what earlier sweeps know.
#[derive(Debug)]
pub struct KnownStore {
    connection: Connection,
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

    /// The number of this knowledge, given to it now if it is new.
    ///
    /// # Errors
    /// When the store refuses.
    pub fn knowledge(&mut self, name: &str) -> Result<i64, RecordError> {
        self.connection.execute("INSERT OR IGNORE INTO knowledge (name) VALUES (?)", [name]).map_err(error)?;
        self.connection.query_row("SELECT id FROM knowledge WHERE name = ?", [name], |row| row.get(0)).map_err(error)
    }

    /// The names and numbers of all knowledge that was ever used.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn all_knowledge(&self) -> Result<Vec<(i64, String)>, RecordError> {
        let mut query = self.connection.prepare("SELECT id, name FROM knowledge ORDER BY id").map_err(error)?;
        let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).map_err(error)?;
        rows.collect::<Result<_, _>>().map_err(error)
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
                        c.in_history, f.device, f.inode, f.size, f.modified, f.changed
                 FROM files f JOIN contents c ON c.id = f.content WHERE f.path = ?",
            )
            .map_err(error)?;
        query
            .query_row([path], |row| Ok(KnownFile { content: content(row)?, stat: stat(row, 11)? }))
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
                "SELECT id, knowledge, sha256, form, size, format, items, items_read, findings, until, in_history
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
                    (sha256, form, knowledge, size, format, items, items_read, findings, until, in_history)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
                 ON CONFLICT (sha256, form) DO UPDATE SET knowledge = ?3, format = ?5, items = ?6, items_read = ?7,
                    findings = ?8, until = ?9, in_history = max(in_history, ?10)
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
                    new.in_history
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

    fn begin(&mut self) -> Result<(), RecordError> {
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

    fn insert_segment(&self, newest: i64, count: u64, body: &[u8]) -> Result<(), RecordError> {
        self.connection
            .execute(
                "INSERT INTO history (newest, observables, body) VALUES (?, ?, ?)",
                params![newest, signed(count), body],
            )
            .map(drop)
            .map_err(error)
    }

    /// Contents examined with `from` and not in `but` are known under `to` as well: what tells the two apart cannot
    /// affect them. Returns how many.
    ///
    /// # Errors
    /// When the store refuses.
    pub fn carry_over(&mut self, from: i64, to: i64, but: &[i64]) -> Result<usize, RecordError> {
        self.begin()?;
        self.connection
            .execute_batch("CREATE TEMP TABLE IF NOT EXISTS affected (id INTEGER PRIMARY KEY); DELETE FROM affected")
            .map_err(error)?;
        {
            let mut insert =
                self.connection.prepare_cached("INSERT OR IGNORE INTO affected VALUES (?)").map_err(error)?;
            for id in but {
                insert.execute([id]).map_err(error)?;
            }
        }
        let changed = self
            .connection
            .execute(
                "UPDATE contents SET knowledge = ?2
                 WHERE knowledge = ?1 AND in_history = 1 AND until IS NULL AND id NOT IN (SELECT id FROM affected)",
                params![from, to],
            )
            .map_err(error)?;
        self.commit()?;
        Ok(changed)
    }

    /// The contents, examined with this knowledge, in which something was sighted.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn with_findings(&self, knowledge: i64) -> Result<Vec<i64>, RecordError> {
        let mut query = self
            .connection
            .prepare("SELECT id FROM contents WHERE knowledge = ? AND findings IS NOT NULL")
            .map_err(error)?;
        let rows = query.query_map([knowledge], |row| row.get(0)).map_err(error)?;
        rows.collect::<Result<_, _>>().map_err(error)
    }

    /// Calls back with every observable of the past that is `wanted`.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn ask(
        &self,
        wanted: &mut dyn FnMut(ObservableKind, &str) -> bool,
        found: &mut dyn FnMut(Observation) -> ControlFlow<()>,
    ) -> Result<(), RecordError> {
        let mut query = self.connection.prepare("SELECT body FROM history ORDER BY id").map_err(error)?;
        let mut rows = query.query([]).map_err(error)?;
        while let Some(row) = rows.next().map_err(error)? {
            let body = row.get_ref(0).map_err(error)?;
            let body = body.as_blob().map_err(|why| RecordError::Damaged(why.to_string()))?;
            if each(body, wanted, found)?.is_break() {
                break;
            }
        }
        Ok(())
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

    /// Merges small segments and drops what retention does not keep. To be called when a sweep ends.
    ///
    /// # Errors
    /// When the store refuses.
    pub fn tidy(&mut self, retention: &Retention, now: i64) -> Result<(), RecordError> {
        self.commit()?;
        self.merge_small()?;
        let oldest = now.saturating_sub(signed(retention.most_days).saturating_mul(86_400));
        let rows = self.history_rows()?;
        let mut total: u64 = rows.iter().map(|(.., length)| length.unsigned_abs()).sum();
        let mut dropped = Vec::new();
        for (id, newest, length) in rows {
            if newest < oldest || total > retention.most_bytes {
                dropped.push(id);
                total = total.saturating_sub(length.unsigned_abs());
            }
        }
        if dropped.is_empty() {
            return Ok(());
        }
        self.begin()?;
        for id in dropped {
            let body = self.body(id)?;
            let mut forget =
                self.connection.prepare_cached("UPDATE contents SET in_history = 0 WHERE id = ?").map_err(error)?;
            for content in contents(&body)? {
                forget.execute([content]).map_err(error)?;
            }
            self.connection.execute("DELETE FROM history WHERE id = ?", [id]).map_err(error)?;
        }
        self.commit()
    }

    fn merge_small(&mut self) -> Result<(), RecordError> {
        let small: Vec<(i64, i64, i64)> =
            self.history_rows()?.into_iter().filter(|(.., length)| *length <= SMALL).collect();
        let mut batch: Vec<(i64, i64, i64)> = Vec::new();
        for row in small {
            let length: i64 = batch.iter().map(|(.., length)| length).sum();
            if length.saturating_add(row.2) > SMALL.saturating_mul(2) {
                self.replace(&batch)?;
                batch.clear();
            }
            batch.push(row);
        }
        self.replace(&batch)
    }

    fn replace(&mut self, batch: &[(i64, i64, i64)]) -> Result<(), RecordError> {
        if batch.len() < 2 {
            return Ok(());
        }
        let bodies = batch.iter().map(|(id, ..)| self.body(*id)).collect::<Result<Vec<_>, _>>()?;
        let (count, body) = merge(&bodies)?;
        drop(bodies);
        let newest = batch.iter().map(|(_, newest, _)| *newest).max().unwrap_or(0);
        self.begin()?;
        for (id, ..) in batch {
            self.connection.execute("DELETE FROM history WHERE id = ?", [id]).map_err(error)?;
        }
        self.insert_segment(newest, count, &body)?;
        self.commit()
    }

    fn body(&self, id: i64) -> Result<Vec<u8>, RecordError> {
        self.connection.query_row("SELECT body FROM history WHERE id = ?", [id], |row| row.get(0)).map_err(error)
    }

    /// Number, time and length of each segment, the oldest first.
    fn history_rows(&self) -> Result<Vec<(i64, i64, i64)>, RecordError> {
        let mut query = self
            .connection
            .prepare("SELECT id, newest, length(body) FROM history ORDER BY newest, id")
            .map_err(error)?;
        let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).map_err(error)?;
        rows.collect::<Result<_, _>>().map_err(error)
    }

    /// How many observables history holds (one that stands in several segments counts in each) and its bytes.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn history_size(&self) -> Result<(u64, u64), RecordError> {
        self.connection
            .query_row("SELECT coalesce(sum(observables), 0), coalesce(sum(length(body)), 0) FROM history", [], |row| {
                Ok((row.get::<_, i64>(0)?.unsigned_abs(), row.get::<_, i64>(1)?.unsigned_abs()))
            })
            .map_err(error)
    }

    /// Forgets all of history.
    ///
    /// # Errors
    /// When the store refuses.
    pub fn forget_history(&mut self) -> Result<(), RecordError> {
        self.begin()?;
        self.connection.execute_batch("DELETE FROM history; UPDATE contents SET in_history = 0").map_err(error)?;
        self.commit()?;
        self.connection.execute_batch("VACUUM").map_err(error)
    }

    /// How much history is kept, as it was set.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn retention(&self) -> Result<Retention, RecordError> {
        let default = Retention::default();
        Ok(Retention {
            most_bytes: self.setting("most-bytes")?.unwrap_or(default.most_bytes),
            most_days: self.setting("most-days")?.unwrap_or(default.most_days),
        })
    }

    /// Sets how much history is kept.
    ///
    /// # Errors
    /// When the store refuses.
    pub fn set_retention(&mut self, retention: &Retention) -> Result<(), RecordError> {
        for (name, value) in [("most-bytes", retention.most_bytes), ("most-days", retention.most_days)] {
            self.connection
                .execute("INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)", params![name, signed(value)])
                .map_err(error)?;
        }
        Ok(())
    }

    fn setting(&self, name: &str) -> Result<Option<u64>, RecordError> {
        self.connection
            .query_row("SELECT value FROM settings WHERE name = ?", [name], |row| row.get::<_, i64>(0))
            .optional()
            .map(|value| value.map(i64::unsigned_abs))
            .map_err(error)
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

fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let knowledge = store.knowledge("a").unwrap();
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
        let knowledge = store.knowledge("a").unwrap();
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
        let knowledge = store.knowledge("a").unwrap();
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
        let old = store.knowledge("old").unwrap();
        let new = store.knowledge("new").unwrap();
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
        assert_eq!(store.knowledge("a").unwrap(), 1);
        store.set_retention(&Retention { most_bytes: 5, most_days: 6 }).unwrap();
        assert_eq!(store.retention().unwrap(), Retention { most_bytes: 5, most_days: 6 });
        store.forget_history().unwrap();
    }
}
