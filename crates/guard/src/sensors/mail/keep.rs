//! Keeping a message back: sealed to keys that are not on this machine, on the disk, and in the record.

use std::{
    io::Write as _,
    iter,
    path::{Path, PathBuf},
};

use data_encoding::HEXLOWER;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use vauban_mail::{Judgement, Leaving, Said};
use vauban_record::{Decided, HeldState, Kind, Quarantine, Quarantined, RecordError, write_down};

use super::message::Message;
use crate::config::QuarantineTable;

/// Where messages are kept back.
#[derive(Debug, Clone)]
pub struct Keeper {
    quarantine: PathBuf,
    record: PathBuf,
    recipients: Vec<age::x25519::Recipient>,
    days: u16,
}

/// What is sealed beside the message: all that says what stands in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sealed {
    /// The envelope's sender.
    pub sender: String,
    /// The envelope's recipients.
    pub recipients: Vec<String>,
    /// The author and the subject.
    pub said: Said,
    /// The score.
    pub score: f64,
    /// Each reason's code, weight, sentence in French and in English, and evidence.
    pub reasons: Vec<(String, f64, String, String, String)>,
}

/// Why a message is kept back.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Grounds {
    /// The score; 0 where a rule decides and nothing is weighed.
    pub(super) score: f64,
    /// Each reason's code, weight, sentence in French and in English, and evidence.
    pub(super) reasons: Vec<(String, f64, String, String, String)>,
}

impl From<&Judgement> for Grounds {
    fn from(judgement: &Judgement) -> Self {
        let reasons = judgement.reasons.iter().map(|reason| {
            let text = &reason.text;
            (reason.code.word(), reason.weight, text.fr.to_string(), text.en.to_string(), reason.evidence.clone())
        });
        Self { score: judgement.score, reasons: reasons.collect() }
    }
}

impl From<&[Leaving]> for Grounds {
    fn from(leaving: &[Leaving]) -> Self {
        let reasons = leaving.iter().map(|Leaving { leak, address }| {
            let text = leak.text();
            (leak.word().to_owned(), 0.0, text.fr.to_string(), text.en.to_string(), address.clone())
        });
        Self { score: 0.0, reasons: reasons.collect() }
    }
}

impl Grounds {
    /// The kinds of facts.
    pub(super) fn codes(&self) -> Vec<String> {
        self.reasons.iter().map(|(code, ..)| code.clone()).collect()
    }
}

/// Why a message could not be kept back: its sender keeps it then.
#[derive(Debug, thiserror::Error)]
pub(super) enum KeepError {
    #[error("cannot encrypt: {0}")]
    Seal(String),
    #[error(transparent)]
    Store(#[from] RecordError),
}

impl Keeper {
    /// A keeper with these files. The keys were checked with the configuration.
    #[must_use]
    pub fn new(quarantine: PathBuf, record: PathBuf, table: &QuarantineTable) -> Self {
        let recipients = table.recipients.iter().filter_map(|key| key.parse().ok()).collect();
        Self { quarantine, record, recipients, days: table.days }
    }

    /// Keeps a message back. It is on the disk and in the record when this returns its short name.
    pub(super) fn keep(
        &self,
        message: &Message,
        said: &Said,
        grounds: &Grounds,
        is_outgoing: bool,
        now: Timestamp,
    ) -> Result<String, KeepError> {
        let sealed = self.seal(message, said, grounds)?;
        let digest = HEXLOWER.encode(&Sha256::digest(&sealed));
        let expires = now.checked_add(SignedDuration::from_hours(24 * i64::from(self.days))).unwrap_or(now);
        let entry = Quarantined {
            id: digest.chars().take(12).collect(),
            sender: message.sender.clone(),
            recipients: message.recipients.clone(),
            codes: grounds.codes(),
            score: grounds.score,
            bytes: message.bytes.len() as u64,
            sealed_sha256: digest,
            expires,
            is_outgoing,
        };
        let store = Quarantine::open(&self.quarantine)?;
        store.hold(now, &entry, &sealed)?;
        if let Err(error) = write_down(&self.record, now, Kind::Quarantined, &entry) {
            // Its sender will bring it again: it must not be kept twice.
            let _ = store.take_back(&entry.id);
            return Err(error.into());
        }
        Ok(entry.id)
    }

    /// Takes a message back that was only just kept: its sender keeps it.
    pub(super) fn take_back(&self, id: &str, now: Timestamp) -> Result<(), KeepError> {
        let decided = Decided { id: id.to_owned(), what: HeldState::Deleted, who: "guard".to_owned() };
        write_down(&self.record, now, Kind::Decided, &decided)?;
        Ok(Quarantine::open(&self.quarantine)?.take_back(id)?)
    }

