//! What a client asks for.

use serde::{Deserialize, Serialize};

use crate::{Client, Form, Refusal, pkce::Challenge, scope::Scope};

/// The longest `state` and `nonce`.
const LONGEST: usize = 1_024;

/// A request that is as it should be.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Asked {
    /// Where the answer goes; one of the client's own.
    pub(crate) redirect: String,
    /// What comes back unchanged.
    pub(crate) state: Option<String>,
    /// What the ID token repeats.
    pub(crate) nonce: Option<String>,
    pub(crate) scope: Scope,
    pub(crate) challenge: Option<Challenge>,
    /// The thumbprint of the key that the code is bound to (RFC 9449, section 10).
    pub(crate) key: Option<String>,
    /// Nobody may be asked anything.
    pub(crate) is_silent: bool,
    /// Whether somebody has to touch a key again, whenever that was.
    pub(crate) is_anew: bool,
    /// Seconds for which a touch is good.
    pub(crate) max_age: Option<i64>,
    /// Whom the client takes to be signed in.
    pub(crate) hinted: Option<uuid::Uuid>,
    /// In which language.
    pub(crate) locales: Option<String>,
}

/// The address that an answer to this request may go to: one that was registered, byte by byte. It has to be there even where
/// only one is registered (OpenID Connect Core, section 3.1.2.1).
pub(super) fn redirect(client: &Client, form: &Form) -> Result<String, Refusal> {
    let asked = form.need("redirect_uri")?;
    let is_own = client.known.redirects.iter().any(|known| known.is(asked));
    if is_own { Ok(asked.to_owned()) } else { Err(Refusal::Invalid("redirect_uri")) }
}

impl Asked {
    /// Reads what stands beside the address.
    pub(super) fn read(client: &Client, form: &Form, redirect: String) -> Result<Self, Refusal> {
        if form.get("request").is_some() {
            return Err(Refusal::RequestObject);
        }
        if form.get("request_uri").is_some() {
            return Err(Refusal::RequestUri);
        }
        if form.need("response_type")? != "code" {
            return Err(Refusal::ResponseType);
        }
        if !matches!(form.get("response_mode"), None | Some("query")) {
            return Err(Refusal::Invalid("response_mode"));
        }
        let challenge = Challenge::of(form)?;
        if challenge.is_none() && !client.is_legacy {
            return Err(Refusal::NoChallenge);
        }
        let prompts = form.words("prompt");
        let is_silent = prompts.contains(&"none");
        if is_silent && prompts.len() > 1 {
            return Err(Refusal::Invalid("prompt"));
        }
        Ok(Self {
            redirect,
            state: short(form, "state")?,
            nonce: short(form, "nonce")?,
            scope: Scope::of(&form.words("scope"))?,
            challenge,
            key: thumbprint(form)?,
            is_silent,
            is_anew: prompts.contains(&"login"),
            max_age: max_age(form)?,
            hinted: None,
            locales: short(form, "ui_locales")?,
        })
    }
}

fn short(form: &Form, name: &'static str) -> Result<Option<String>, Refusal> {
    match form.get(name) {
        Some(value) if value.len() > LONGEST => Err(Refusal::Invalid(name)),
        value => Ok(value.map(str::to_owned)),
    }
}

fn thumbprint(form: &Form) -> Result<Option<String>, Refusal> {
    let is_one = |text: &str| text.len() == 43 && data_encoding::BASE64URL_NOPAD.decode(text.as_bytes()).is_ok();
    match form.get("dpop_jkt") {
        Some(text) if !is_one(text) => Err(Refusal::Invalid("dpop_jkt")),
        text => Ok(text.map(str::to_owned)),
    }
}

fn max_age(form: &Form) -> Result<Option<i64>, Refusal> {
    let Some(text) = form.get("max_age") else { return Ok(None) };
    let seconds: Option<u32> = text.parse().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()));
    seconds.map(|seconds| Some(i64::from(seconds))).ok_or(Refusal::Invalid("max_age"))
}
