//! Mailboxes in the mbox family (RFC 4155; mboxo, mboxrd, mboxcl, and what Thunderbird and mail exports write):
//! each message is a child. `Content-Length` is not believed: a lie in it would hide the messages that follow.

mod read;
mod separator;

pub(crate) use read::Mbox;
