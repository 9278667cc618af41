//! A mailbox where it lies: an IMAP client that only reads.
//!
//! [`Account`] is what a person names: a server, a user, perhaps one mailbox. [`Connection`] signs in and hands over the
//! list of messages and their bytes, piece by piece. Mailboxes are opened with EXAMINE and bodies fetched with BODY.PEEK,
//! so that no message is marked as read (RFC 3501, RFC 9051). What the server says is bounded: it may be hostile, or
//! be taken for another by somebody on the way. It dials one host, the one that was named: referrals are not followed. It
//! understands no message.

mod account;
mod connection;
mod conversation;
mod error;
mod name;
#[cfg(test)]
mod scripted;
mod sign_in;
mod stream;

pub use account::{Account, AccountError};
pub use connection::{Connection, Envelope, Listing, Mailbox};
pub use error::MailboxError;
pub use sign_in::Login;
pub use stream::{Authorities, AuthoritiesError, Circumstances};
