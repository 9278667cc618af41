//! Tools hear that a session ended.

use vauban_oidc::{Delivery, OidcError};

use super::Desk;

/// Tools that are told at a time.
const MOST: u32 = 32;

impl Desk {
    /// To be called after [`tend`](Self::tend), beside the server's own threads. `carry` posts a form to an address, and says whether it
    /// was heard; what was not is tried again, each time later.
    ///
    /// # Errors
    /// When the provider's file refuses.
    pub fn tell(&self, carry: &dyn Fn(&Delivery) -> bool) -> Result<(), OidcError> {
        for delivery in self.provider.deliveries(MOST, self.site.now())? {
            if carry(&delivery) {
                self.provider.delivered(delivery.number)?;
            } else {
                tracing::warn!(client = %delivery.client, "a tool could not be told that a session ended");
                self.provider.not_delivered(delivery.number, self.site.now())?;
            }
        }
        Ok(())
    }
}
