//! A tool that people sign in to, and the way of a browser there and back.

use std::collections::BTreeMap;

use data_encoding::{BASE64, BASE64URL_NOPAD};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use url::form_urlencoded;
use vauban_oidc::paths;
use vauban_softkey::{SoftKey, honest};

use crate::browser::{Browser, Came};

pub(crate) const VERIFIER: &str = "a-verifier-that-is-as-long-as-it-has-to-be-1";
const FORM: &str = "Content-Type: application/x-www-form-urlencoded\r\n";

/// A client as its own program knows it.
#[derive(Debug, Clone)]
pub(crate) struct Tool {
    pub(crate) id: String,
    pub(crate) secret: Option<String>,
    pub(crate) redirect: String,
    pub(crate) has_pkce: bool,
    pub(crate) address: String,
}

/// Where a browser ended up.
#[derive(Debug)]
pub(crate) struct Landed {
    /// The address of somebody else, without its parameters; nothing, where it is a page of ours.
    pub(crate) at: Option<String>,
    /// The same, as it stands.
    pub(crate) to: String,
    pub(crate) params: BTreeMap<String, String>,
    pub(crate) page: Came,
}

impl Landed {
    pub(crate) fn code(&self) -> &str {
        self.params.get("code").unwrap_or_else(|| panic!("{self:?}"))
    }

    pub(crate) fn error(&self) -> &str {
        self.params.get("error").map_or("", String::as_str)
    }

    /// Where a page of signing in goes on.
    pub(crate) fn back(&self) -> &str {
        let (_, after) = self.page.body.split_once("data-back=\"").unwrap_or_else(|| panic!("{self:?}"));
        after.split('"').next().unwrap()
    }

    pub(crate) fn is_sign_in(&self) -> bool {
        self.at.is_none() && self.page.body.contains("autocomplete=\"username webauthn\"")
    }
}

pub(crate) fn form(params: &[(&str, &str)]) -> String {
    let mut text = form_urlencoded::Serializer::new(String::new());
    text.extend_pairs(params.iter().filter(|(_, value)| !value.is_empty()));
    text.finish()
}

pub(crate) fn challenge() -> String {
    BASE64URL_NOPAD.encode(&Sha256::digest(VERIFIER))
}

fn header<'c>(came: &'c Came, name: &str) -> Option<&'c str> {
    came.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}

/// Follows a browser as far as it goes by itself on this host.
pub(crate) fn follow(browser: &mut Browser, mut came: Came) -> Landed {
    for _ in 0..8 {
        let onward =
            header(&came, "refresh").and_then(|text| text.strip_prefix("0; url=")).or(header(&came, "location"));
        let Some(to) = onward.map(str::to_owned) else {
            return Landed { at: None, to: String::new(), params: BTreeMap::new(), page: came };
        };
        if !to.starts_with('/') {
            let (at, query) = to.split_once('?').unwrap_or((&to, ""));
            let params = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
            return Landed { at: Some(at.to_owned()), to, params, page: came };
        }
        came = browser.get(&to);
    }
    panic!("round in circles: {came:?}");
}

/// Signs in where a page asks for it, and goes on where this page says.
pub(crate) fn sign_in(browser: &mut Browser, key: &mut SoftKey, page: &Landed) -> Landed {
    assert!(page.is_sign_in(), "{page:?}");
    let came = browser.sign("/signin", key, honest);
    assert_eq!(came.status, 200, "{came:?}");
    let came = browser.get(page.back());
    follow(browser, came)
}

impl Tool {
    /// The parameters of an honest request, with others over them; an empty one is left out.
    pub(crate) fn params(&self, over: &[(&str, &str)]) -> String {
        let challenge = challenge();
        let (challenge, method) = if self.has_pkce { (challenge.as_str(), "S256") } else { ("", "") };
        let mut params = vec![
            ("client_id", self.id.as_str()),
            ("redirect_uri", &self.redirect),
            ("response_type", "code"),
            ("scope", "openid"),
            ("state", "a state & more"),
            ("nonce", "a nonce"),
            ("code_challenge", challenge),
            ("code_challenge_method", method),
        ];
        for (name, value) in over {
            params.retain(|(known, _)| known != name);
            params.push((name, value));
        }
        form(&params)
    }

    /// Sends a browser to ask.
    pub(crate) fn ask(&self, browser: &mut Browser, over: &[(&str, &str)]) -> Landed {
        let came = browser.get(&format!("{}?{}", paths::AUTHORIZE, self.params(over)));
        follow(browser, came)
    }

    /// Sends a request to an endpoint for programs, without a cookie.
    pub(crate) fn post(&self, path: &str, headers: &str, params: &[(&str, &str)]) -> Came {
        Browser::new(&self.address).send("POST", path, &format!("{FORM}{headers}"), form(params).as_bytes())
    }

    pub(crate) fn basic(&self) -> String {
        let Some(secret) = &self.secret else { return String::new() };
        format!("Authorization: Basic {}\r\n", BASE64.encode(format!("{}:{secret}", self.id).as_bytes()))
    }

    /// Redeems a code.
    pub(crate) fn redeem(&self, code: &str, over: &[(&str, &str)]) -> Came {
        let verifier = if self.has_pkce { VERIFIER } else { "" };
        let mut params = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", self.redirect.as_str()),
            ("code_verifier", verifier),
            ("client_id", &self.id),
        ];
        for (name, value) in over {
            params.retain(|(known, _)| known != name);
            params.push((name, value));
        }
        self.post(paths::TOKEN, &self.basic(), &params)
    }

    pub(crate) fn refresh(&self, token: &str) -> Came {
        let params = [("grant_type", "refresh_token"), ("refresh_token", token), ("client_id", &self.id)];
        self.post(paths::TOKEN, &self.basic(), &params)
    }

    /// The whole way of somebody who is signed in: what the tool gets.
    pub(crate) fn tokens(&self, browser: &mut Browser, over: &[(&str, &str)]) -> Value {
        let landed = self.ask(browser, over);
        let came = self.redeem(landed.code(), &[]);
        assert_eq!(came.status, 200, "{came:?}");
        came.json()
    }

    pub(crate) fn userinfo(&self, access: &str) -> Came {
        Browser::new(&self.address).send("GET", paths::USERINFO, &format!("Authorization: Bearer {access}\r\n"), b"")
    }
}

/// A text of an answer.
pub(crate) fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap_or_else(|| panic!("no {name} in {value}"))
}
