//! Tools hear that a session ended. One that does not answer costs a round its patience once, and nobody else their turn.

use std::{collections::BTreeSet, io, sync::TryLockError, thread};

use vauban_oidc::{Delivery, OidcError};

use super::Desk;

/// What is told in one round, at most. A token is signed just before it is sent, so that those at the end of a long round are good as well.
const MOST: u32 = 1_000;

/// What came of posting to a tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// It answered that it heard: 200 or 204 (OpenID Connect Back-Channel Logout, section 2.8).
    Yes,
    /// It answered otherwise, and may hear the next one.
    No,
    /// It did not answer, or what stands before it says that it is down: whatever else it is to hear waits, too.
    Nobody,
}

impl Desk {
    /// Begins a round in a thread of its own, for whoever has something else to do each minute than to wait for tools. `carry` posts a form to an
    /// address.
    ///
    /// # Errors
    /// When there is no thread to be had.
    pub fn tell_beside(&self, carry: impl Fn(&str, &str) -> Heard + Send + 'static) -> io::Result<()> {
        let desk = self.clone();
        let round = move || {
            if let Err(error) = desk.tell(&carry) {
                tracing::error!(%error, "tools could not be told that sessions ended; it is tried again");
            }
        };
        thread::Builder::new().name("telling".to_owned()).spawn(round).map(drop)
    }

    /// Tells tools what is due; what was not heard is tried again, each time later. While a round lasts there is no other: a tool would be told twice.
    ///
    /// # Errors
    /// When the provider's file refuses.
    pub fn tell(&self, carry: &dyn Fn(&str, &str) -> Heard) -> Result<(), OidcError> {
        let _alone = match self.telling.try_lock() {
            Ok(alone) => alone,
            Err(TryLockError::WouldBlock) => return Ok(()),
            // A round that panicked is over.
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
        };
        let mut silent = BTreeSet::new();
        for delivery in self.provider.deliveries(MOST, self.site.now())? {
            if !silent.contains(&delivery.client) && self.deliver(&delivery, carry)? == Heard::Nobody {
                silent.insert(delivery.client);
            }
        }
        Ok(())
    }

    fn deliver(&self, delivery: &Delivery, carry: &dyn Fn(&str, &str) -> Heard) -> Result<Heard, OidcError> {
        let body = match self.provider.logout_form(delivery, self.site.now()) {
            Ok(body) => body,
            // A key that is missing is one algorithm's: tools with another one hear.
            Err(error) => {
                tracing::error!(client = %delivery.client, %error, "a tool could not be told that a session ended");
                return Ok(Heard::No);
            }
        };
        let heard = carry(&delivery.to, &body);
        match heard {
            Heard::Yes => self.provider.delivered(delivery.number)?,
            Heard::No => self.provider.not_delivered(delivery.number, self.site.now())?,
            Heard::Nobody => self.provider.unreachable(&delivery.client, self.site.now())?,
        }
        if heard != Heard::Yes {
            tracing::warn!(client = %delivery.client, ?heard, "a tool could not be told that a session ended");
        }
        Ok(heard)
    }
}
