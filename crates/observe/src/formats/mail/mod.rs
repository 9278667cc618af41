//! Internet messages (RFC 5322, MIME): headers, bodies in every coding and charset, attachments, messages inside
//! messages. Every byte that no part claims is handed over as it stands, so that broken MIME hides nothing. It
//! verifies no signature, opens no encryption, and follows no reference to a body kept elsewhere.

mod bounds;
#[cfg(test)]
mod corpus;
mod coverage;
mod headers;
mod parts;
mod read;
mod recognise;
mod transfer;
mod uuencode;

pub use bounds::check as check_mail_bounds;
pub(crate) use read::Mail;
pub(crate) use recognise::begins_with_headers;
