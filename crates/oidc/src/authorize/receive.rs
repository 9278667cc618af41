//! A request comes by a browser, and is kept here until somebody has signed in: the browser holds its name alone, so that nothing in an
//! address can send anybody elsewhere.

use jiff::Timestamp;
use rand::{CryptoRng, RngCore};

use super::{
    push::PREFIX,
    request::{Asked, redirect},
};
use crate::{
    Client, Form, OidcError, Provider, Refusal, Secret,
    form::with_query,
    requests::{Kind, Row},
    rules::WAITING,
};

/// A request that is kept.
#[derive(Debug)]
pub struct Kept {
    /// Its name, for the browser to hold.
    pub secret: Secret,
    /// The languages that it asks for, best first.
    pub locales: Option<String>,
}

/// Why a request was not kept.
#[derive(Debug, thiserror::Error)]
pub enum NotKept {
    /// It is not known who asks, or where an answer may go: a person is told, nobody else (RFC 6749, section 4.1.2.1).
    #[error("the request cannot be answered: {0}")]
    Unanswerable(Refusal),
    /// The client is told, at this address.
    #[error("the request was refused: {why}")]
    Answered {
        /// Where the browser goes.
        to: String,
        /// What the address says.
        why: Refusal,
    },
    /// Something of ours failed.
    #[error(transparent)]
    Failed(#[from] OidcError),
}

impl Provider {
    /// Takes a request that came by a browser, by its query or its body.
    ///
    /// # Errors
    /// [`NotKept`], which says who may be told.
    pub fn receive<R: RngCore + CryptoRng>(&self, text: &[u8], now: Timestamp, rng: &mut R) -> Result<Kept, NotKept> {
        let form = Form::read(text).map_err(NotKept::Unanswerable)?;
        let client = form.get("client_id").map(|id| self.client(id)).transpose()?.flatten();
        let client = client.ok_or(NotKept::Unanswerable(Refusal::Client))?;
        let asked = match form.get("request_uri").and_then(|uri| uri.strip_prefix(PREFIX)) {
            Some(name) => self.take_pushed(&client, name, now)?,
            None => self.read_request(&client, &form)?,
        };
        let locales = asked.locales.clone();
        let secret = self.keep(Kind::Waiting, Some(&client), &asked, (now, WAITING), rng)?;
        Ok(Kept { secret, locales })
    }

    /// A request that stands in the address itself.
    fn read_request(&self, client: &Client, form: &Form) -> Result<Asked, NotKept> {
        let redirect = redirect(client, form).map_err(NotKept::Unanswerable)?;
        if client.known.pushes {
            return Err(self.answered(&redirect, form.get("state"), Refusal::NotPushed));
        }
        self.asked(client, form, redirect.clone()).map_err(|error| match error {
            OidcError::Refused(why) => self.answered(&redirect, form.get("state"), why),
            error => NotKept::Failed(error),
        })
    }

    /// Reads a request, with the hint of who is signed in.
    pub(super) fn asked(&self, client: &Client, form: &Form, redirect: String) -> Result<Asked, OidcError> {
        let mut asked = Asked::read(client, form, redirect)?;
        if let Some(hint) = form.get("id_token_hint") {
            asked.hinted = Some(self.hinted(hint)?.sub);
        }
        Ok(asked)
    }

    /// A request that was pushed is good once (RFC 9126, section 4).
    fn take_pushed(&self, client: &Client, name: &str, now: Timestamp) -> Result<Asked, NotKept> {
        let unknown = NotKept::Unanswerable(Refusal::Invalid("request_uri"));
        let Ok(secret) = name.parse::<Secret>() else { return Err(unknown) };
        match self.take::<Asked>(Kind::Pushed, &secret, now)? {
            Some(Row { client: Some(whose), body, .. }) if whose == client.known.id => Ok(body),
            _ => Err(unknown),
        }
    }

    fn answered(&self, redirect: &str, state: Option<&str>, why: Refusal) -> NotKept {
        NotKept::Answered { to: self.refused_at(redirect, state, why), why }
    }

    /// The address that tells a client of a refusal (RFC 6749, section 4.1.2.1; RFC 9207, section 2).
    pub(super) fn refused_at(&self, redirect: &str, state: Option<&str>, why: Refusal) -> String {
        let text = why.to_string();
        let more = [
            ("error", Some(why.code())),
            ("error_description", Some(text.as_str())),
            ("state", state),
            ("iss", Some(self.issuer())),
        ];
        with_query(redirect, &more)
    }
}
