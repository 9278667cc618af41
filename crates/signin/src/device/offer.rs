//! What a browser is told: that it may bind a session, what it shall sign, and which cookie is meant.

use axum::http::HeaderValue;
use vauban_people::{BrowserHash, ChallengeToken, NewChallenge, Purpose, SessionId};

use crate::{SignIn, failed::Failed};

/// Where a browser brings its new key.
pub(crate) const BIND: &str = "/signin/device";
/// Where it asks for the next cookie.
pub(crate) const REFRESH: &str = "/signin/device/refresh";
/// What is asked for without a session.
const OPEN: [&str; 3] = ["/style.css", "/signin/script.js", "/favicon.ico"];

/// Offers a browser to bind a session that has just begun: the name and the value of a header field.
pub(crate) fn offer(site: &SignIn, session: SessionId) -> Result<(&'static str, HeaderValue), Failed> {
    let challenge = new_challenge(site, session)?;
    let text = format!(r#"(ES256 RS256);path="{BIND}";challenge="{}""#, &*challenge.text());
    Ok((super::fields::REGISTRATION, HeaderValue::from_str(&text).map_err(|_| Failed::Ours)?))
}

/// What a device shall sign for its next cookie, as a header field.
pub(super) fn challenge(site: &SignIn, session: SessionId) -> Result<(&'static str, HeaderValue), Failed> {
    let challenge = new_challenge(site, session)?;
    let text = format!(r#""{}";id="{session}""#, &*challenge.text());
    Ok((super::fields::CHALLENGE, HeaderValue::from_str(&text).map_err(|_| Failed::Ours)?))
}

fn new_challenge(site: &SignIn, session: SessionId) -> Result<ChallengeToken, Failed> {
    let new = NewChallenge {
        purpose: Purpose::Device { session },
        state: &[],
        browser: BrowserHash::of(session),
        address: None,
    };
    Ok(site.people().challenge(&new, &mut site.rng()?, site.now())?)
}

/// The session as a browser keeps it (the draft's section "JSON Session Instruction Format"): one cookie, for the whole of this origin but
/// what is everybody's. Browsers sign a few times in some minutes at the most, and no file is worth one.
pub(super) fn instructions(site: &SignIn, session: SessionId) -> String {
    let cookies = site.cookies();
    let open = OPEN.map(|path| serde_json::json!({ "type": "exclude", "domain": "*", "path": path }));
    serde_json::json!({
        "session_identifier": session.to_string(),
        "refresh_url": REFRESH,
        "scope": { "origin": site.origin(), "include_site": false, "scope_specification": open },
        "credentials": [{ "type": "cookie", "name": cookies.session, "attributes": cookies.attributes() }],
    })
    .to_string()
}
