//! Parameters as browsers and clients send them: bounded, each of them once (RFC 6749, section 3.1 and 3.2).

use std::collections::BTreeMap;

use url::form_urlencoded;

use crate::{
    Refusal,
    rules::{LONGEST, PARAMETERS},
};

/// Parameters by name. An empty one is none.
#[derive(Debug, Clone, Default)]
pub struct Form(BTreeMap<String, String>);

impl Form {
    /// Reads a query or a body of `application/x-www-form-urlencoded`.
    ///
    /// # Errors
    /// When it is too long, or has a parameter twice: of two, a proxy may have seen the other one.
    pub fn read(text: &[u8]) -> Result<Self, Refusal> {
        if text.len() > LONGEST {
            return Err(Refusal::TooLong);
        }
        let mut form = BTreeMap::new();
        for (count, (name, value)) in form_urlencoded::parse(text).enumerate() {
            if count >= PARAMETERS {
                return Err(Refusal::TooLong);
            }
            if form.insert(name.into_owned(), value.into_owned()).is_some() {
                return Err(Refusal::Twice);
            }
        }
        form.retain(|_, value| !value.is_empty());
        Ok(Self(form))
    }

    /// A parameter's value; nothing where it is not there.
    #[must_use]
    pub fn value(&self, name: &str) -> &str {
        self.get(name).unwrap_or_default()
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    pub(crate) fn need(&self, name: &'static str) -> Result<&str, Refusal> {
        self.get(name).ok_or(Refusal::Missing(name))
    }

    /// The words of a list, in any order.
    pub(crate) fn words(&self, name: &str) -> Vec<&str> {
        self.get(name).unwrap_or_default().split(' ').filter(|word| !word.is_empty()).collect()
    }
}

/// An address with more parameters behind those that it has.
pub(crate) fn with_query(address: &str, more: &[(&str, Option<&str>)]) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in more {
        if let Some(value) = value {
            query.append_pair(name, value);
        }
    }
    let (query, joint) = (query.finish(), if address.contains('?') { '&' } else { '?' });
    if query.is_empty() { address.to_owned() } else { format!("{address}{joint}{query}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_comes_once() {
        let form = Form::read(b"scope=openid++a&state=%26x&empty=").unwrap();
        assert_eq!(
            (form.words("scope"), form.get("state"), form.get("empty")),
            (vec!["openid", "a"], Some("&x"), None)
        );
        assert_eq!(Form::read(b"a=1&a=1").unwrap_err(), Refusal::Twice);
        assert_eq!(Form::read(&[b'a'; LONGEST + 1]).unwrap_err(), Refusal::TooLong);
        assert_eq!(Form::read("=&".repeat(1_000).as_bytes()).unwrap_err(), Refusal::Twice);
    }

    #[test]
    fn an_address_keeps_its_own_parameters() {
        assert_eq!(
            with_query("https://a.example/cb", &[("code", Some("x&y")), ("state", None)]),
            "https://a.example/cb?code=x%26y"
        );
        assert_eq!(with_query("https://a.example/cb?a=b", &[("code", Some("x"))]), "https://a.example/cb?a=b&code=x");
    }
}
