//! What is known of an account.

use std::fmt;

use jiff::Timestamp;

use crate::{AccountId, Label, PersonId};

/// An issuer's address, at most.
const ISSUER: usize = 512;
/// A subject, at most (OpenID Connect Core, section 2).
const SUBJECT: usize = 255;

/// No subject that a provider may name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an issuer of 1 to 512 characters of ASCII and a subject of 1 to 255 are expected")]
pub struct InvalidSubject;

/// Whom a provider means: its own address, and a name that it gives to nobody else, ever (`iss` and `sub`; OpenID Connect Core, section
/// 5.7). An address of mail is none: another person may have it tomorrow.
#[derive(Clone, PartialEq, Eq)]
pub struct Subject {
    issuer: String,
    subject: String,
}

impl Subject {
    /// The one with these names.
    ///
    /// # Errors
    /// When one is empty, too long, or holds anything but ASCII that is seen.
    pub fn new(issuer: &str, subject: &str) -> Result<Self, InvalidSubject> {
        let is_one = |text: &str, most| {
            (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic())
        };
        if is_one(issuer, ISSUER) && is_one(subject, SUBJECT) {
            Ok(Self { issuer: issuer.to_owned(), subject: subject.to_owned() })
        } else {
            Err(InvalidSubject)
        }
    }

    /// The provider.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Its name for the account.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }
}

impl fmt::Debug for Subject {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Subject({}, ..)", self.issuer)
    }
}

/// An account that is to be somebody's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAccount {
    /// As its provider names it.
    pub subject: Subject,
    /// As people know it: mostly an address. It is shown, and decides nothing.
    pub label: Label,
}

/// What a provider said just now: which account, and when its holder signed in there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    /// The account.
    pub account: NewAccount,
    /// When its holder signed in at the provider, where that is known.
    pub authenticated: Option<Timestamp>,
}

/// An account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its name here.
    pub id: AccountId,
    /// Whose.
    pub person: PersonId,
    /// As its provider names it.
    pub subject: Subject,
    /// As people know it.
    pub label: Label,
    /// Since when it is somebody's.
    pub added: Timestamp,
    /// When it was last used.
    pub used: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_is_short_and_seen() {
        assert!(Subject::new("https://id.example", "248289761001").is_ok());
        let long = "x".repeat(256);
        for subject in ["", "a\n", "\u{e9}", "a\0b", &long] {
            assert_eq!(Subject::new("https://id.example", subject), Err(InvalidSubject), "{subject:?}");
        }
        assert_eq!(Subject::new("", "a"), Err(InvalidSubject));
    }
}
