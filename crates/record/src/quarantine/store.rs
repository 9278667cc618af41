//! The file of messages that are kept back, in SQLite, overwriting what it deletes.

use std::{path::Path, time::Duration};

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, TransactionBehavior, params};

use super::values::{Held, HeldState, Quarantined};
use crate::{RecordError, sqlite::error};

const SCHEMA: &str = include_str!("schema.sql");
/// Tells it from any other SQLite file: "VauQ".
const APPLICATION_ID: i64 = 0x5661_7551;
const PATIENCE: Duration = Duration::from_secs(10);
/// How often a new file that another is just making is tried again, and after how long.
const AGAIN: usize = 40;
const PAUSE: Duration = Duration::from_millis(50);
/// How long a claim holds, in seconds: longer than handing a message over takes.
const CLAIMED: i64 = 600;

/// The store of messages that are kept back.
#[derive(Debug)]
pub struct Quarantine {
    pub(super) connection: Connection,
}

impl Quarantine {
    /// Opens the store in this file, making it when there is none.
    ///
    /// # Errors
    /// When it cannot be opened or is another kind of file.
    pub fn open(path: &Path) -> Result<Self, RecordError> {
        // Of two who open a new file at the same time one may find the other at work on it.
        let mut last = Self::open_once(path);
        for _ in 0..AGAIN {
            if !matches!(last, Err(RecordError::Locked)) {
                break;
            }
            std::thread::sleep(PAUSE);
            last = Self::open_once(path);
        }
        last
    }

