//! The provider that the organisation keeps, as sign-in has it.

use std::sync::Arc;

use vauban_oidc::elsewhere::Elsewhere;

use super::RETURN;

/// A provider that the organisation keeps.
#[derive(Debug, Clone)]
pub struct KeptProvider {
    /// What people call it: it stands on the button.
    pub name: String,
    /// The provider. It sends people back to [`redirect`].
    pub provider: Arc<Elsewhere>,
}

/// Where a provider sends people back to, for an origin of sign-in; it is registered there, whole.
#[must_use]
pub fn redirect(origin: &str) -> String {
    format!("{origin}{RETURN}")
}
