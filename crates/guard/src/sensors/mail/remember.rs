//! Who wrote before, and in which conversation: what one message alone cannot tell.
//!
//! A memory that fails costs its facts and nothing else.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use jiff::{SignedDuration, Timestamp};
use vauban_mail::{Acquaintance, Facts, Known, Said};
use vauban_record::{Correspondents, RecordError};

use super::message::{Message, header_lines};

/// The filter's memory.
#[derive(Clone)]
pub struct Memory {
    store: Arc<Mutex<Option<Correspondents>>>,
    path: PathBuf,
    random: [u8; 16],
}

impl Memory {
    /// A memory in this file; `random` salts a new one.
    #[must_use]
    pub fn new(path: PathBuf, random: [u8; 16]) -> Self {
        Self { store: Arc::default(), path, random }
    }

    /// The facts that follow from what is remembered, once enough is.
    pub(super) fn facts(&self, said: &Said, known: &Known, learning_days: u16, now: Timestamp) -> Facts {
        if said.address.is_empty() {
            return Facts::default();
        }
        let asked = self.with(now, |store| {
            let learnt = now.duration_since(store.began()) >= SignedDuration::from_hours(24 * i64::from(learning_days));
            if learnt { store.met(&said.address, &said.answers).map(Some) } else { Ok(None) }
        });
        let Some(met) = asked else { return Facts::default() };
        let acquaintance = Acquaintance {
            knows_author: met.author || known.is_own(domain(&said.address)),
            knows_thread: met.thread,
            took_part: met.part,
        };
        let answers_ours = said.answers.iter().any(|id| known.is_own(domain(id)));
        acquaintance.facts(said, answers_ours)
    }

    /// Remembers a message that was delivered.
    pub(super) fn delivered(&self, said: &Said, message: &Message, now: Timestamp) {
        if !said.address.is_empty() {
            self.note(&said.address, message, &said.message_id, &said.answers, now);
        }
    }

    /// Remembers a message that went out.
    pub(super) fn sent(&self, message: &Message, now: Timestamp) {
        let header = Header(&message.bytes);
        let answers: Vec<String> = ["in-reply-to", "references"].iter().flat_map(|name| header.ids(name)).collect();
        if let Some(id) = header.ids("message-id").first() {
            self.note(&message.sender, message, id, &answers, now);
        }
    }

    /// Forgets those who were not met for long.
    pub(crate) fn forget(&self, now: Timestamp) {
        self.with(now, |store| store.forget(now).map(Some));
    }

    fn note(&self, author: &str, message: &Message, id: &str, answers: &[String], now: Timestamp) {
        if !id.is_empty() {
            self.with(now, |store| store.note(author, &message.recipients, id, answers, now).map(Some));
        }
    }

    fn with<T>(
        &self,
        now: Timestamp,
        ask: impl FnOnce(&mut Correspondents) -> Result<Option<T>, RecordError>,
    ) -> Option<T> {
        let mut store = self.store.lock().unwrap_or_else(PoisonError::into_inner);
        if store.is_none() {
            *store = Correspondents::open(&self.path, now, self.random)
                .inspect_err(|error| tracing::error!(%error, "the memory of correspondents cannot be used"))
                .ok();
        }
        let answer = ask(store.as_mut()?);
        if let Err(error) = &answer {
            tracing::error!(%error, "the memory of correspondents cannot be used");
            *store = None;
        }
        answer.ok().flatten()
    }
}

fn domain(address: &str) -> &str {
    address.rsplit_once('@').map_or("", |(_, domain)| domain)
}

/// The header of a message of our own people's.
struct Header<'m>(&'m [u8]);

impl Header<'_> {
    /// The ids in a field, without their angle brackets.
    fn ids(&self, name: &str) -> Vec<String> {
        let mut value = String::new();
        let mut inside = false;
        for line in header_lines(self.0) {
            let text = String::from_utf8_lossy(line);
            if !text.starts_with([' ', '\t']) {
                inside = text.split_once(':').is_some_and(|(field, _)| field.eq_ignore_ascii_case(name));
            }
            if inside {
                value.push_str(&text);
            }
        }
        value.split('<').skip(1).filter_map(|rest| Some(rest.split_once('>')?.0.trim().to_lowercase())).collect()
    }
}

#[cfg(test)]
mod tests {
    use vauban_mail::{Code, Organisation};

    use super::*;

    #[test]
    fn strangers_in_known_conversations_are_told_once_enough_is_learnt() {
        let folder = tempfile::tempdir().unwrap();
        let memory = Memory::new(folder.path().join("correspondents.sqlite"), [1; 16]);
        let known =
            Known::new(Organisation { domains: vec!["campagne.example".to_owned()], ..Organisation::default() });
        let at = |days: i64| Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24 * days);
        let sent = Message {
            sender: "claire@campagne.example".to_owned(),
            recipients: vec!["a@imprimeur.example".to_owned()],
            bytes: b"Message-ID:\r\n <1@campagne.example>\r\nReferences: <0@x.example>\r\n\r\n<2@body.example>"
                .to_vec(),
            ..Message::default()
        };
        memory.sent(&sent, at(0));
        let says = |address: &str, answers: &[&str]| Said {
            address: address.to_owned(),
            message_id: "9@x.example".to_owned(),
            answers: answers.iter().map(|id| (*id).to_owned()).collect(),
            ..Said::default()
        };
        let codes = |said: &Said, days: i64| {
            memory.facts(said, &known, 14, at(days)).iter().map(|fact| fact.code).collect::<Vec<_>>()
        };
        let (printer, stranger) = ("a@imprimeur.example", "x@evil.test");
        assert_eq!(codes(&says(stranger, &["1@campagne.example"]), 1), [], "it learns");
        assert_eq!(codes(&says(printer, &["1@campagne.example"]), 20), []);
        assert_eq!(codes(&says(stranger, &["1@campagne.example"]), 20), [Code::FirstContact, Code::NewAddressInThread]);
        assert_eq!(codes(&says(stranger, &["7@campagne.example"]), 20), [Code::FirstContact, Code::UnknownThread]);
        assert_eq!(codes(&says(stranger, &["7@elsewhere.example"]), 20), [Code::FirstContact]);
        assert_eq!(codes(&says("hugo@campagne.example", &[]), 20), [], "colleagues are known");
        memory.delivered(&says(stranger, &[]), &Message::default(), at(20));
        assert_eq!(codes(&says(stranger, &[]), 21), []);
    }
}
