//! Mail: a filter beside Postfix or Sendmail, asked about each message while its sender still waits.
//!
//! What the mail server tells becomes a [`Message`]; a reader behind the walls turns it into facts; their weight is the
//! verdict, and the answer follows. A message is kept back only when it is encrypted and on the disk; until then its sender
//! keeps it. Nothing of a message is ever written in clear.

mod answer;
mod authenticate;
mod judge;
mod keep;
mod message;
mod remember;
mod sensor;
mod session;

pub use authenticate::{Authenticator, Passed, Proofs};
pub use judge::{Judge, Readers};
pub use keep::{Keeper, Sealed, decide, open_sealed};
pub use message::Message;
pub use remember::Memory;
pub use sensor::MailSensor;
