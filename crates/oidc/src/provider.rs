//! The provider: its file, its name, and the key that its own keys are sealed with.

use std::{fmt, path::Path};

use crate::{OidcError, SealingKey, store::Store};

/// An OpenID Connect provider, without sockets. It knows persons as whoever calls tells of them ([`Subjects`](crate::Subjects)), and no clock.
pub struct Provider {
    store: Store,
    issuer: String,
    sealing: SealingKey,
}

impl Provider {
    /// Opens its file, making it when there is none, readable by its owner alone. `issuer` is the origin of sign-in
    /// (OpenID Connect Discovery, section 3): https without a path, or http on this machine.
    ///
    /// # Errors
    /// When the file cannot be opened, or is another program's.
    pub fn open(path: &Path, issuer: &str, sealing: SealingKey) -> Result<Self, OidcError> {
        Ok(Self { store: Store::open(path)?, issuer: issuer.to_owned(), sealing })
    }

    /// Its name: the claim `iss`.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    pub(crate) fn store(&self) -> &Store {
        &self.store
    }

    pub(crate) fn sealing(&self) -> &SealingKey {
        &self.sealing
    }

    /// An endpoint's whole address.
    pub(crate) fn endpoint(&self, path: &str) -> String {
        format!("{}{path}", self.issuer)
    }
}

impl fmt::Debug for Provider {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Provider").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}
