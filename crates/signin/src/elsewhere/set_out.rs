//! Somebody sets out to the provider: to sign in, or with a link. The script is told where to.

use axum::{body::Bytes, extract::State, response::Response};
use rand_chacha::ChaCha20Rng;
use vauban_oidc::elsewhere::Prompt;
use vauban_people::{InvitationHash, NewChallenge, Purpose, Refusal, Role};

use super::{errand::Errand, kept::KeptProvider};
use crate::{
    SignIn,
    beside::beside,
    ceremony::{Sent, invited, told},
    failed::Failed,
    visit::Browser,
};

/// To sign in.
pub(crate) async fn sign_in(State(site): State<SignIn>, browser: Browser, body: Bytes) -> Response {
    let why = move |_: &SignIn| {
        let sent = Sent::read(&body)?;
        Ok(Why { purpose: Purpose::Elsewhere, prompt: sent.prompt(), link: None, back: sent.back().to_owned() })
    };
    away(site, browser, why).await
}

/// To come in for the first time, with a link. Administrators come in with a key.
pub(crate) async fn enrol(State(site): State<SignIn>, browser: Browser, body: Bytes) -> Response {
    let errand = move |site: &SignIn| {
        let sent = Sent::read(&body)?;
        let (invitation, role) = invited(site, &sent)?;
        if role == Role::Administrator {
            return Err(Refusal::NeedsKey.into());
        }
        let purpose = Purpose::EnrolElsewhere { request: invitation.request };
        Ok(Why { purpose, prompt: Prompt::Choose, link: Some(sent.link()?), back: String::new() })
    };
    away(site, browser, errand).await
}

/// Why somebody sets out.
struct Why {
    purpose: Purpose,
    prompt: Prompt,
    link: Option<InvitationHash>,
    back: String,
}

async fn away<F>(site: SignIn, browser: Browser, why: F) -> Response
where
    F: FnOnce(&SignIn) -> Result<Why, Failed> + Send + 'static,
{
    let cookie = site.cookies().told_apart(&browser);
    let to = beside(site, move |site| {
        let Why { purpose, prompt, link, back } = why(site)?;
        let mut rng = site.rng()?;
        let errand = Errand::new(prompt, link, &back, &mut rng);
        way(site, &browser, purpose, &errand, &mut rng)
    });
    told(to.await.flatten().map(|to| serde_json::json!({ "to": to }).to_string()), cookie)
}

/// Where this browser goes, which is awaited back for this.
pub(crate) fn way(
    site: &SignIn,
    browser: &Browser,
    purpose: Purpose,
    errand: &Errand,
    rng: &mut ChaCha20Rng,
) -> Result<String, Failed> {
    let (kept, now) = (kept(site)?, site.now());
    let (hash, address) = (browser.token.hash(), browser.visit.address);
    let new = NewChallenge { purpose, state: &errand.bytes()?, browser: hash, address };
    let challenge = site.people().challenge(&new, rng, now)?;
    Ok(kept.provider.way(&errand.trip, &challenge.text(), now)?)
}

/// The provider, where there is one.
pub(super) fn kept(site: &SignIn) -> Result<&KeptProvider, Failed> {
    site.settings().kept.as_ref().ok_or(Failed::Unreadable)
}