    fn seal(&self, message: &Message, said: &Said, grounds: &Grounds) -> Result<Vec<u8>, KeepError> {
        let error = |error: &dyn std::fmt::Display| KeepError::Seal(error.to_string());
        let about = Sealed {
            sender: message.sender.clone(),
            recipients: message.recipients.clone(),
            said: said.clone(),
            score: grounds.score,
            reasons: grounds.reasons.clone(),
        };
        let about = serde_json::to_vec(&about).map_err(|e| error(&e))?;
        let keys = self.recipients.iter().map(|key| key as &dyn age::Recipient);
        let encryptor = age::Encryptor::with_recipients(keys).map_err(|e| error(&e))?;
        let mut sealed = Vec::new();
        let mut writer = encryptor.wrap_output(&mut sealed).map_err(|e| error(&e))?;
        writer
            .write_all(&about)
            .and_then(|()| writer.write_all(b"\n"))
            .and_then(|()| writer.write_all(&message.bytes))
            .map_err(|e| error(&e))?;
        writer.finish().map_err(|e| error(&e))?;
        Ok(sealed)
    }
}

/// Writes a decision down: first in the record of this file, then where the message lies.
///
/// # Errors
/// When either refuses.
pub fn decide(store: &Quarantine, record: &Path, decided: &Decided, now: Timestamp) -> Result<(), RecordError> {
    write_down(record, now, Kind::Decided, decided)?;
    store.decide(&decided.id, decided.what)?;
    Ok(())
}

/// Opens a sealed message with a key: what is said of it, and its bytes as they arrived.
///
/// # Errors
/// When the key is not one of those it was sealed to, or it is damaged.
pub fn open_sealed(sealed: &[u8], key: &dyn age::Identity) -> Result<(Sealed, Vec<u8>), String> {
    let decryptor = age::Decryptor::new(sealed).map_err(|error| error.to_string())?;
    let mut plain = Vec::new();
    let mut reader = decryptor.decrypt(iter::once(key)).map_err(|error| error.to_string())?;
    std::io::Read::read_to_end(&mut reader, &mut plain).map_err(|error| error.to_string())?;
    let end = plain.iter().position(|byte| *byte == b'\n').ok_or("no head")?;
    let message = plain.split_off(end + 1);
    let about = serde_json::from_slice(&plain).map_err(|error| error.to_string())?;
    Ok((about, message))
}

#[cfg(test)]
mod tests {
    use vauban_mail::{Code, Facts, Weights};
    use vauban_record::{Record as _, SqliteRecord};

    use crate::config::ReleaseBy;

    use super::*;

    #[test]
    fn what_is_kept_back_is_sealed_and_comes_back_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let key = age::x25519::Identity::generate();
        let table = QuarantineTable {
            recipients: vec![key.to_public().to_string()],
            days: 30,
            digest_hours: 4,
            release_by: ReleaseBy::SecondPerson,
            key_file: String::new(),
        };
        let (quarantine, record) = (folder.path().join("quarantine.sqlite"), folder.path().join("record.sqlite"));
        let keeper = Keeper::new(quarantine.clone(), record.clone(), &table);
        let bytes = b"Subject: CANARY-1\r\n\r\nCANARY-2 \xff\r\n".to_vec();
        let message = Message { sender: "a@b.example".to_owned(), bytes: bytes.clone(), ..Message::default() };
        let mut facts = Facts::default();
        facts.add(Code::Shortcut, "CANARY-3.lnk");
        let grounds = Grounds::from(&Weights::built_in().judge(&facts));
        let id = keeper.keep(&message, &Said::default(), &grounds, false, Timestamp::UNIX_EPOCH).unwrap();

        for name in std::fs::read_dir(folder.path()).unwrap() {
            let bytes = std::fs::read(name.unwrap().path()).unwrap();
            assert!(!bytes.windows(7).any(|window| window == b"CANARY-"), "in clear on the disk");
        }
        let store = Quarantine::open(&quarantine).unwrap();
        let sealed = store.sealed(&id).unwrap().unwrap();
        let (about, opened) = open_sealed(&sealed, &key).unwrap();
        assert_eq!(opened, bytes);
        assert_eq!(about.reasons[0].4, "CANARY-3.lnk");
        assert!(open_sealed(&sealed, &age::x25519::Identity::generate()).is_err());
        let mut kinds = Vec::new();
        SqliteRecord::open(&record).unwrap().entries(None, None, &mut |entry| kinds.push(entry.kind)).unwrap();
        assert_eq!(kinds, [Kind::Quarantined]);

        // Without a record nothing is kept: the sender keeps it.
        std::fs::remove_file(&record).unwrap();
        std::fs::create_dir(&record).unwrap();
        assert!(keeper.keep(&message, &Said::default(), &grounds, false, Timestamp::UNIX_EPOCH).is_err());
        assert_eq!(store.list(true).unwrap().len(), 1);
    }
}
