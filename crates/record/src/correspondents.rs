//! Who writes to whom, as far as a filter needs it: which authors wrote before, and who takes part in which conversation.
//!
//! No address and no message id stands in it, only salted digests of 16 bytes: whoever has the file can ask whether
//! somebody wrote, and cannot read a list of names. A cache that may be deleted: then the filter learns anew.

use std::{path::Path, time::Duration};

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension as _, params};
use sha2::{Digest as _, Sha256};

use crate::{RecordError, sqlite::error};

const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS began (at INTEGER NOT NULL, salt BLOB NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS authors (author BLOB PRIMARY KEY, last INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS messages (id BLOB PRIMARY KEY, thread BLOB NOT NULL, last INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS parts (thread BLOB NOT NULL, author BLOB NOT NULL, PRIMARY KEY (thread, author)) STRICT, WITHOUT ROWID;
";
const PATIENCE: Duration = Duration::from_secs(5);
/// How long authors and conversations are remembered after they were last met.
const KEPT: SignedDuration = SignedDuration::from_hours(24 * 730);
/// Ids of one message that are looked at.
const MOST_ANSWERS: usize = 20;

/// A digest of an address or an id.
type Print = [u8; 16];

/// What is known of an author and a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Met {
    /// The author wrote before, or was written to.
    pub author: bool,
    /// One of the messages that are answered was seen.
    pub thread: bool,
    /// The author took part in that conversation, or was addressed in it.
    pub part: bool,
}

/// The store of correspondents.
#[derive(Debug)]
pub struct Correspondents {
    connection: Connection,
    salt: Vec<u8>,
    began: Timestamp,
}

impl Correspondents {
    /// Opens the store in this file, making it when there is none. `random` is used for a new one.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn open(path: &Path, now: Timestamp, random: [u8; 16]) -> Result<Self, RecordError> {
        let connection = Connection::open(path).map_err(error)?;
        connection.busy_timeout(PATIENCE).map_err(error)?;
        connection.pragma_update(None, "journal_mode", "WAL").map_err(error)?;
        // The last moments may be lost with the power: the filter has then met somebody less.
        connection.pragma_update(None, "synchronous", "OFF").map_err(error)?;
        connection.execute_batch(SCHEMA).map_err(error)?;
        let kept: Option<(i64, Vec<u8>)> = connection
            .query_row("SELECT at, salt FROM began", [], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()
            .map_err(error)?;
        let (at, salt) = match kept {
            Some(kept) => kept,
            None => {
                let insert = params![now.as_second(), random.as_slice()];
                connection.execute("INSERT INTO began (at, salt) VALUES (?, ?)", insert).map_err(error)?;
                (now.as_second(), random.to_vec())
            }
        };
        let began = Timestamp::from_second(at).map_err(|_| RecordError::Damaged("its beginning".to_owned()))?;
        Ok(Self { connection, salt, began })
    }

    /// Since when it learns.
    #[must_use]
    pub const fn began(&self) -> Timestamp {
        self.began
    }

    /// What is known of this author, and of the conversation of these ids.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn met(&self, author: &str, answers: &[String]) -> Result<Met, RecordError> {
        let author = self.print(author);
        let mut met =
            Met { author: self.exists("SELECT 1 FROM authors WHERE author = ?", &[&author])?, ..Met::default() };
        for id in answers.iter().take(MOST_ANSWERS) {
            if let Some(thread) = self.thread(&self.print(id))? {
                met.thread = true;
                met.part |= self.exists("SELECT 1 FROM parts WHERE thread = ? AND author = ?", &[&thread, &author])?;
            }
        }
        Ok(met)
    }

    /// Notes a message that was delivered, or sent: its author, and those who are addressed and may answer.
    ///
    /// # Errors
    /// When the store refuses.
    pub fn note(
        &mut self,
        author: &str,
        addressed: &[String],
        id: &str,
        answers: &[String],
        now: Timestamp,
    ) -> Result<(), RecordError> {
        let id = self.print(id);
        let mut thread = id;
        for answer in answers.iter().take(MOST_ANSWERS) {
            if let Some(known) = self.thread(&self.print(answer))? {
                thread = known;
                break;
            }
        }
        let people: Vec<Print> =
            std::iter::once(author).chain(addressed.iter().map(String::as_str)).map(|name| self.print(name)).collect();
        let at = now.as_second();
        let change = self.connection.transaction().map_err(error)?;
        change
            .execute("INSERT OR REPLACE INTO messages (id, thread, last) VALUES (?, ?, ?)", params![id, thread, at])
            .map_err(error)?;
        for person in people {
            change
                .execute("INSERT OR REPLACE INTO authors (author, last) VALUES (?, ?)", params![person, at])
                .and_then(|_| {
                    change
                        .execute("INSERT OR IGNORE INTO parts (thread, author) VALUES (?, ?)", params![thread, person])
                })
                .map_err(error)?;
        }
        change.commit().map_err(error)
    }

    /// Forgets whoever was not met for two years.
    ///
    /// # Errors
    /// When the store refuses.
    pub fn forget(&self, now: Timestamp) -> Result<(), RecordError> {
        let before = now.checked_sub(KEPT).map_or(i64::MIN, Timestamp::as_second);
        self.connection.execute("DELETE FROM authors WHERE last < ?", [before]).map_err(error)?;
        self.connection.execute("DELETE FROM messages WHERE last < ?", [before]).map_err(error)?;
        self.connection
            .execute("DELETE FROM parts WHERE thread NOT IN (SELECT thread FROM messages)", [])
            .map_err(error)?;
        Ok(())
    }

    fn thread(&self, id: &Print) -> Result<Option<Print>, RecordError> {
        self.connection
            .prepare_cached("SELECT thread FROM messages WHERE id = ?")
            .and_then(|mut query| query.query_row([id], |row| row.get(0)).optional())
            .map_err(error)
    }

    fn exists(&self, query: &str, values: &[&Print]) -> Result<bool, RecordError> {
        self.connection
            .prepare_cached(query)
            .and_then(|mut query| query.exists(rusqlite::params_from_iter(values)))
            .map_err(error)
    }

    fn print(&self, text: &str) -> Print {
        let digest = Sha256::new().chain_update(&self.salt).chain_update(text.trim().to_lowercase()).finalize();
        let mut print = [0; 16];
        print.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
        print
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(ids: &[&str]) -> Vec<String> {
        ids.iter().map(|id| (*id).to_owned()).collect()
    }

    #[test]
    fn authors_and_conversations_are_remembered_and_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("correspondents.sqlite");
        let at = |days: i64| Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24 * days);
        let mut store = Correspondents::open(&path, at(0), [7; 16]).unwrap();
        let (claire, printer, stranger) = ("claire@campagne.example", "a@imprimeur.example", "x@evil.test");
        assert_eq!(store.met(printer, &[]).unwrap(), Met::default());
        store.note(claire, &ids(&[printer]), "1@campagne.example", &[], at(1)).unwrap();
        store.note(printer, &ids(&[claire]), "2@imprimeur.example", &ids(&["1@campagne.example"]), at(2)).unwrap();

        let store = Correspondents::open(&path, at(3), [9; 16]).unwrap();
        assert_eq!(store.began(), at(0));
        let answers = ids(&["2@imprimeur.example"]);
        assert_eq!(store.met("A@Imprimeur.example", &answers).unwrap(), Met { author: true, thread: true, part: true });
        assert_eq!(store.met(stranger, &answers).unwrap(), Met { author: false, thread: true, part: false });
        assert_eq!(store.met(stranger, &ids(&["9@campagne.example"])).unwrap(), Met::default());
        store.forget(at(800)).unwrap();
        assert_eq!(store.met(printer, &answers).unwrap(), Met::default());
        for name in ["correspondents.sqlite", "correspondents.sqlite-wal"] {
            let bytes = std::fs::read(folder.path().join(name)).unwrap_or_default();
            assert!(!bytes.windows(9).any(|window| window == b"imprimeur"), "no name stands in it");
        }
    }
}