    fn open_once(path: &Path) -> Result<Self, RecordError> {
        let mut connection = Connection::open(path).map_err(error)?;
        connection.busy_timeout(PATIENCE).map_err(error)?;
        let is_ours = |connection: &Connection| -> Result<(bool, i64), RecordError> {
            let id: i64 = connection.pragma_query_value(None, "application_id", |row| row.get(0)).map_err(error)?;
            let tables =
                connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).map_err(error)?;
            Ok((id == APPLICATION_ID, tables))
        };
        // What is deleted is overwritten, and every message is on the disk before its sender is told that it was taken.
        let (marked, tables) = is_ours(&connection)?;
        if marked || tables == 0 {
            connection.pragma_update(None, "secure_delete", "ON").map_err(error)?;
            connection.pragma_update(None, "journal_mode", "WAL").map_err(error)?;
            connection.pragma_update(None, "synchronous", "FULL").map_err(error)?;
        }
        if !marked {
            // The mark and the tables come together, or a file that another is just making looks like a stranger's.
            let change = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(error)?;
            let (marked, tables) = is_ours(&change)?;
            if !marked && tables > 0 {
                return Err(RecordError::Damaged("another program's database".to_owned()));
            }
            change.pragma_update(None, "application_id", APPLICATION_ID).map_err(error)?;
            change.execute_batch(SCHEMA).map_err(error)?;
            change.commit().map_err(error)?;
        } else {
            connection.execute_batch(SCHEMA).map_err(error)?;
        }
        Ok(Self { connection })
    }

    /// Keeps a sealed message; it is on the disk when this returns.
    ///
    /// # Errors
    /// When the store refuses; the message is not kept then.
    pub fn hold(&self, arrived: Timestamp, message: &Quarantined, sealed: &[u8]) -> Result<(), RecordError> {
        let about = serde_json::to_string(message).map_err(|error| RecordError::Store(error.to_string()))?;
        self.connection
            .execute(
                "INSERT INTO messages (id, arrived, expires, about, state, sealed) VALUES (?, ?, ?, ?, 'held', ?)",
                params![message.id, arrived.as_second(), message.expires.as_second(), about, sealed],
            )
            .map_err(error)?;
        Ok(())
    }

    /// All messages, the newest first; those that are decided on only when asked for.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn list(&self, decided_too: bool) -> Result<Vec<Held>, RecordError> {
        self.select(if decided_too { "?1 = ''" } else { "?1 = '' AND state = 'held'" }, "")
    }

    pub(super) fn select(&self, condition: &str, id: &str) -> Result<Vec<Held>, RecordError> {
        let mut query = self
            .connection
            .prepare(&format!(
                "SELECT arrived, about, state, \
                   (SELECT json_group_array(reader) FROM told WHERE told.id = messages.id AND asked IS NOT NULL) \
                 FROM messages WHERE {condition} ORDER BY arrived DESC, id"
            ))
            .map_err(error)?;
        let rows = query.query_map([id], row).map_err(error)?;
        rows.map(|row| row.map_err(error)?.ok_or_else(bad)).collect()
    }

    /// One message by its short name, or the beginning of it, when only one begins so.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn find(&self, id: &str) -> Result<Option<Held>, RecordError> {
        let mut found = if id.is_empty() { Vec::new() } else { self.select("substr(id, 1, length(?1)) = ?1", id)? };
        Ok(if found.len() == 1 { found.pop() } else { None })
    }

    /// The sealed copy; none when it was deleted.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn sealed(&self, id: &str) -> Result<Option<Vec<u8>>, RecordError> {
        self.connection
            .query_row("SELECT sealed FROM messages WHERE id = ?", [id], |row| row.get(0))
            .optional()
            .map(Option::flatten)
            .map_err(error)
    }

    /// Claims a message for a decision: whoever else decides meanwhile finds it claimed. Whether it was free. A claim ends
    /// by itself, because whoever claimed it may have died.
    ///
    /// # Errors
    /// When the store refuses.
    pub fn claim(&self, id: &str, now: Timestamp) -> Result<bool, RecordError> {
        let changed = self
            .connection
            .execute(
                "INSERT INTO claims (id, at) SELECT id, ?2 FROM messages WHERE id = ?1 AND state = 'held' \
                 ON CONFLICT (id) DO UPDATE SET at = excluded.at WHERE claims.at < excluded.at - ?3",
                params![id, now.as_second(), CLAIMED],
            )
            .map_err(error)?;
        Ok(changed == 1)
    }

    /// Gives a claim back: nothing was decided.
    ///
    /// # Errors
    /// When the store refuses.
    pub fn unclaim(&self, id: &str) -> Result<(), RecordError> {
        self.connection.execute("DELETE FROM claims WHERE id = ?", [id]).map_err(error)?;
        Ok(())
    }

    /// Forgets messages that were decided on so long ago.
    ///
    /// # Errors
    /// When the store refuses.
    pub fn prune(&self, before: Timestamp) -> Result<(), RecordError> {
        let before = before.as_second();
        self.connection
            .execute("DELETE FROM messages WHERE state <> 'held' AND arrived < ?", [before])
            .and_then(|_| self.connection.execute("DELETE FROM told WHERE id NOT IN (SELECT id FROM messages)", []))
            .and_then(|_| self.connection.execute("DELETE FROM claims WHERE id NOT IN (SELECT id FROM messages)", []))
            .map_err(error)?;
        Ok(())
    }

    /// Writes a decision down. A message that is no longer needed is overwritten. Whether it was still undecided.
    ///
    /// # Errors
    /// When the store refuses.
    pub fn decide(&self, id: &str, state: HeldState) -> Result<bool, RecordError> {
        let changed = self
            .connection
            .execute(
                "UPDATE messages SET state = ?, sealed = NULL WHERE id = ? AND state = 'held'",
                params![state.word(), id],
            )
            .map_err(error)?;
        self.truncate();
        Ok(changed == 1)
    }

    /// Takes a message back that was only just kept.
    ///
    /// # Errors
    /// When the store refuses.
    pub fn take_back(&self, id: &str) -> Result<(), RecordError> {
        self.connection.execute("DELETE FROM messages WHERE id = ?", [id]).map_err(error)?;
        Ok(())
    }

    /// The short names of those whose time has come.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn due(&self, now: Timestamp) -> Result<Vec<String>, RecordError> {
        let mut query =
            self.connection.prepare("SELECT id FROM messages WHERE state = 'held' AND expires <= ?").map_err(error)?;
        let rows = query.query_map([now.as_second()], |row| row.get(0)).map_err(error)?;
        rows.map(|row| row.map_err(error)).collect()
    }

    /// The log of writes holds old pages until it is cut.
    fn truncate(&self) {
        let _ = self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
    }
}

