//! Which mailbox: `imaps://user@host/`, after RFC 5092.

use std::fmt;

use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};
use url::Url;

use crate::Envelope;

/// A user of a server, and perhaps one of the mailboxes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The user.
    pub user: String,
    /// The server: the one host that is dialled.
    pub host: String,
    /// Its port; 993 unless another is named.
    pub port: u16,
    /// The only mailbox to read, by the name that people see; none for all of them.
    pub mailbox: Option<String>,
}

/// Why this names no mailbox that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AccountError {
    /// `imap://` would send the password in clear.
    #[error("imap:// sends the password in clear: use imaps://")]
    Clear,
    /// A password in a URL stands in the list of processes and in the history of the shell.
    #[error("a password does not belong into the URL: it is asked for, or read from a file")]
    Password,
    /// No user.
    #[error("it does not say whose mailbox: imaps://user@host/")]
    NoUser,
    /// Not a URL of a server.
    #[error("not of the form imaps://user@host/mailbox")]
    Form,
}

const PORT: u16 = 993;
/// What would end a part of the URL; everything but ASCII is encoded anyhow.
const RESERVED: &AsciiSet =
    &CONTROLS.add(b' ').add(b'%').add(b';').add(b'?').add(b'#').add(b'"').add(b'<').add(b'>').add(b'\\');
const RESERVED_IN_USER: &AsciiSet = &RESERVED.add(b'@').add(b':').add(b'/');

impl Account {
    /// Whether a person means a mailbox by this, and not a file.
    #[must_use]
    pub fn is_meant_by(text: &str) -> bool {
        ["imaps://", "imap://"]
            .iter()
            .any(|scheme| text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)))
    }

    /// Reads such a URL. A user who is an address may be written as it is: `imaps://alice@news.example@imap.example/`.
    ///
    /// # Errors
    /// When it is none, or one that is not to be used.
    pub fn parse(text: &str) -> Result<Self, AccountError> {
        let (scheme, rest) = text.split_once("://").ok_or(AccountError::Form)?;
        if scheme.eq_ignore_ascii_case("imap") {
            return Err(AccountError::Clear);
        }
        if !scheme.eq_ignore_ascii_case("imaps") {
            return Err(AccountError::Form);
        }
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let (user, server) = authority.rsplit_once('@').ok_or(AccountError::NoUser)?;
        if user.contains(':') {
            return Err(AccountError::Password);
        }
        // The host in its one written form, whatever its script and case.
        let server = Url::parse(&format!("https://{server}/")).map_err(|_| AccountError::Form)?;
        let host = server.host_str().ok_or(AccountError::Form)?;
        let user = decoded(user)?;
        if user.is_empty() {
            return Err(AccountError::NoUser);
        }
        let mailbox = decoded(path.trim_end_matches('/'))?;
        Ok(Self {
            user,
            host: host.trim_start_matches('[').trim_end_matches(']').to_owned(),
            // 443 is what the other scheme leaves out.
            port: if authority.ends_with(":443") { 443 } else { server.port().unwrap_or(PORT) },
            mailbox: (!mailbox.is_empty()).then_some(mailbox),
        })
    }

    /// A mailbox of it, by the name that people see.
    #[must_use]
    pub fn mailbox(&self, name: &str) -> String {
        format!("{self}{}", utf8_percent_encode(name, RESERVED))
    }

    /// A message in it.
    #[must_use]
    pub fn message(&self, name: &str, validity: u32, envelope: &Envelope) -> String {
        format!("{};UIDVALIDITY={validity}/;UID={}", self.mailbox(name), envelope.uid)
    }
}

/// The account without a mailbox.
impl fmt::Display for Account {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let user = utf8_percent_encode(&self.user, RESERVED_IN_USER);
        let (open, close) = if self.host.contains(':') { ("[", "]") } else { ("", "") };
        write!(formatter, "imaps://{user}@{open}{}{close}", self.host)?;
        match self.port {
            PORT => formatter.write_str("/"),
            port => write!(formatter, ":{port}/"),
        }
    }
}

fn decoded(text: &str) -> Result<String, AccountError> {
    percent_decode_str(text).decode_utf8().map(Into::into).map_err(|_| AccountError::Form)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_and_written_again() {
        let account = |user: &str, host: &str, port, mailbox: Option<&str>| {
            Ok(Account { user: user.to_owned(), host: host.to_owned(), port, mailbox: mailbox.map(str::to_owned) })
        };
        for (text, expected, written) in [
            ("imaps://alice@imap.example/", account("alice", "imap.example", 993, None), "imaps://alice@imap.example/"),
            ("IMAPS://alice@IMAP.example", account("alice", "imap.example", 993, None), "imaps://alice@imap.example/"),
            (
                "imaps://alice@news.example@imap.example:1993/INBOX",
                account("alice@news.example", "imap.example", 1993, Some("INBOX")),
                "imaps://alice%40news.example@imap.example:1993/",
            ),
            (
                "imaps://alice%40news.example@[::1]:443/Envoy%C3%A9s/2017/",
                account("alice@news.example", "::1", 443, Some("Envoyés/2017")),
                "imaps://alice%40news.example@[::1]:443/",
            ),
        ] {
            let parsed = Account::parse(text);
            assert_eq!(parsed, expected, "{text}");
            let parsed = parsed.unwrap();
            assert_eq!(parsed.to_string(), written);
            assert_eq!(Account::parse(&parsed.to_string()), Ok(Account { mailbox: None, ..parsed }));
        }
    }

    #[test]
    fn what_would_be_unsafe_is_refused() {
        for (text, error) in [
            ("imap://alice@imap.example/", AccountError::Clear),
            ("imaps://alice:secret@imap.example/", AccountError::Password),
            ("imaps://imap.example/", AccountError::NoUser),
            ("imaps://@imap.example/", AccountError::NoUser),
            ("imaps://alice@/", AccountError::Form),
            ("imaps://alice@imap.example:99999/", AccountError::Form),
            ("imaps://alice%ff@imap.example/", AccountError::Form),
            ("https://alice@imap.example/", AccountError::Form),
            ("/var/mail", AccountError::Form),
        ] {
            assert_eq!(Account::parse(text), Err(error), "{text}");
        }
        assert!(Account::is_meant_by("IMAP://x") && !Account::is_meant_by("imapé://") && !Account::is_meant_by("x"));
    }

    #[test]
    fn a_message_has_a_name_of_its_own() {
        let account = Account::parse("imaps://alice@imap.example/").unwrap();
        let envelope = Envelope { uid: 20, size: 1, received: None };
        assert_eq!(
            account.message("Reçu; ou non", 7, &envelope),
            "imaps://alice@imap.example/Re%C3%A7u%3B%20ou%20non;UIDVALIDITY=7/;UID=20"
        );
    }
}
