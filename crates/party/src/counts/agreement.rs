//! Who agreed that counts are told, and who ended it: lines of a text, of which the last one decides. Whatever cannot be read is no
//! agreement.

use std::path::PathBuf;

use vauban_release::Time;

use super::CountsError;
use crate::{Party, files};

const FILE: &str = "agreement.txt";
/// What was agreed to: another form of statement needs another agreement.
const FORMAT: &str = "counts/1";
const AGREED: &str = "agreed";
const STOPPED: &str = "stopped";
/// The longest name of a person, in bytes.
const LONGEST: usize = 200;

/// A person agreed that counts are told, and nobody ended it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CountsAgreement {
    /// Who.
    pub by: String,
    /// Since when.
    pub since: Time,
}

impl Party {
    /// The agreement that is in force; none unless a person agreed, and it was not ended.
    ///
    /// # Errors
    /// [`CountsError::Io`].
    pub fn counts_agreement(&self) -> Result<Option<CountsAgreement>, CountsError> {
        Ok(files::read(&self.agreement())?.and_then(|bytes| read(&bytes)))
    }

    /// A person agrees: from this week on, counts are told. One who agrees again changes nothing.
    ///
    /// # Errors
    /// [`CountsError::Nobody`] or [`CountsError::Io`].
    pub fn agree_to_counts(&self, by: &str, now: Time) -> Result<(), CountsError> {
        let by = by.trim();
        if by.is_empty() || by.len() > LONGEST || by.chars().any(char::is_control) {
            return Err(CountsError::Nobody);
        }
        if self.counts_agreement()?.is_some() { Ok(()) } else { self.write_agreement(AGREED, by, now) }
    }

    /// Ends it. What was kept and not answered is not sent any more.
    ///
    /// # Errors
    /// [`CountsError::Io`].
    pub fn stop_counts(&self, who: &str, now: Time) -> Result<(), CountsError> {
        if self.counts_agreement()?.is_some() {
            let who: String = who.chars().filter(|sign| !sign.is_control()).take(LONGEST).collect();
            self.write_agreement(STOPPED, &who, now)?;
        }
        self.give_up_counts()
    }

    fn write_agreement(&self, what: &str, who: &str, now: Time) -> Result<(), CountsError> {
        let path = self.agreement();
        let mut text = files::read(&path)?.unwrap_or_default();
        // A line that was cut off does not swallow the one after it.
        if text.last().is_some_and(|last| *last != b'\n') {
            text.push(b'\n');
        }
        text.extend_from_slice(format!("{what} {FORMAT} {now} {who}\n").as_bytes());
        Ok(vauban_intel::whole::write(&path, &text)?)
    }

    fn agreement(&self) -> PathBuf {
        self.counts_folder().join(FILE)
    }
}

fn read(bytes: &[u8]) -> Option<CountsAgreement> {
    let text = std::str::from_utf8(bytes).ok()?.strip_suffix('\n')?;
    let rest =
        text.lines().next_back()?.strip_prefix(AGREED)?.strip_prefix(' ')?.strip_prefix(FORMAT)?.strip_prefix(' ')?;
    let (since, by) = rest.split_once(' ')?;
    Some(CountsAgreement { by: by.to_owned(), since: since.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_cannot_be_read_is_no_agreement() {
        let line = "agreed counts/1 2026-11-26T12:00:00Z A. Martin\n";
        let agreed = read(line.as_bytes()).unwrap();
        assert_eq!((agreed.by.as_str(), agreed.since.to_string().as_str()), ("A. Martin", "2026-11-26T12:00:00Z"));
        for text in [
            "",
            "\n",
            line.trim_end(),
            &line.replace("counts/1", "counts/2"),
            &line.replace("2026", "x"),
            &line.replace("agreed", "asked"),
            &format!("{line}stopped counts/1 2026-11-27T12:00:00Z B\n"),
            &format!("{line}agr\n"),
        ] {
            assert_eq!(read(text.as_bytes()), None, "{text:?}");
        }
        assert_eq!(read(&[line.as_bytes(), b"\xff\n"].concat()), None);
        assert!(read(format!("stopped counts/1 2026-11-25T12:00:00Z B\n{line}").as_bytes()).is_some());
    }
}
