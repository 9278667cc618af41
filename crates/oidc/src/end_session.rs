//! Signing out at a client's wish (OpenID Connect RP-Initiated Logout). A wish is kept until a page of ours sees who is signed in: the browser
//! comes from a page of others, without the cookie that would tell. The session that an ID token of ours names ends; where none came along, or
//! another session is there, a person is asked first (section 2).

use jiff::Timestamp;
use rand::{CryptoRng, RngCore};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Client, Form, OidcError, Provider, Refusal, Secret, form::with_query, requests::Kind, rules::WAITING};

/// What was wished.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Farewell {
    /// The session that an ID token of ours named, if one came along.
    pub session: Option<Uuid>,
    /// Where the browser goes afterwards, if anywhere.
    pub to: Option<String>,
}

/// What happens with a wish to sign out.
#[derive(Debug, PartialEq, Eq)]
pub enum Logout {
    /// This session ends now, and the browser goes there, if anywhere.
    Ends {
        /// The session.
        session: Uuid,
        /// Where the browser goes.
        to: Option<String>,
    },
    /// A person has to say so first. The wish stays.
    Asks,
}

impl Provider {
    /// Takes a wish to sign out, and keeps it under this name.
    ///
    /// # Errors
    /// When the hint is none of ours, or an address to go to was not registered: then nobody is sent anywhere, and nothing ends.
    pub fn end_session<R: RngCore + CryptoRng>(
        &self,
        text: &[u8],
        now: Timestamp,
        rng: &mut R,
    ) -> Result<Secret, OidcError> {
        let form = Form::read(text)?;
        let hint = form.get("id_token_hint").map(|hint| self.hinted(hint)).transpose()?;
        let hinted = hint.as_ref().and_then(|hint| hint.aud.only());
        let named = form.get("client_id");
        if hinted.is_some() && named.is_some() && named != hinted {
            return Err(Refusal::Hint.into());
        }
        let client = named.or(hinted).map(|id| self.client(id)).transpose()?.flatten();
        let wish = Farewell { session: hint.as_ref().map(|hint| hint.sid), to: after(client.as_ref(), &form)? };
        // Whoever has no ID token floods nobody else out.
        let whose = client.as_ref().filter(|_| hint.is_some());
        self.keep(Kind::Logout, whose, &wish, (now, WAITING), rng)
    }

    /// Keeps a person's own wish to sign out, which names no session and leads nowhere else.
    ///
    /// # Errors
    /// When the file refuses.
    pub fn wish<R: RngCore + CryptoRng>(&self, now: Timestamp, rng: &mut R) -> Result<Secret, OidcError> {
        self.keep(Kind::Logout, None, &Farewell { session: None, to: None }, (now, WAITING), rng)
    }

    /// Goes on with a wish, for whoever is signed in in this browser. A client may know a session that ended long ago: ending that one alone would
    /// leave somebody signed in who reads that they are out.
    ///
    /// # Errors
    /// When nothing was wished under this name, or too long ago.
    pub fn part(&self, name: &Secret, seated: Option<Uuid>, now: Timestamp) -> Result<Logout, OidcError> {
        let wish = self.kept::<Farewell>(Kind::Logout, name, now)?.ok_or(Refusal::Invalid("logout"))?.body;
        match wish.session.filter(|session| seated.is_none_or(|seated| seated == *session)) {
            Some(session) => Ok(Logout::Ends { session, to: self.confirmed(name, now)?.to }),
            None => Ok(Logout::Asks),
        }
    }

    /// What was wished, after a person said that they want to sign out.
    ///
    /// # Errors
    /// When nothing was wished under this name, or too long ago.
    pub fn confirmed(&self, name: &Secret, now: Timestamp) -> Result<Farewell, OidcError> {
        let kept = self.take::<Farewell>(Kind::Logout, name, now)?;
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
