//! The door: one host with one origin, and what is trusted there. The host is the whole relying party id: with a parent domain as id, a
//! browser would sign on any sibling's page.

use std::time::Duration;

use serde::Serialize;
use url::{Host, Url};
use webauthn_rs_core::{
    WebauthnCore,
    proto::{AuthenticationState, RegistrationState, UserVerificationPolicy},
};

use crate::{
    credential::{ALGORITHMS, Credential},
    library::Template,
    model::Models,
    state::{State, name},
};

/// How long a browser waits for a person. A challenge that lives as long in the store serves.
pub const PATIENCE_SECONDS: u32 = 300;

/// The most keys that are named in one question.
pub const MOST_KEYS: usize = 32;

/// The longest name of a host or person, in bytes. Authenticators may cut at 64 (Web Authentication Level 3, §6.4.1).
pub const LONGEST_NAME: usize = 256;

/// 32 random bytes, used once: the challenge, or what a challenge is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Nonce(pub(crate) [u8; 32]);

impl Nonce {
    /// Of bytes from a source that nobody can guess.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

/// A question to a browser, and what is kept until it answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// JSON for `PublicKeyCredential.parseCreationOptionsFromJSON` or `parseRequestOptionsFromJSON` (§5.1.8, §5.1.9).
    pub options: String,
    /// What is kept.
    pub state: State,
}

/// Where people sign in.
#[derive(Clone, Debug)]
pub struct Door {
    pub(crate) library: WebauthnCore,
    pub(crate) origin: String,
    pub(crate) models: Models,
    pub(crate) enrolment: Template,
    pub(crate) assertion: Template,
}

/// Why there is no such door.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoDoor {
    /// The host is no domain in lower case, or it is an address: browsers take none.
    #[error("the host must be a domain name in lower case, in its ASCII form")]
    Host,
    /// The origin is not written as a browser writes it: scheme, host, and the port where it is not the usual one.
    #[error("the origin must be written as https://HOST or https://HOST:PORT")]
    Origin,
    /// Browsers have no keys on pages without TLS.
    #[error("the origin must be https; http is for localhost alone")]
    NoTls,
    /// Host and origin differ.
    #[error("the origin must be of that very host")]
    OtherHost,
    /// The name is empty, too long, or has characters that control lines or directions.
    #[error("the name must have 1 to 256 bytes and no control characters")]
    Name,
    /// The library's states are not as expected: a version of it that this crate was not made for.
    #[error("the library keeps its states in another way")]
    Library,
}

/// Why nothing can be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAsked {
    /// The person's name is empty, too long, or has characters that control lines or directions.
    #[error("a person's name must have 1 to 256 bytes and no control characters")]
    Name,
    /// More than [`MOST_KEYS`].
    #[error("too many keys are named")]
    TooManyKeys,
    /// Somebody in particular is asked, and has no key.
    #[error("no key is named")]
    NoKey,
    /// The keys belong to several people.
    #[error("the keys that are named belong to several people")]
    SeveralPeople,
    /// The library did not make the question.
    #[error("the question could not be made")]
    Library,
}

impl Door {
    /// A door at this host and origin; `name` is what a browser calls it. No model is vouched for until [`Door::trusting`] says so.
    ///
    /// # Errors
    ///
    /// [`NoDoor`] for what browsers would refuse, or worse, would not.
    pub fn new(host: &str, origin: &str, name: &str) -> Result<Self, NoDoor> {
        let page = page(host, origin)?;
        if !is_name(name) {
            return Err(NoDoor::Name);
        }
        let patience = Duration::from_secs(PATIENCE_SECONDS.into());
        let library = WebauthnCore::new_unsafe_experts_only(name, host, vec![page], patience, Some(false), Some(false));
        let enrolment = enrolment_template(&library).ok_or(NoDoor::Library)?;
        let assertion = assertion_template(&library).ok_or(NoDoor::Library)?;
        Ok(Self { library, origin: origin.to_owned(), models: Models::default(), enrolment, assertion })
    }

    /// This door, with these models vouched for.
    #[must_use]
    pub fn trusting(self, models: Models) -> Self {
        Self { models, ..self }
    }
}

/// The page of this origin, if it is one of this host that browsers let make keys.
fn page(host: &str, origin: &str) -> Result<Url, NoDoor> {
    let page = Url::parse(origin).map_err(|_| NoDoor::Origin)?;
    match page.host() {
        Some(Host::Domain(domain)) if domain == host && !host.ends_with('.') && host.len() <= 253 => {}
        Some(Host::Domain(_)) if is_domain(host) => return Err(NoDoor::OtherHost),
        _ => return Err(NoDoor::Host),
    }
    if page.origin().ascii_serialization() != origin {
        return Err(NoDoor::Origin);
    }
    if page.scheme() == "https" || (page.scheme() == "http" && host == "localhost") {
        Ok(page)
    } else {
        Err(NoDoor::NoTls)
    }
}

fn is_domain(host: &str) -> bool {
    matches!(Host::parse(host), Ok(Host::Domain(domain)) if domain == host && !host.ends_with('.'))
}

/// Browsers show it: nothing that breaks its line or turns its letters around.
pub(crate) fn is_name(name: &str) -> bool {
    let turns = |letter| matches!(letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    (1..=LONGEST_NAME).contains(&name.len()) && !name.chars().any(|letter| letter.is_control() || turns(letter))
}

fn enrolment_template(library: &WebauthnCore) -> Option<Template> {
    let builder = library.new_challenge_register_builder(&[0; 16], "-", "-").ok()?;
    let builder = builder
        .user_verification_policy(UserVerificationPolicy::Required)
        .require_resident_key(true)
        .credential_algorithms(ALGORITHMS.to_vec());
    let (_, state) = library.generate_challenge_register(builder).ok()?;
    Template::new::<RegistrationState>(&state)
}

fn assertion_template(library: &WebauthnCore) -> Option<Template> {
    let builder =
        library.new_challenge_authenticate_builder(Vec::new(), Some(UserVerificationPolicy::Required)).ok()?;
    let (_, state) = library.generate_challenge_authenticate(builder).ok()?;
    Template::new::<AuthenticationState>(&state)
}

/// Options as the standard's dictionaries are written in JSON.
pub(crate) fn written(options: &impl Serialize) -> Result<String, NotAsked> {
    serde_json::to_string(options).map_err(|_| NotAsked::Library)
}

/// How a state names the keys of one person who is asked in particular.
pub(crate) fn allowed(keys: &[Credential]) -> Result<Vec<[u8; 32]>, NotAsked> {
    let Some(first) = keys.first() else { return Err(NotAsked::NoKey) };
    if keys.len() > MOST_KEYS {
        return Err(NotAsked::TooManyKeys);
    }
    if keys.iter().any(|key| key.person() != first.person()) {
        return Err(NotAsked::SeveralPeople);
    }
    Ok(keys.iter().map(|key| name(key.id())).collect())
}
