//! We as a client of the provider: sending somebody there, and changing the code that they bring back.

use std::{
    fmt,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use data_encoding::BASE64;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use url::form_urlencoded;
use zeroize::Zeroizing;

use super::{
    Answer, Carrier, ElsewhereError, Prompt, SignedIn, Trip,
    carrier::{LASTING, error_name, is_within},
    claims::Claims,
    keys::Keys,
    metadata::{CHOOSE, Metadata, is_safe},
};
use crate::{form::with_query, jose};

/// An answer of the token endpoint, at most.
const LONGEST: u64 = 64 << 10;
/// How long a provider that did not answer is left alone: whoever presses the button meanwhile waits for nothing.
const PAUSE: SignedDuration = SignedDuration::from_secs(10);
/// Who may wait for the provider at once: each keeps a thread, and a stranger may have us ask with codes that are none.
const MOST: usize = 16;

/// What the provider knows us by.
pub struct Credentials {
    /// The provider's address, as it names itself.
    pub issuer: String,
    /// Our name there.
    pub client: String,
    /// What shows that it is us.
    pub secret: Zeroizing<String>,
}

/// A provider that the organisation keeps.
pub struct Elsewhere {
    credentials: Credentials,
    redirect: String,
    carrier: Arc<dyn Carrier>,
    known: Mutex<Known>,
    under_way: AtomicUsize,
}

/// What the provider said of itself.
#[derive(Debug, Default)]
struct Known {
    metadata: Option<(Metadata, Timestamp)>,
    keys: Option<Keys>,
    /// When it did not answer.
    failed: Option<Timestamp>,
}

impl Elsewhere {
    /// A provider that sends people back to this address. Nothing is asked of it yet.
    ///
    /// # Errors
    /// [`ElsewhereError::Settings`] when its address is not https, or it is not known who we are there.
    pub fn new(credentials: Credentials, redirect: &str, carrier: Arc<dyn Carrier>) -> Result<Self, ElsewhereError> {
        if !is_safe(&credentials.issuer) || credentials.issuer.contains('?') {
            return Err(ElsewhereError::Settings("an issuer is an https address without a query"));
        }
        if credentials.client.is_empty() || credentials.secret.is_empty() {
            return Err(ElsewhereError::Settings("a client has a name and a secret"));
        }
        let known = Mutex::new(Known::default());
        Ok(Self { credentials, redirect: redirect.to_owned(), carrier, known, under_way: AtomicUsize::new(0) })
    }

    /// The provider's address, as it names itself.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.credentials.issuer
    }

    /// Where a browser goes for this attempt, which comes back with `state`. Blocks while the provider is asked about itself.
    ///
    /// # Errors
    /// When the provider does not answer, or says of itself what cannot be used.
    pub fn way(&self, trip: &Trip, state: &str, now: Timestamp) -> Result<String, ElsewhereError> {
        let metadata = self.metadata(now)?;
        let prompt = match trip.prompt() {
            Prompt::Usual => None,
            Prompt::Choose => Some(CHOOSE).filter(|_| metadata.lets_choose()),
            Prompt::Anew => Some("login"),
        };
        let challenge = trip.challenge();
        let parameters = [
            ("response_type", Some("code")),
            ("client_id", Some(self.credentials.client.as_str())),
            ("redirect_uri", Some(self.redirect.as_str())),
            // `profile` and `email` for what is shown; nothing is decided by them.
            ("scope", Some("openid profile email")),
            ("state", Some(state)),
            ("nonce", Some(trip.nonce())),
            ("code_challenge", Some(challenge.as_str())),
            ("code_challenge_method", Some("S256")),
            ("prompt", prompt),
            // Whoever is asked that has to say when it was (section 2, `auth_time`).
            ("max_age", trip.is_anew().then_some("0")),
        ];
        Ok(with_query(metadata.authorization(), &parameters))
    }

    /// Who signed in: the code is changed for an ID token, and that is verified. Blocks while the provider is asked.
    ///
    /// # Errors
    /// When the provider let nobody in or does not answer, or what it signed does not hold for this attempt.
    pub fn signed_in(&self, answer: &Answer, trip: &Trip, now: Timestamp) -> Result<SignedIn, ElsewhereError> {
        let code = answer.code(self.issuer())?;
        let _place = Place::taken(&self.under_way)?;
        let metadata = self.metadata(now)?;
        let token = self.changed(&metadata, code, trip)?;
        let keys = self.keys(&metadata, &token, now)?;
        let claims: Claims = jose::verified_by_any(&token, keys.all())
            .ok_or(ElsewhereError::Token("no key of the provider signed it"))?;
        claims.checked((self.issuer(), &self.credentials.client), trip, now)
    }

    /// Changes a code (RFC 6749, section 4.1.3).
    fn changed(&self, metadata: &Metadata, code: &str, trip: &Trip) -> Result<String, ElsewhereError> {
        #[derive(Deserialize)]
        struct Tokens {
            id_token: String,
        }
        #[derive(Default, Deserialize)]
        struct Refused {
            error: String,
        }
        let Credentials { client, secret, .. } = &self.credentials;
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("grant_type", "authorization_code")
            .append_pair("code", code)
            .append_pair("redirect_uri", &self.redirect)
            .append_pair("code_verifier", trip.verifier());
        let is_in_form = metadata.takes_secret_in_form();
        if is_in_form {
            form.append_pair("client_id", client).append_pair("client_secret", secret);
        }
        let (form, basic) = (Zeroizing::new(form.finish()), basic(client, secret));
        let authorization = (!is_in_form).then_some(basic.as_str());
        let reply =
            self.carrier.post(metadata.token(), &form, authorization, LONGEST).map_err(ElsewhereError::Unreachable)?;
        if reply.status != 200 {
            let refused: Refused = serde_json::from_slice(&reply.body).unwrap_or_default();
            if refused.error == "invalid_grant" {
                return Err(ElsewhereError::Code);
            }
            let name = error_name(&refused.error);
            return Err(ElsewhereError::NotChanged(format!("status {} {name}", reply.status)));
        }
        let tokens: Result<Tokens, _> = serde_json::from_slice(&reply.body);
        tokens.map(|tokens| tokens.id_token).map_err(|_| ElsewhereError::Token("there is none"))
    }

    fn metadata(&self, now: Timestamp) -> Result<Metadata, ElsewhereError> {
        let (metadata, failed) = {
            let known = self.known();
            (known.metadata.clone().filter(|(_, asked)| is_within(*asked, now, LASTING)), known.failed)
        };
        if let Some((metadata, _)) = metadata {
            return Ok(metadata);
        }
        if failed.is_some_and(|at| is_within(at, now, PAUSE)) {
            return Err(ElsewhereError::Unreachable("it did not answer a moment ago".to_owned()));
        }
        // Nobody holds the lock while the provider is asked: a slow one must not stop whoever knows enough.
        let _place = Place::taken(&self.under_way)?;
        let asked = Metadata::asked(&*self.carrier, self.issuer());
        let mut known = self.known();
        known.failed = asked.is_err().then_some(now);
        if let Ok(metadata) = &asked {
            known.metadata = Some((metadata.clone(), now));
        }
        asked
    }

    fn keys(&self, metadata: &Metadata, token: &str, now: Timestamp) -> Result<Keys, ElsewhereError> {
        let kept = self.known().keys.clone().filter(|keys| keys.serve(token, now));
        if let Some(keys) = kept {
            return Ok(keys);
        }
        let keys = Keys::asked(&*self.carrier, metadata.keys(), now)?;
        self.known().keys = Some(keys.clone());
        Ok(keys)
    }

    fn known(&self) -> std::sync::MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Elsewhere {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Elsewhere").field("issuer", &self.credentials.issuer).finish_non_exhaustive()
    }
}

/// One of the few who may wait for the provider.
struct Place<'a>(&'a AtomicUsize);

impl<'a> Place<'a> {
    fn taken(under_way: &'a AtomicUsize) -> Result<Self, ElsewhereError> {
        let place = Self(under_way);
        if under_way.fetch_add(1, Ordering::Relaxed) < MOST {
            return Ok(place);
        }
        Err(ElsewhereError::Unreachable("too many wait for it".to_owned()))
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Name and secret, each encoded first (RFC 6749, section 2.3.1).
fn basic(client: &str, secret: &str) -> Zeroizing<String> {
    let encoded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let pair = Zeroizing::new(format!("{}:{}", encoded(client), encoded(secret)));
    Zeroizing::new(format!("Basic {}", BASE64.encode(pair.as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_with_a_colon_is_one_secret() {
        let encoded = basic("a client", "s:ec%ret");
        let text = encoded.strip_prefix("Basic ").unwrap();
        assert_eq!(BASE64.decode(text.as_bytes()).unwrap(), b"a+client:s%3Aec%25ret");
    }
}
