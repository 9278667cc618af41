//! What time does. Rules look at the time themselves; this makes what they see lasting, and clears away.

use jiff::Timestamp;

use crate::{
    PeopleError, Warning,
    store::{Lasting, People},
};

/// What time did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tended {
    /// People whose end has come.
    pub ended: u64,
    /// Requests that were done because their delay was over.
    pub done: u64,
    /// What has to be said when administrators are few.
    pub warning: Option<Warning>,
}

impl People {
    /// Called about once a minute: ends people whose end has come, does what is due, ends what is over, forgets what is old. It also makes
    /// ends lasting, so that a clock that goes back wakes no session.
    ///
    /// # Errors
    /// When the file refuses; nothing was done then.
    pub fn tend(&self, now: Timestamp) -> Result<Tended, PeopleError> {
        let tended = self.change(Lasting::Now, now, |change| {
            let ended = change.close_ended()?;
            let done = change.settle_what_is_due()?;
            change.end_what_is_over()?;
            change.clear_passes()?;
            change.clear_challenges()?;
            change.forget_attempts()?;
            change.forget_events()?;
            Ok(Tended { ended, done, warning: change.warning_once_founded()? })
        })?;
        self.empty_log()?;
        Ok(tended)
    }
}
