//! Why a mailbox could not be read.

use std::io;

/// Why a mailbox could not be read.
#[derive(Debug, thiserror::Error)]
pub enum MailboxError {
    /// The server cannot be reached, or the connection broke.
    #[error("no connection to {server}: {source}")]
    Io {
        /// Whose.
        server: String,
        /// Why.
        source: io::Error,
    },
    /// The server's certificate was refused, or it does not speak TLS.
    #[error("the identity of {server} is not proven: {reason}")]
    Identity {
        /// Whose.
        server: String,
        /// Why.
        reason: String,
    },
    /// The server did not answer in time.
    #[error("{server} does not answer")]
    Silent {
        /// Who.
        server: String,
    },
    /// Somebody asked for the end.
    #[error("stopped on request")]
    Stopped,
    /// The server does not speak IMAP as it should.
    #[error("{0} does not speak IMAP")]
    NotImap(String),
    /// The server says more than is taken.
    #[error("{0} says more than it should")]
    TooMuch(String),
    /// The server ends the conversation.
    #[error("the server hangs up: {0}")]
    Bye(String),
    /// The user was refused.
    #[error("the server refuses the sign-in: {0}")]
    SignIn(String),
    /// The server takes no such secret.
    #[error("the server does not offer {0}")]
    NoMechanism(&'static str),
    /// A command was refused.
    #[error("the server refuses {what}: {said}")]
    Refused {
        /// What was asked.
        what: &'static str,
        /// What the server says of it.
        said: String,
    },
    /// The mailbox was made anew since its messages were listed.
    #[error("the mailbox was made anew meanwhile")]
    Renewed,
    /// A message that was listed is not there.
    #[error("the message is no longer there")]
    Vanished,
}

impl MailboxError {
    /// Whether another attempt on a new connection may go well.
    #[must_use]
    pub const fn may_pass(&self) -> bool {
        matches!(self, Self::Io { .. } | Self::Silent { .. } | Self::Bye(_) | Self::NotImap(_))
    }
}
