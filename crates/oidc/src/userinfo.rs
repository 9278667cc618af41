//! The endpoint that tells of a person (OpenID Connect Core, section 5.3), to whoever holds an access token, and its key where it is bound to one.

use jiff::Timestamp;
use serde_json::Value;

use crate::{
    Call, Form, OidcError, Provider, Refusal, Secret, Subjects,
    grant::{Use, shown},
    id_token::claims,
    paths,
};

/// How a token was shown.
struct Bearer<'a> {
    text: &'a str,
    is_bound: bool,
}

impl Provider {
    /// What the token's scope tells of its person, who is asked for again.
    ///
    /// # Errors
    /// When there is no token, it does not hold, or what it hangs on is over.
    pub fn userinfo(&self, call: &Call<'_>, subjects: &impl Subjects, now: Timestamp) -> Result<Value, OidcError> {
        let form = Form::read(call.body)?;
        let bearer = bearer(call, &form)?;
        let token: Secret = bearer.text.parse().map_err(|_| Refusal::AccessToken)?;
        let shown = self.store().read(|sql| shown(sql, Use::Access, &token, now))?.ok_or(Refusal::AccessToken)?;
        if shown.is_over || shown.grant.has_ended {
            return Err(Refusal::AccessToken.into());
        }
        // A token that is bound, and is shown as if it were not, was stolen (RFC 9449, section 7.2).
        if shown.grant.terms.key.is_some() != bearer.is_bound {
            return Err(Refusal::AccessToken.into());
        }
        let (client, request) = (&shown.grant.client, (paths::USERINFO, Some(bearer.text)));
        if bearer.is_bound && self.proof(call, client, request, now)? != shown.grant.terms.key {
            return Err(Refusal::Proof("not the key of the token").into());
        }
        let client = self.client(shown.grant.client.as_str())?.ok_or(Refusal::AccessToken)?;
        let subject = self.holder(&shown.grant, &client, subjects, now).map_err(|error| match error {
            OidcError::Refused(_) => Refusal::AccessToken.into(),
            error => error,
        })?;
        Ok(Value::Object(claims(shown.scope, &subject)))
    }
}

/// By the header (RFC 6750, section 2.1; RFC 9449, section 7.1), or in a form (RFC 6750, section 2.2); not by both, and never in an address.
fn bearer<'a>(call: &Call<'a>, form: &'a Form) -> Result<Bearer<'a>, Refusal> {
    match (call.authorization, form.get("access_token")) {
        (Some(header), None) => {
            let (scheme, text) = header.split_once(' ').ok_or(Refusal::NoAccessToken)?;
            let is_bound = scheme.eq_ignore_ascii_case("dpop");
            if is_bound || scheme.eq_ignore_ascii_case("bearer") {
                Ok(Bearer { text: text.trim(), is_bound })
            } else {
                Err(Refusal::NoAccessToken)
            }
        }
        (None, Some(text)) => Ok(Bearer { text, is_bound: false }),
        (None, None) => Err(Refusal::NoAccessToken),
        (Some(_), Some(_)) => Err(Refusal::Twice),
    }
}
