//! Revocation (RFC 7009): a client gives a token back. The whole family ends with it.

use jiff::Timestamp;

use crate::{
    Call, Form, OidcError, Provider, Secret,
    client::authenticate,
    grant::{Use, end, shown},
};

impl Provider {
    /// Ends what a token hangs on, if it is the client's own. A token that is unknown is as good as revoked (section 2.2).
    ///
    /// # Errors
    /// When the client does not authenticate, or no token is named.
    pub fn revoke(&self, call: &Call<'_>, now: Timestamp) -> Result<(), OidcError> {
        let form = Form::read(call.body)?;
        let client = authenticate(self, &form, call.authorization, now)?;
        let Ok(token) = form.need("token")?.parse::<Secret>() else { return Ok(()) };
        self.store().change(|sql| {
            for what in [Use::Refresh, Use::Access] {
                if let Some(shown) = shown(sql, what, &token, now)?
                    && shown.grant.client == client.known.id
                {
                    end(sql, shown.grant.id, now)?;
                }
            }
            Ok(())
        })
    }
}
