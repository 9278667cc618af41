//! Signing out at a client's wish (OpenID Connect RP-Initiated Logout). With an ID token of ours the session that it names ends; without one,
//! a person is asked first: a page of others could have sent the browser here.

use jiff::Timestamp;
use rand::{CryptoRng, RngCore};
use uuid::Uuid;

use crate::{Client, Form, OidcError, Provider, Refusal, Secret, form::with_query, requests::Kind, rules::WAITING};

/// What happens with a wish to sign out.
#[derive(Debug)]
pub enum Logout {
    /// This session ends now, and the browser goes there, if anywhere.
    Ends {
        /// The session.
        session: Uuid,
        /// Where the browser goes.
        to: Option<String>,
    },
    /// A person has to say so first. What was wished is kept under this name.
    Asks(Secret),
}

impl Provider {
    /// Takes a wish to sign out.
    ///
    /// # Errors
    /// When the hint is none of ours, or an address to go to was not registered: then nobody is sent anywhere, and nothing ends.
    pub fn end_session<R: RngCore + CryptoRng>(
        &self,
        text: &[u8],
        now: Timestamp,
        rng: &mut R,
    ) -> Result<Logout, OidcError> {
        let form = Form::read(text)?;
        let hint = form.get("id_token_hint").map(|hint| self.hinted(hint)).transpose()?;
        let hinted = hint.as_ref().and_then(|hint| hint.aud.only());
        let named = form.get("client_id");
        if hinted.is_some() && named.is_some() && named != hinted {
            return Err(Refusal::Hint.into());
        }
        let client = named.or(hinted).map(|id| self.client(id)).transpose()?.flatten();
        let to = after(client.as_ref(), &form)?;
        match hint {
            Some(hint) => Ok(Logout::Ends { session: hint.sid, to }),
            None => Ok(Logout::Asks(self.keep(Kind::Logout, None, &to, (now, WAITING), rng)?)),
        }
    }

    /// Where the browser goes after a person said that they want to sign out.
    ///
    /// # Errors
    /// When nothing was wished under this name, or too long ago.
    pub fn confirmed(&self, secret: &Secret, now: Timestamp) -> Result<Option<String>, OidcError> {
        let kept = self.take::<Option<String>>(Kind::Logout, secret, now)?;
        Ok(kept.ok_or(Refusal::Invalid("logout"))?.body)
    }
}

/// Section 3: an address that this client registered, byte by byte.
fn after(client: Option<&Client>, form: &Form) -> Result<Option<String>, Refusal> {
    let Some(asked) = form.get("post_logout_redirect_uri") else { return Ok(None) };
    let known = client.is_some_and(|client| client.known.after_logout.iter().any(|known| known.is(asked)));
    if !known {
        return Err(Refusal::Invalid("post_logout_redirect_uri"));
    }
    Ok(Some(with_query(asked, &[("state", form.get("state"))])))
}
