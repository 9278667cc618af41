//! The two requests that every ceremony has, and what is the same in all of them.

use axum::{
    body::Bytes,
    extract::{FromRequestParts, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use rand_chacha::{ChaCha20Rng, rand_core::RngCore as _};
use vauban_passkey::{Asked, Credential, Nonce};
use vauban_people::{Actor, Binding, ChallengeToken, Key, NewChallenge, PeopleError, PersonId, Purpose, Started, Used};

use super::answer::Sent;
use crate::{
    SignIn,
    beside::{beside, refuse},
    device::offer,
    failed::Failed,
    visit::Browser,
};

/// What came of an answer.
#[derive(Debug)]
pub(crate) struct Done {
    /// A session that begins with it.
    pub(crate) started: Option<Started>,
    /// What the browser is asked next, before anything is done.
    pub(crate) next: Option<Question>,
    /// What the page shows in its place, once and at no address.
    pub(crate) shown: Option<String>,
    /// Where the person goes now.
    pub(crate) to: String,
}

impl Done {
    /// Done, without a session.
    pub(crate) fn to(path: impl Into<String>) -> Self {
        Self { started: None, next: None, shown: None, to: path.into() }
    }
}

/// A question to a browser. A second one of one ceremony is asked only of whoever answered the first, so that no cookie alone gets this far.
#[derive(Debug)]
pub(crate) struct Question {
    challenge: ChallengeToken,
    options: String,
}

impl Question {
    /// For the script.
    fn json(&self) -> String {
        format!(r#"{{"challenge":"{}","options":{}}}"#, &*self.challenge.text(), self.options)
    }
}

/// Asks a browser, whether it is the first question or the next one.
pub(super) fn next(
    site: &SignIn,
    browser: &Browser,
    rng: &mut ChaCha20Rng,
    question: impl FnOnce(Nonce) -> Result<(Asked, Purpose), Failed>,
) -> Result<Question, Failed> {
    let mut nonce = [0; 32];
    rng.fill_bytes(&mut nonce);
    let (asked, purpose) = question(Nonce::new(nonce))?;
    let state = asked.state.to_bytes();
    let new = NewChallenge { purpose, state: &state, browser: browser.token.hash(), address: browser.visit.address };
    let challenge = site.people().challenge(&new, rng, site.now())?;
    Ok(Question { challenge, options: asked.options })
}

/// A ceremony: what it asks a browser, and what an answer brings about. Both run beside the server's own threads, since they read and
/// write the store and verify signatures.
pub(crate) trait Ceremony: FromRequestParts<SignIn, Rejection = Response> + Send + 'static {
    /// What is asked, and what for.
    ///
    /// # Errors
    /// When this person may not be asked that.
    fn ask(&self, site: &SignIn, sent: &Sent, nonce: Nonce) -> Result<(Asked, Purpose), Failed>;

    /// Carries out an answer. Its challenge was taken out of the store: `purpose` and `state` are what it held.
    ///
    /// # Errors
    /// When the answer is another ceremony's, does not hold, or a rule refuses.
    fn answer(&self, site: &SignIn, sent: &Sent, kept: Kept<'_>, rng: &mut ChaCha20Rng) -> Result<Done, Failed>;

    /// Whose attempt it is, where that is known.
    fn person(&self) -> Option<PersonId>;
}

/// What was kept between question and answer.
#[derive(Debug)]
pub(crate) struct Kept<'a> {
    pub(super) purpose: Purpose,
    pub(super) state: vauban_passkey::State,
    pub(super) browser: &'a Browser,
}

/// Asks.
pub(crate) async fn ask<C: Ceremony>(
    State(site): State<SignIn>,
    browser: Browser,
    ceremony: C,
    body: Bytes,
) -> Response {
    let kept = site.cookies().told_apart(&browser);
    let asked = beside(site.clone(), move |site| {
        let sent = Sent::read(&body)?;
        next(site, &browser, &mut site.rng()?, |nonce| ceremony.ask(site, &sent, nonce))
    });
    told(asked.await.flatten().map(|asked| asked.json()), kept)
}

/// What the script is told, as JSON, with the cookie that tells its browser apart.
pub(crate) fn told(body: Result<String, Failed>, cookie: Option<HeaderValue>) -> Response {
    let mut answer = body.map_or_else(|failed| failed.response(), json);
    if let Some(cookie) = cookie {
        answer.headers_mut().append(header::SET_COOKIE, cookie);
    }
    answer
}

pub(super) fn json(body: String) -> Response {
    (StatusCode::OK, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}

/// Takes an answer. One that is refused is counted, and waits; a good one does not.
pub(crate) async fn answer<C: Ceremony>(
    State(site): State<SignIn>,
    browser: Browser,
    ceremony: C,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let whose = (ceremony.person(), browser.visit.address);
    let answered = beside(site.clone(), move |site| {
        let done = answered(site, &ceremony, &browser, &body)?;
        went_well(site, &done, &browser, &headers)
    });
    match answered.await.flatten() {
        Ok(answer) => answer,
        Err(failed) => refuse(site, failed, whose).await,
    }
}

fn answered<C: Ceremony>(site: &SignIn, ceremony: &C, browser: &Browser, body: &[u8]) -> Result<Done, Failed> {
    let sent = Sent::read(body)?;
    let taken = site.people().take(&sent.challenge()?, &browser.token.hash(), site.now())?;
    let state = vauban_passkey::State::from_bytes(&taken.state)?;
    ceremony.answer(site, &sent, Kept { purpose: taken.purpose, state, browser }, &mut site.rng()?)
}

fn went_well(site: &SignIn, done: &Done, browser: &Browser, headers: &HeaderMap) -> Result<Response, Failed> {
    let to = serde_json::json!(done.to);
    let body = match (&done.next, &done.shown) {
        (Some(next), _) => format!(r#"{{"next":{},"to":{to}}}"#, next.json()),
        (None, Some(shown)) => format!(r#"{{"shown":{},"to":{to}}}"#, serde_json::json!(shown)),
        (None, None) => format!(r#"{{"to":{to}}}"#),
    };
    let mut answer = json(body);
    if let Some(started) = &done.started {
        answer.headers_mut().extend(starts(site, started, &browser.visit.binding, headers)?);
    }
    Ok(answer)
}

/// What goes with the answer by which a session begins; the one before, in this browser, is over.
pub(crate) fn starts(
    site: &SignIn,
    started: &Started,
    binding: &Binding,
    headers: &HeaderMap,
) -> Result<Vec<(HeaderName, HeaderValue)>, Failed> {
    end_earlier(site, headers)?;
    begins(site, started, binding)
}

/// The cookie of a session that begins, and the offer to bind it to its device, where it is bound to nothing yet.
fn begins(site: &SignIn, started: &Started, binding: &Binding) -> Result<Vec<(HeaderName, HeaderValue)>, Failed> {
    let cookie = site.cookies().begin(started, site.now()).ok_or(Failed::Ours)?;
    let mut fields = vec![(header::SET_COOKIE, cookie)];
    if *binding == Binding::Plain {
        let (name, value) = offer(site, started.session)?;
        fields.push((HeaderName::from_static(name), value));
    }
    Ok(fields)
}

/// Ends the session that this browser had: of two that are bound to one cookie, a browser would refresh now the one and now the other.
fn end_earlier(site: &SignIn, headers: &HeaderMap) -> Result<(), PeopleError> {
    let Some((hash, who)) = site.held(headers)? else { return Ok(()) };
    match site.people().end_session(&Actor::Session(hash), who.session, site.now()) {
        Err(PeopleError::Refused(_)) => Ok(()),
        ended => ended,
    }
}

/// The credentials of these keys.
pub(super) fn credentials(keys: &[Key]) -> Result<Vec<Credential>, Failed> {
    keys.iter().map(|key| Ok(Credential::from_bytes(&key.credential)?)).collect()
}

/// What `people` is told of a key that was used.
pub(super) fn used<'a>(key: &'a Key, after: &'a [u8]) -> Used<'a> {
    Used { id: &key.id, before: &key.credential, after }
}
