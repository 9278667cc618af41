//! Somebody arrives with what the provider gave them: the attempt is taken, the code changed, and the account is somebody's or nobody's.

use axum::{
    extract::{RawQuery, State},
    http::HeaderMap,
    response::{IntoResponse as _, Redirect, Response},
};
use jiff::Timestamp;
use maud::html;
use vauban_model::{Lang, Text};
use vauban_oidc::elsewhere::{Answer, SignedIn};
use vauban_people::{
    ChallengeToken, Claimed, Enrolment, InvalidSubject, Label, Means, NewAccount, PersonId, Purpose, Refusal, Started,
    Subject,
};

use super::{errand::Errand, set_out::kept};
use crate::{
    SignIn,
    beside::{beside, waited},
    ceremony::starts,
    failed::Failed,
    pages,
    visit::Browser,
};

/// What an account is called of which the provider says nothing.
const PLAIN: &str = "1";
/// A label, at most.
const LABEL: usize = 60;

/// What came of it: a session, or nothing but the account; and where somebody goes now.
struct Arrived {
    started: Option<Started>,
    to: String,
}

pub(crate) async fn arrive(
    State(site): State<SignIn>,
    browser: Browser,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let (lang, whose) = (browser.lang, (None, browser.visit.address));
    let arrived = beside(site.clone(), move |site| {
        let Arrived { started, to } = arrived(site, &browser, &headers, &query.unwrap_or_default())?;
        let Some(started) = started else { return Ok(Redirect::to(&to).into_response()) };
        // A page, so that the browser has the cookie, and is asked to bind it, before it goes on.
        let mut answer = pages::onward(site, lang, &to);
        answer.headers_mut().extend(starts(site, &started, &browser.visit.binding, &headers)?);
        Ok(answer)
    });
    match arrived.await.flatten() {
        Ok(answer) => answer,
        Err(failed) => {
            let failed = waited(site.clone(), failed, whose).await;
            not_in(&site, lang, &failed)
        }
    }
}

fn arrived(site: &SignIn, browser: &Browser, headers: &HeaderMap, query: &str) -> Result<Arrived, Failed> {
    let provider = &kept(site)?.provider;
    let answer = Answer::read(query.as_bytes())?;
    let attempt: ChallengeToken = answer.state().parse()?;
    let taken = site.people().take(&attempt.hash(), &browser.token.hash(), site.now())?;
    let errand = Errand::read(&taken.state)?;
    let signed_in = provider.signed_in(&answer, &errand.trip, site.now())?;
    // The provider may have taken its time.
    let now = site.now();
    let claimed = claimed(provider.issuer(), &signed_in, now)?;
    let started = match taken.purpose {
        Purpose::Elsewhere => site.people().sign_in_elsewhere(&claimed, &browser.visit, &mut site.rng()?, now)?,
        Purpose::EnrolElsewhere { request } => {
            let (means, link) = (Means::Account(&claimed), errand.link()?);
            let enrolment = Enrolment { request, link, means, visit: &browser.visit };
            let enrolled = site.people().enrol(&enrolment, &mut site.rng()?, now)?;
            return Ok(Arrived { started: Some(enrolled.started), to: "/mine".to_owned() });
        }
        Purpose::AddAccount { person } => return add(site, person, headers, &claimed),
        _ => return Err(Refusal::NoChallenge.into()),
    };
    let home = || site.settings().home.to_owned();
    let to = errand.back().map_or_else(home, |back| back.to_string());
    Ok(Arrived { started: Some(started), to })
}

/// Whoever set out is still who is in. They touched a key before, and the store asks whether that was just now.
fn add(site: &SignIn, person: PersonId, headers: &HeaderMap, claimed: &Claimed) -> Result<Arrived, Failed> {
    let (session, who) = site.held(headers)?.ok_or(Refusal::NoSession)?;
    if who.person != person {
        return Err(Refusal::NoChallenge.into());
    }
    site.people().add_account(&session, &claimed.account, &mut site.rng()?, site.now())?;
    Ok(Arrived { started: None, to: "/mine".to_owned() })
}

/// What the provider said, as `people` knows it.
fn claimed(issuer: &str, signed_in: &SignedIn, now: Timestamp) -> Result<Claimed, InvalidSubject> {
    let subject = Subject::new(issuer, &signed_in.subject)?;
    let told = signed_in.label.as_ref().unwrap_or(&signed_in.subject);
    let short: String = told.chars().take(LABEL).collect();
    // What cannot be seen is no label, whoever wrote it.
    let label = short.parse().or_else(|_| PLAIN.parse::<Label>()).map_err(|_| InvalidSubject)?;
    let authenticated = signed_in.authenticated.unwrap_or(now);
    Ok(Claimed { account: NewAccount { subject, label }, authenticated })
}

/// Why nobody came in, and the way back.
fn not_in(site: &SignIn, lang: Lang, failed: &Failed) -> Response {
    let (title, again) = (
        Text::new("Ce compte n'a ouvert à personne", "This account let nobody in"),
        Text::new("Retour à l'entrée", "Back to signing in"),
    );
    let content = html! {
        p.alarm role="alert" { (failed.text().get(lang)) }
        p { a href="/signin" { (again.get(lang)) } }
    };
    (failed.noted(), pages::plain(site, lang, title.get(lang), &content)).into_response()
}
