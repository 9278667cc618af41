//! What a browser brings back from the provider.

use super::{ElsewhereError, carrier::error_name};
use crate::Form;

/// What came back (OpenID Connect Core, section 3.1.2.5 and 3.1.2.6). Nothing of it is believed before the code was changed.
pub struct Answer {
    form: Form,
}

impl Answer {
    /// Reads the query of the address that the browser was sent back to.
    ///
    /// # Errors
    /// When it is too long, or has something twice.
    pub fn read(query: &[u8]) -> Result<Self, ElsewhereError> {
        Form::read(query).map(|form| Self { form }).map_err(|_| ElsewhereError::Answer("the query"))
    }

    /// Which attempt it belongs to, as it says.
    #[must_use]
    pub fn state(&self) -> &str {
        self.form.value("state")
    }

    /// The code, if the provider let somebody in: and it was this one, where it says so (RFC 9207).
    pub(super) fn code(&self, issuer: &str) -> Result<&str, ElsewhereError> {
        if self.form.get("iss").is_some_and(|named| named != issuer) {
            return Err(ElsewhereError::Answer("it is another provider's"));
        }
        if let Some(error) = self.form.get("error") {
            return Err(ElsewhereError::Declined(error_name(error)));
        }
        self.form.get("code").ok_or(ElsewhereError::Answer("it has no code"))
    }
}
