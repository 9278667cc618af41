//! Handing a message over that was kept back: to its readers, byte by byte as it arrived, or encrypted for those who have
//! a key.

use std::{fs, io::BufReader, path::Path};

use jiff::Timestamp;
use vauban_mail::Weights;
use vauban_record::{Decided, Held, HeldState, Quarantine, RecordError};

use super::{
    keep::{Sealed, decide, open_sealed},
    keys::{CannotEncrypt, Keys},
    means::Random,
    post::{Post, PostError},
};
use crate::config::{QuarantineTable, ReleaseBy};

/// Why a message was not released: it stays kept back.
#[derive(Debug, thiserror::Error)]
pub enum ReleaseError {
    /// The store of what is kept back refuses.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The mail server does not take it.
    #[error(transparent)]
    Post(#[from] PostError),
    /// A reader's key cannot be used.
    #[error(transparent)]
    Encrypt(#[from] CannotEncrypt),
    /// The private key cannot be read, or opens nothing.
    #[error("the key in {0} opens nothing: {1}")]
    Key(String, String),
    /// It was decided on.
    #[error("it is no longer there")]
    Gone,
    /// Somebody else decides on it, or just did.
    #[error("somebody else decides on it, or just did")]
    Claimed,
    /// Whom it is for, or from, may not decide.
    #[error("a second person releases it, not the one it is for or from")]
    Own,
}

/// Opens a message that is kept back with the key in a file.
///
/// # Errors
/// When there is no such key, or it opens nothing.
pub fn open_with(store: &Quarantine, held: &Held, key_file: &str) -> Result<(Sealed, Vec<u8>), ReleaseError> {
    let sealed = store.sealed(&held.message.id)?.ok_or(ReleaseError::Gone)?;
    let wrong = |error: String| ReleaseError::Key(key_file.to_owned(), error);
    let file = fs::File::open(key_file).map_err(|error| wrong(error.to_string()))?;
    let keys = age::IdentityFile::from_buffer(BufReader::new(file))
        .and_then(|file| file.into_identities().map_err(std::io::Error::other))
        .map_err(|error| wrong(error.to_string()))?;
    let mut last = "no key in the file".to_owned();
    for key in &keys {
        match open_sealed(&sealed, key.as_ref()) {
            Ok(opened) => return Ok(opened),
            Err(reason) => last = reason,
        }
    }
    Err(wrong(last))
}

/// What a message that is kept back is given to its readers with.
pub struct Release<'r> {
    /// The store of what is kept back.
    pub store: &'r Quarantine,
    /// The file of the record.
    pub record: &'r Path,
    /// The door past the filter.
    pub post: &'r Post,
    /// The readers' keys.
    pub keys: Option<&'r Keys>,
    /// Randomness.
    pub random: Random,
    /// When.
    pub now: Timestamp,
}

impl Release<'_> {
    /// Gives a message to all its readers who do not have it yet, and writes down who decided so.
    ///
    /// # Errors
    /// When it was not taken for all of them, or somebody else decides on it; whoever got it is known.
    pub fn to_all(&self, held: &Held, key_file: &str, who: &str) -> Result<(), ReleaseError> {
        let message = &held.message;
        let is_own = |address: &str| address.split('@').next().is_some_and(|local| local.eq_ignore_ascii_case(who));
        if message.is_outgoing && is_own(&message.sender)
            || !message.is_outgoing && message.recipients.iter().any(|to| is_own(to))
        {
            return Err(ReleaseError::Own);
        }
        claimed(self.store, held, self.now, || {
            let (about, bytes) = open_with(self.store, held, key_file)?;
            self.give(held, &about, &bytes, &message.recipients)?;
            let decided = Decided { id: message.id.clone(), what: HeldState::Released, who: who.to_owned() };
            Ok(decide(self.store, self.record, &decided, self.now)?)
        })
    }

    /// Gives a message to one of its readers; the last one settles it.
    pub(super) fn to_one(&self, held: &Held, key_file: &str, reader: &str) -> Result<(), ReleaseError> {
        claimed(self.store, held, self.now, || {
            let (about, bytes) = open_with(self.store, held, key_file)?;
            self.give(held, &about, &bytes, &[reader.to_owned()])?;
            if self.store.all_given(held)? {
                let decided =
                    Decided { id: held.message.id.clone(), what: HeldState::Released, who: reader.to_owned() };
                return Ok(decide(self.store, self.record, &decided, self.now)?);
            }
            Ok(())
        })
    }

    /// Hands a message over: first it is known that every key can be used, then one reader after the other gets it, once.
    fn give(&self, held: &Held, about: &Sealed, message: &[u8], readers: &[String]) -> Result<(), ReleaseError> {
        for reader in readers {
            self.keys.map(|keys| keys.usable(reader, self.now)).transpose()?;
        }
        for reader in readers {
            let name = reader.to_lowercase();
            if !self.store.give(&held.message.id, &name, self.now)? {
                continue;
            }
            let given = (|| {
                let copy = self.keys.map(|keys| keys.encrypt(reader, message, self.random, self.now)).transpose()?;
                let bytes = copy.flatten();
                let bytes = bytes.as_deref().unwrap_or(message);
                Ok::<_, ReleaseError>(self.post.hand_over(&about.sender, std::slice::from_ref(reader), bytes)?)
            })();
            if given.is_err() {
                self.store.take_from(&held.message.id, &name)?;
            }
            given?;
        }
        Ok(())
    }
}

/// Deletes a message for good.
///
/// # Errors
/// When somebody else decides on it, or a store refuses.
pub fn delete(store: &Quarantine, record: &Path, held: &Held, who: &str, now: Timestamp) -> Result<(), ReleaseError> {
    claimed(store, held, now, || {
        let decided = Decided { id: held.message.id.clone(), what: HeldState::Deleted, who: who.to_owned() };
        Ok(decide(store, record, &decided, now)?)
    })
}

/// Decides on a message that nobody else decides on meanwhile.
fn claimed(
    store: &Quarantine,
    held: &Held,
    now: Timestamp,
    decide: impl FnOnce() -> Result<(), ReleaseError>,
) -> Result<(), ReleaseError> {
    let id = &held.message.id;
    if !store.claim(id, now)? {
        return Err(ReleaseError::Claimed);
    }
    let outcome = decide();
    let _ = store.unclaim(id);
    outcome
}

/// Whether the policy lets a reader have this message without somebody else.
pub(super) fn may_ask(table: &QuarantineTable, held: &Held) -> bool {
    let reasons = Weights::built_in().explain(&held.message.codes);
    // What decides alone is never a matter of taste; and what is no fact of incoming mail is a rule's business.
    let is_decisive = reasons.iter().any(|reason| reason.is_decisive) || reasons.len() < held.message.codes.len();
    table.release_by == ReleaseBy::Reader && !is_decisive
}
