//! What the handlers share: sign-in, and the provider.

use std::{
    fmt,
    sync::{Arc, Mutex},
};

use axum::http::HeaderMap;
use jiff::Timestamp;
use rand_chacha::ChaCha20Rng;
use vauban_model::Lang;
use vauban_oidc::{MadeKey, OidcError, Provider, Subject};

use super::subjects::subject;
use crate::{SignIn, language};

/// Sign-in with a provider behind it. Cheap to clone.
#[derive(Clone)]
pub struct Desk {
    pub(super) site: SignIn,
    pub(super) provider: Arc<Provider>,
    /// Held by whoever tells tools.
    pub(super) telling: Arc<Mutex<()>>,
}

impl Desk {
    /// A provider for whoever signs in here. Its issuer is the origin of sign-in.
    #[must_use]
    pub fn new(site: SignIn, provider: Arc<Provider>) -> Self {
        Self { site, provider, telling: Arc::default() }
    }

    /// What time does, about once a minute, beside the server's own threads: the first call makes the keys that sign, which takes moments. Then
    /// [`tell_beside`](Self::tell_beside) posts what tools are to hear.
    ///
    /// # Errors
    /// What fails in a store, or for want of randomness.
    pub fn tend(&self) -> Result<(), OidcError> {
        let (now, mut rng) = (self.site.now(), self.rng()?);
        for algorithm in self.provider.keys_needed(now)? {
            let key = MadeKey::random(algorithm, &mut rng)?;
            self.provider.publish_key(&key, now, &mut rng)?;
        }
        self.provider.tend(&self.site, now)
    }

    /// Whoever is signed in in the browser that sent these headers.
    pub(super) fn seated(&self, headers: &HeaderMap) -> Result<Option<Subject>, OidcError> {
        let who = self.site.who(headers).map_err(|_| OidcError::Subjects)?;
        Ok(who.map(|who| subject(&who)))
    }

    pub(super) fn lang(&self, headers: &HeaderMap) -> Lang {
        language(headers, self.site.settings().lang)
    }

    /// Does something beside the server's own threads: the store is read and written, and things are signed.
    pub(super) async fn beside<T, F>(&self, work: F) -> Result<T, OidcError>
    where
        T: Send + 'static,
        F: FnOnce(&Self, Timestamp, &mut ChaCha20Rng) -> Result<T, OidcError> + Send + 'static,
    {
        let desk = self.clone();
        let done = tokio::task::spawn_blocking(move || {
            let mut rng = desk.rng()?;
            work(&desk, desk.site.now(), &mut rng)
        });
        done.await.unwrap_or(Err(OidcError::Lost))
    }

    fn rng(&self) -> Result<ChaCha20Rng, OidcError> {
        self.site.rng().map_err(|_| OidcError::NoRandomness)
    }
}

impl fmt::Debug for Desk {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Desk").field("site", &self.site).finish_non_exhaustive()
    }
}
