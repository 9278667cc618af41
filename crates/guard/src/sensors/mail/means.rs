//! What verdicts are carried out with, as the configuration says it: replaced as a whole when that changes.

use std::path::PathBuf;

use jiff::Timestamp;
use vauban_mail::Known;
use vauban_model::Lang;
use vauban_record::{Kind, RecordError, write_down};

use super::{
    keep::Keeper,
    keys::{CannotEncrypt, Keys},
    notice::Notice,
    post::{Post, PostError},
};
use crate::config::MailTable;

/// Fills bytes from the operating system's source of randomness.
pub type Random = fn(&mut [u8]) -> std::io::Result<()>;

/// What verdicts are carried out with.
#[derive(Clone)]
pub struct Means {
    /// Where messages are kept back; none where they are refused.
    pub keeper: Option<Keeper>,
    /// The door past the filter.
    pub post: Post,
    /// The readers' keys; none to leave all mail in clear.
    pub keys: Option<Keys>,
    /// The file of messages that are kept back.
    pub quarantine: PathBuf,
    /// The file of the record.
    pub record: PathBuf,
    /// Randomness.
    pub random: Random,
}

/// Why the guard's own words did not go out.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SayError {
    #[error("an address is not one")]
    Address,
    #[error("no randomness: {0}")]
    Random(#[from] std::io::Error),
    #[error(transparent)]
    Encrypt(#[from] CannotEncrypt),
    #[error(transparent)]
    Post(#[from] PostError),
}

impl SayError {
    /// Whether it is of no use to try again.
    pub(super) fn is_permanent(&self) -> bool {
        match self {
            Self::Address => true,
            Self::Random(_) | Self::Encrypt(_) => false,
            Self::Post(error) => error.is_permanent(),
        }
    }

    /// The word for it in logs, which hold no address.
    pub(crate) fn word(&self) -> String {
        match self {
            Self::Address => "an address is not one".to_owned(),
            Self::Random(_) => "no randomness".to_owned(),
            Self::Encrypt(why) => why.word().to_owned(),
            Self::Post(error) => error.word(),
        }
    }
}

impl Means {
    /// Sends the guard's own words. They bounce to nobody.
    pub(super) fn say(&self, notice: &Notice<'_>, table: &MailTable, now: Timestamp) -> Result<(), SayError> {
        let languages: Vec<Lang> = table.languages.iter().map(|language| Lang::from(*language)).collect();
        let message = notice.message(&languages, now, self.bytes()?).ok_or(SayError::Address)?;
        // What it says of mail that is stored encrypted is stored so, too.
        let copy = self.keys.as_ref().map(|keys| keys.encrypt(notice.to, &message, self.random, now)).transpose()?;
        self.post.hand_over("", &[notice.to.to_owned()], copy.flatten().as_deref().unwrap_or(&message))?;
        Ok(())
    }

    /// Random bytes.
    pub(super) fn bytes<const N: usize>(&self) -> std::io::Result<[u8; N]> {
        let mut bytes = [0; N];
        (self.random)(&mut bytes)?;
        Ok(bytes)
    }

    /// Writes something down.
    pub(super) fn write_down(
        &self,
        now: Timestamp,
        kind: Kind,
        body: &impl serde::Serialize,
    ) -> Result<(), RecordError> {
        write_down(&self.record, now, kind, body)
    }
}

/// Whether mail to this address stays with the organisation's own people.
pub(super) fn is_ours(known: &Known, address: &str) -> bool {
    address.rsplit_once('@').is_some_and(|(_, domain)| known.is_own(domain))
}
