//! A client shows who it is: by a secret, by a signature, or, where it can keep neither, not at all.

use data_encoding::BASE64;
use jiff::Timestamp;
use subtle::ConstantTimeEq as _;
use url::form_urlencoded;

use super::{Authentication, Client, assertion, manage::find};
use crate::{Form, OidcError, Provider, Refusal, Secret, secret::Hash};

/// What a request says of who asks.
struct Shown<'a> {
    id: String,
    secret: Option<String>,
    assertion: Option<&'a str>,
}

/// The client of a request, which showed who it is exactly as it was registered.
///
/// # Errors
/// [`Refusal::Client`], whatever it was: whoever guesses names or secrets learns nothing.
pub(crate) fn authenticate(
    provider: &Provider,
    form: &Form,
    authorization: Option<&str>,
    now: Timestamp,
) -> Result<Client, OidcError> {
    let shown = shown(form, authorization)?;
    let id = shown.id.parse().map_err(|_| Refusal::Client)?;
    let (client, kept) = provider.store().read(|sql| find(sql, &id))?.ok_or(Refusal::Client)?;
    let holds = match (&client.known.authentication, &shown.secret, shown.assertion) {
        (Authentication::Secret, Some(secret), None) => is_secret(kept, secret),
        (Authentication::None, None, None) => true,
        (Authentication::Keys(keys), None, Some(assertion)) => {
            let claims = assertion::check(keys, &id, assertion, provider.issuer(), now)?;
            provider.store().change(|sql| claims.remember(sql, &id, now))?;
            true
        }
        _ => false,
    };
    if holds { Ok(client) } else { Err(Refusal::Client.into()) }
}

/// One way at a time (RFC 6749, section 2.3).
fn shown<'a>(form: &'a Form, authorization: Option<&str>) -> Result<Shown<'a>, Refusal> {
    let (named, secret, assertion) = (form.get("client_id"), form.get("client_secret"), form.get("client_assertion"));
    if let Some(header) = authorization {
        let (id, password) = basic(header).ok_or(Refusal::Client)?;
        if secret.is_some() || assertion.is_some() || named.is_some_and(|named| named != id) {
            return Err(Refusal::Client);
        }
        return Ok(Shown { id, secret: Some(password), assertion: None });
    }
    if let Some(assertion) = assertion {
        if form.get("client_assertion_type") != Some(assertion::TYPE) {
            return Err(Refusal::Client);
        }
        let id = named.map(str::to_owned).or_else(|| assertion::claimed(assertion)).ok_or(Refusal::Client)?;
        return Ok(Shown { id, secret: secret.map(str::to_owned), assertion: Some(assertion) });
    }
    let id = named.ok_or(Refusal::Client)?.to_owned();
    Ok(Shown { id, secret: secret.map(str::to_owned), assertion: None })
}

/// Name and password of HTTP Basic, each of them a form's value inside (RFC 6749, section 2.3.1).
fn basic(header: &str) -> Option<(String, String)> {
    let (scheme, value) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") || value.len() > 1_024 {
        return None;
    }
    let text = String::from_utf8(BASE64.decode(value.trim().as_bytes()).ok()?).ok()?;
    let (id, password) = text.split_once(':')?;
    Some((decoded(id)?, decoded(password)?))
}

fn decoded(text: &str) -> Option<String> {
    if text.contains(['&', '=']) {
        return None;
    }
    form_urlencoded::parse(text.as_bytes()).next().map(|(text, _)| text.into_owned())
}

fn is_secret(kept: Option<Hash>, shown: &str) -> bool {
    let (Some(kept), Ok(shown)) = (kept, shown.parse::<Secret>()) else { return false };
    kept.bytes().ct_eq(shown.hash().bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str, header: Option<&str>) -> Option<(String, Option<String>)> {
        let form = Form::read(body.as_bytes()).unwrap();
        shown(&form, header).ok().map(|shown| (shown.id, shown.secret))
    }

    #[test]
    fn a_client_shows_itself_in_one_way() {
        let header = format!("Basic {}", BASE64.encode(b"a%2Db:p+q"));
        assert_eq!(read("", Some(&header)), Some(("a-b".to_owned(), Some("p q".to_owned()))));
        assert_eq!(read("client_id=a-b", Some(&header)), Some(("a-b".to_owned(), Some("p q".to_owned()))));
        assert_eq!(read("client_id=a&client_secret=s", None), Some(("a".to_owned(), Some("s".to_owned()))));
        for (body, header) in [
            ("client_secret=p", Some(header.as_str())),
            ("client_id=other", Some(&header)),
            ("client_assertion=a.b.c", Some(&header)),
            ("client_id=a&client_assertion=a.b.c", None),
            ("", None),
            ("client_id=a", Some("Basic ====")),
            ("client_id=a", Some("Bearer x")),
            ("client_id=a", Some("Basic")),
        ] {
            assert_eq!(read(body, header), None, "{body} {header:?}");
        }
    }
}
