//! Mail: a filter beside Postfix or Sendmail, asked about each message while its sender still waits.
//!
//! What the mail server tells becomes a [`Message`]; a reader behind the walls turns it into facts; their weight is the
//! verdict, and the answer follows. A message is kept back only when it is encrypted and on the disk; until then its sender
//! keeps it. Nothing of a message is ever written in clear.

mod answer;
mod authenticate;
mod candidates;
mod course;
mod digest;
mod errand;
mod history;
mod judge;
mod keep;
mod keys;
mod means;
mod message;
mod notice;
mod post;
mod private;
mod release;
mod remember;
mod reports;
mod sensor;
mod session;
mod shown;

pub use authenticate::{Authenticator, Passed, Proofs};
pub use course::came_by_mail;
pub(crate) use digest::tell;
pub use history::History;
pub use judge::{Judge, Readers};
pub use keep::{Keeper, Sealed, decide, open_sealed};
pub use keys::{CannotEncrypt, Keys, KeysError};
pub use means::{Means, Random};
pub use message::Message;
pub use post::{Post, PostError};
pub use release::{Release, ReleaseError, delete, open_with};
pub use remember::Memory;
pub use reports::{ConfirmError, Found, confirm, past};
pub use sensor::MailSensor;
pub use shown::asked_for;