fn row(row: &Row<'_>) -> rusqlite::Result<Option<Held>> {
    let (arrived, about, state): (i64, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
    let asked: String = row.get(3)?;
    let held = (|| {
        Some(Held {
            arrived: Timestamp::from_second(arrived).ok()?,
            message: serde_json::from_str(&about).ok()?,
            state: HeldState::from_word(&state)?,
            asked: serde_json::from_str(&asked).ok()?,
        })
    })();
    Ok(held)
}

fn bad() -> RecordError {
    RecordError::Damaged("a message that is kept back".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(id: &str, expires: i64) -> Quarantined {
        Quarantined {
            id: id.to_owned(),
            sender: "a@b.example".to_owned(),
            recipients: vec!["c@d.example".to_owned()],
            codes: vec!["shortcut".to_owned()],
            score: 10.0,
            bytes: 3,
            sealed_sha256: "00".to_owned(),
            expires: Timestamp::from_second(expires).unwrap(),
            is_outgoing: false,
        }
    }

    #[test]
    fn messages_are_held_until_somebody_decides() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("quarantine.sqlite");
        let store = Quarantine::open(&path).unwrap();
        let now = Timestamp::from_second(1000).unwrap();
        store.hold(now, &message("abcd", 2000), b"SEALED-CANARY").unwrap();
        store.hold(now, &message("abff", 900), b"y").unwrap();
        assert!(store.hold(now, &message("abcd", 2000), b"z").is_err(), "no message replaces another");
        drop(store);

        let store = Quarantine::open(&path).unwrap();
        assert_eq!(store.list(false).unwrap().len(), 2);
        assert_eq!(store.find("abc").unwrap().unwrap().message, message("abcd", 2000));
        assert_eq!(store.find("ab").unwrap(), None);
        assert_eq!(store.due(now).unwrap(), ["abff"]);
        assert_eq!(store.sealed("abcd").unwrap().unwrap(), b"SEALED-CANARY");
        let later = |seconds: i64| Timestamp::from_second(1000 + seconds).unwrap();
        assert!(store.claim("abcd", now).unwrap() && !store.claim("abcd", later(10)).unwrap(), "one at a time");
        assert!(store.claim("abcd", later(700)).unwrap(), "whoever claimed it has died");
        store.unclaim("abcd").unwrap();
        assert!(store.claim("abcd", later(701)).unwrap());
        assert!(store.decide("abcd", HeldState::Released).unwrap());
        assert!(!store.claim("abcd", later(5000)).unwrap(), "nothing is left to decide");
        assert!(!store.decide("abcd", HeldState::Deleted).unwrap(), "only once");
        assert_eq!(store.sealed("abcd").unwrap(), None);
        assert_eq!(store.find("abcd").unwrap().unwrap().state, HeldState::Released);
        store.prune(later(1)).unwrap();
        assert_eq!(store.find("abcd").unwrap(), None);
        assert!(store.find("abff").unwrap().is_some(), "what nobody decided on stays");
        let written: Vec<u8> = ["quarantine.sqlite", "quarantine.sqlite-wal"]
            .iter()
            .flat_map(|name| std::fs::read(folder.path().join(name)).unwrap_or_default())
            .collect();
        assert!(!written.windows(13).any(|window| window == b"SEALED-CANARY"), "what is deleted is overwritten");
    }

    #[test]
    fn many_who_open_a_new_file_at_the_same_time_all_get_it() {
        for _ in 0..20 {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("quarantine.sqlite");
            std::thread::scope(|scope| {
                let all: Vec<_> = (0..8).map(|_| scope.spawn(|| Quarantine::open(&path).map(drop))).collect();
                for one in all {
                    one.join().unwrap().unwrap();
                }
            });
        }
    }

    #[test]
    fn strangers_files_are_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("other.sqlite");
        Connection::open(&path).unwrap().execute_batch("CREATE TABLE a (b)").unwrap();
        assert!(matches!(Quarantine::open(&path), Err(RecordError::Damaged(_))));
    }
}
