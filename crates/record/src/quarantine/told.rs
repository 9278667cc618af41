//! What readers were told of what is kept back for them, and who asked for it.
//!
//! What a reader is sent to ask with stands here as its SHA-256 alone: whoever has the file cannot ask in a reader's name.

use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, params};

use super::{Held, HeldState, Quarantine};
use crate::{RecordError, sqlite::error};

impl Quarantine {
    /// The readers who were not yet told of messages that are held for them, each with those messages, the oldest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn untold(&self) -> Result<Vec<(String, Vec<Held>)>, RecordError> {
        let mut all: Vec<(String, Vec<Held>)> = Vec::new();
        let mut query = self.connection.prepare("SELECT 1 FROM told WHERE id = ? AND reader = ?").map_err(error)?;
        let is_new = "?1 = '' AND state = 'held' AND json_array_length(about, '$.recipients') > \
                        (SELECT count(*) FROM told WHERE told.id = messages.id)";
        let mut held = self.select(is_new, "")?;
        held.reverse();
        for message in held {
            for reader in message.message.recipients.iter().filter(|_| !message.message.is_outgoing) {
                let reader = reader.to_lowercase();
                if query.exists(params![message.message.id, reader]).map_err(error)? {
                    continue;
                }
                match all.iter_mut().find(|(known, _)| *known == reader) {
                    Some((_, messages)) => messages.push(message.clone()),
                    None => all.push((reader, vec![message.clone()])),
                }
            }
        }
        Ok(all)
    }

    /// When this reader was last told anything.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn last_told(&self, reader: &str) -> Result<Option<Timestamp>, RecordError> {
        let last: Option<i64> = self
            .connection
            .query_row("SELECT max(at) FROM told WHERE reader = ?", [reader], |row| row.get(0))
            .map_err(error)?;
        Ok(last.and_then(|at| Timestamp::from_second(at).ok()))
    }

    /// Notes that a reader was told of a message. `token` is the SHA-256 of what the reader may ask for it with.
    ///
    /// # Errors
    /// When the store refuses.
    pub fn tell(&self, id: &str, reader: &str, token: &[u8; 32], at: Timestamp) -> Result<(), RecordError> {
        self.connection
            .execute(
                "INSERT OR REPLACE INTO told (id, reader, token, at) VALUES (?, ?, ?, ?)",
                params![id, reader, token.as_slice(), at.as_second()],
            )
            .map_err(error)?;
        Ok(())
    }

    /// The message that this token asks for, and its reader; none when it was decided on, or already given.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn asked_with(&self, token: &[u8; 32]) -> Result<Option<(Held, String)>, RecordError> {
        let found: Option<(String, String)> = self
            .connection
            .query_row("SELECT id, reader FROM told WHERE token = ? AND given IS NULL", [token.as_slice()], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .optional()
            .map_err(error)?;
        let Some((id, reader)) = found else { return Ok(None) };
        let held = self.find(&id)?.filter(|held| held.state == HeldState::Held);
        Ok(held.map(|held| (held, reader)))
    }

    /// Notes that a reader asked for a message.
    ///
    /// # Errors
    /// When the store refuses.
    pub fn ask(&self, id: &str, reader: &str, at: Timestamp) -> Result<(), RecordError> {
        self.connection
            .execute("UPDATE told SET asked = ? WHERE id = ? AND reader = ?", params![at.as_second(), id, reader])
            .map_err(error)?;
        Ok(())
    }

    /// Notes that a reader is given a message. Whether nobody else did so.
    ///
    /// # Errors
    /// When the store refuses.
    pub fn give(&self, id: &str, reader: &str, at: Timestamp) -> Result<bool, RecordError> {
        let at = at.as_second();
        let changed = self
            .connection
            .execute(
                "INSERT INTO told (id, reader, token, at, given) VALUES (?1, ?2, X'', ?3, ?3) \
                 ON CONFLICT (id, reader) DO UPDATE SET given = excluded.given WHERE told.given IS NULL",
                params![id, reader, at],
            )
            .map_err(error)?;
        Ok(changed == 1)
    }

    /// Takes that back: the mail server did not take it.
    ///
    /// # Errors
    /// When the store refuses.
    pub fn take_from(&self, id: &str, reader: &str) -> Result<(), RecordError> {
        self.connection
            .execute("UPDATE told SET given = NULL WHERE id = ? AND reader = ?", params![id, reader])
            .map_err(error)?;
        Ok(())
    }

    /// Whether every reader of a message got it.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn all_given(&self, held: &Held) -> Result<bool, RecordError> {
        let mut query = self
            .connection
            .prepare("SELECT 1 FROM told WHERE id = ? AND reader = ? AND given IS NOT NULL")
            .map_err(error)?;
        for reader in &held.message.recipients {
            if !query.exists(params![held.message.id, reader.to_lowercase()]).map_err(error)? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Quarantined;

    #[test]
    fn readers_are_told_once_and_ask_with_what_they_were_sent() {
        let folder = tempfile::tempdir().unwrap();
        let store = Quarantine::open(&folder.path().join("quarantine.sqlite")).unwrap();
        let now = Timestamp::from_second(1000).unwrap();
        let message = Quarantined {
            id: "abcd".to_owned(),
            sender: "a@b.example".to_owned(),
            recipients: vec!["Claire@d.example".to_owned(), "hugo@d.example".to_owned()],
            codes: vec!["shortcut".to_owned()],
            score: 10.0,
            bytes: 3,
            sealed_sha256: "00".to_owned(),
            expires: now,
            is_outgoing: false,
        };
        let leaves = Quarantined { id: "ffff".to_owned(), is_outgoing: true, ..message.clone() };
        store.hold(now, &leaves, b"x").unwrap();
        store.hold(now, &message, b"x").unwrap();
        let untold = || store.untold().unwrap().into_iter().map(|(reader, _)| reader).collect::<Vec<_>>();
        assert_eq!(untold(), ["claire@d.example", "hugo@d.example"]);
        store.tell("abcd", "claire@d.example", &[1; 32], now).unwrap();
        assert_eq!(untold(), ["hugo@d.example"]);
        assert_eq!(store.last_told("claire@d.example").unwrap(), Some(now));
        assert_eq!(store.last_told("hugo@d.example").unwrap(), None);

        assert!(store.asked_with(&[2; 32]).unwrap().is_none());
        let (held, reader) = store.asked_with(&[1; 32]).unwrap().unwrap();
        assert_eq!(reader, "claire@d.example");
        store.ask("abcd", &reader, now).unwrap();
        assert_eq!(store.find("abcd").unwrap().unwrap().asked, ["claire@d.example"]);
        assert!(!store.all_given(&held).unwrap());
        assert!(store.give("abcd", &reader, now).unwrap() && !store.give("abcd", &reader, now).unwrap(), "once");
        store.take_from("abcd", &reader).unwrap();
        assert!(store.give("abcd", &reader, now).unwrap());
        assert!(store.asked_with(&[1; 32]).unwrap().is_none(), "only once");
        assert!(store.give("abcd", "hugo@d.example", now).unwrap());
        assert!(store.all_given(&held).unwrap());
    }
}
