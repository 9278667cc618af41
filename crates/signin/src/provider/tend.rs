//! What time does to the provider: keys are made before they are needed, and tools hear that a session ended.

use vauban_oidc::{Delivery, MadeKey, OidcError};

use super::Desk;

/// Tools that are told at a time.
const MOST: u32 = 32;

impl Desk {
    /// To be called about once a minute, beside the server's threads: an RSA key takes a second to find. `carry` posts a form to an
    /// address, and says whether it was heard; what was not is tried again, each time later.
    ///
    /// # Errors
    /// When the provider's file refuses, or who is signed in cannot be asked.
    pub fn tend(&self, carry: &dyn Fn(&Delivery) -> bool) -> Result<(), OidcError> {
        let now = self.site.now();
        let mut rng = self.site.rng().map_err(|error| OidcError::Store(error.to_string()))?;
        for algorithm in self.provider.keys_needed(now)? {
            let key = MadeKey::random(algorithm, &mut rng)?;
            self.provider.publish_key(&key, now, &mut rng)?;
        }
        self.provider.tend(&self.site, now)?;
        for delivery in self.provider.deliveries(MOST, now)? {
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
