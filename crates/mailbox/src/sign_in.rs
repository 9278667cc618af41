//! Proving who one is.

use std::borrow::Cow;

use imap_codec::imap_types::{
    auth::{AuthMechanism, AuthenticateData},
    command::CommandBody,
    response::Response,
    secret::Secret as Wrapped,
};
use vauban_model::Secret;
use zeroize::Zeroizing;

use crate::{
    MailboxError,
    conversation::{Conversation, Wire},
};

/// What proves who one is.
#[derive(Debug, Clone)]
pub enum Login {
    /// The password, or an application's password.
    Password(Secret),
    /// An access token of OAuth 2.0 (RFC 7628).
    Token(Secret),
}

/// Signs in with the best mechanism that the server offers.
pub(crate) fn sign_in(
    conversation: &mut Conversation<impl Wire>,
    offered: &[String],
    user: &str,
    host: &str,
    login: &Login,
) -> Result<(), MailboxError> {
    let can = |what: &str| offered.iter().any(|one| one == what);
    let offers = |mechanism: &AuthMechanism<'_>| can(&format!("AUTH={mechanism}").to_ascii_uppercase());
    let bearer = AuthMechanism::try_from("OAUTHBEARER").unwrap_or(AuthMechanism::XOAuth2);
    let (mechanism, response) = match login {
        Login::Token(token) if offers(&bearer) => {
            let user = user.replace('=', "=3D").replace(',', "=2C");
            (bearer, format!("n,a={user},\x01host={host}\x01auth=Bearer {}\x01\x01", token.expose()))
        }
        Login::Token(token) if offers(&AuthMechanism::XOAuth2) => {
            (AuthMechanism::XOAuth2, format!("user={user}\x01auth=Bearer {}\x01\x01", token.expose()))
        }
        Login::Token(_) => return Err(MailboxError::NoMechanism("OAUTHBEARER or XOAUTH2")),
        Login::Password(password) if offers(&AuthMechanism::Plain) => {
            (AuthMechanism::Plain, format!("\0{user}\0{}", password.expose()))
        }
        Login::Password(password) => {
            if can("LOGINDISABLED") {
                return Err(MailboxError::NoMechanism("sign-in with a password"));
            }
            let command =
                CommandBody::login(user, password.expose()).map_err(|_| MailboxError::NoMechanism("such a name"))?;
            return conversation.command(command, "sign-in", &mut |_| Ok(None)).map_err(refused);
        }
    };
    let at_once = can("SASL-IR");
    let response = Zeroizing::new(response);
    let initial_response = at_once.then(|| Wrapped::new(Cow::Borrowed(response.as_bytes())));
    let command = CommandBody::Authenticate { mechanism, initial_response };
    let mut unsaid = (!at_once).then(|| response.as_bytes().to_vec());
    let outcome = conversation.command(command, "sign-in", &mut |said| {
        // Another question is the reason why it fails: an empty answer ends it.
        let asks = matches!(said, Response::CommandContinuationRequest(_));
        Ok(asks.then(|| AuthenticateData(Wrapped::new(unsaid.take().unwrap_or_default()))))
    });
    outcome.map_err(refused)
}

fn refused(error: MailboxError) -> MailboxError {
    match error {
        MailboxError::Refused { said, .. } => MailboxError::SignIn(said),
        other => other,
    }
}
