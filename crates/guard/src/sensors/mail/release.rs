//! Handing a message over that was kept back: to its readers, byte by byte as it arrived, or encrypted for those who have
//! a key.

use std::{fs, io::BufReader};

use jiff::Timestamp;
use vauban_mail::Weights;
use vauban_record::{Held, Quarantine, RecordError};

use super::{
    keep::{Sealed, open_sealed},
    keys::{CannotEncrypt, Keys},
    means::{Means, Random},
    post::{Post, PostError},
};
use crate::config::{MailTable, ReleaseBy};

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

/// Hands an opened message over to these readers.
///
/// # Errors
/// When it was not taken for all of them.
pub fn hand_over(
    post: &Post,
    keys: Option<&Keys>,
    random: Random,
    about: &Sealed,
    message: &[u8],
    readers: &[String],
    now: Timestamp,
) -> Result<(), ReleaseError> {
    let mut in_clear = Vec::new();
    for reader in readers {
        match keys.map(|keys| keys.encrypt(reader, message, random, now)).transpose()?.flatten() {
            Some(encrypted) => post.hand_over(&about.sender, std::slice::from_ref(reader), &encrypted)?,
            None => in_clear.push(reader.clone()),
        }
    }
    if !in_clear.is_empty() {
        post.hand_over(&about.sender, &in_clear, message)?;
    }
    Ok(())
}

/// Gives one reader a message at once, where the policy lets readers decide. Whether it was given.
pub(super) fn release_to(
    means: &Means,
    table: &MailTable,
    store: &Quarantine,
    held: &Held,
    reader: &str,
    now: Timestamp,
) -> Result<bool, ReleaseError> {
    let Some(quarantine) = &table.quarantine else { return Ok(false) };
    let reasons = Weights::built_in().explain(&held.message.codes);
    // What decides alone is never a matter of taste; and what is no fact of incoming mail is a rule's business.
    let is_decisive = reasons.iter().any(|reason| reason.is_decisive) || reasons.len() < held.message.codes.len();
    if quarantine.release_by != ReleaseBy::Reader || is_decisive {
        return Ok(false);
    }
    let (about, message) = open_with(store, held, &quarantine.key_file)?;
    hand_over(&means.post, means.keys.as_ref(), means.random, &about, &message, &[reader.to_owned()], now)?;
    Ok(true)
}
