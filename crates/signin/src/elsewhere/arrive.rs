//! Somebody arrives with what the provider gave them: the attempt is taken, the code changed, and the account is somebody's or nobody's.

use axum::{
    extract::{RawQuery, State},
    http::HeaderMap,
    response::{IntoResponse as _, Redirect, Response},
};
use maud::{Markup, html};
use vauban_model::{Lang, Text};
use vauban_oidc::elsewhere::{Answer, SignedIn};
use vauban_people::{
    ChallengeToken, Claimed, Enrolment, InvalidSubject, Label, Means, NewAccount, PeopleError, PersonId, Purpose,
    Refusal, Started, Subject,
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
        let taken = taken(site, &browser, &query.unwrap_or_default()).map_err(|failed| (None, failed))?;
        let purpose = taken.purpose;
        let Arrived { started, to } = taken.done(site, &browser, &headers).map_err(|failed| (Some(purpose), failed))?;
        let Some(started) = started else { return Ok(Redirect::to(&to).into_response()) };
        // A page, so that the browser has the cookie, and is asked to bind it, before it goes on.
        let mut answer = pages::onward_in(site, lang, &to);
        let fields = starts(site, &started, &browser.visit.binding, &headers).map_err(|failed| (None, failed))?;
        answer.headers_mut().extend(fields);
        Ok(answer)
    });
    match arrived.await.unwrap_or_else(|lost| Err((None, lost))) {
        Ok(answer) => answer,
        Err((purpose, failed)) => {
            let failed = waited(site.clone(), failed, whose).await;
            not_in(&site, lang, purpose, &failed)
        }
    }
}

/// An attempt that was taken: nobody else has it, and it is good for this once.
struct Attempt {
    purpose: Purpose,
    errand: Errand,
    answer: Answer,
}

fn taken(site: &SignIn, browser: &Browser, query: &str) -> Result<Attempt, Failed> {
    kept(site)?;
    let answer = Answer::read(query.as_bytes())?;
    let attempt: ChallengeToken = answer.state().parse()?;
    let taken = site.people().take(&attempt.hash(), &browser.token.hash(), site.now())?;
    Ok(Attempt { purpose: taken.purpose, errand: Errand::read(&taken.state)?, answer })
}

impl Attempt {
    fn done(&self, site: &SignIn, browser: &Browser, headers: &HeaderMap) -> Result<Arrived, Failed> {
        let provider = &kept(site)?.provider;
        let signed_in = provider.signed_in(&self.answer, &self.errand.trip, site.now())?;
        let claimed = claimed(provider.issuer(), &signed_in)?;
        // The provider may have taken its time.
        let now = site.now();
        let (started, to) = match self.purpose {
            Purpose::Elsewhere => {
                let home = || site.settings().home.to_owned();
                let started = site.people().sign_in_elsewhere(&claimed, &browser.visit, &mut site.rng()?, now)?;
                (started, self.errand.back().map_or_else(home, |back| back.to_string()))
            }
            Purpose::EnrolElsewhere { request } => {
                let (means, link) = (Means::Account(&claimed), self.errand.link()?);
                let enrolment = Enrolment { request, link, means, visit: &browser.visit };
                (site.people().enrol(&enrolment, &mut site.rng()?, now)?.started, "/mine".to_owned())
            }
            Purpose::AddAccount { person } => return add(site, person, headers, &claimed),
            _ => return Err(Refusal::NoChallenge.into()),
        };
        Ok(Arrived { started: Some(started), to })
    }
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
fn claimed(issuer: &str, signed_in: &SignedIn) -> Result<Claimed, InvalidSubject> {
    let subject = Subject::new(issuer, &signed_in.subject)?;
    let told = signed_in.label.as_ref().unwrap_or(&signed_in.subject);
    let short: String = told.chars().take(LABEL).collect();
    // What cannot be seen is no label, whoever wrote it.
    let label = short.parse().or_else(|_| PLAIN.parse::<Label>()).map_err(|_| InvalidSubject)?;
    Ok(Claimed { account: NewAccount { subject, label }, authenticated: signed_in.authenticated })
}

/// Why nobody came in, and what to do next.
fn not_in(site: &SignIn, lang: Lang, purpose: Option<Purpose>, failed: &Failed) -> Response {
    let refusal = match failed {
        Failed::People(PeopleError::Refused(refusal)) => Some(*refusal),
        _ => None,
    };
    let title = Text::new("Ce compte n'a ouvert à personne", "This account let nobody in");
    let next = match (purpose, refusal) {
        // Nothing was used but the attempt.
        (Some(Purpose::EnrolElsewhere { .. }), None | Some(Refusal::AccountTaken)) => html! {
            p { (Text::new(
                "Votre lien reste bon : ouvrez-le encore une fois, ou photographiez le code à nouveau.",
                "Your link is still good: open it once more, or take the code with the camera again.",
            ).get(lang)) }
        },
        (Some(Purpose::AddAccount { .. }), _) => back("/mine", Text::new("Retour à mes clés", "Back to my keys"), lang),
        (_, Some(Refusal::NoChallenge)) => html! {
            p { (Text::new("Vous êtes peut-être déjà entré.", "You may be in already.").get(lang)) }
            (back("/mine", Text::new("Voir", "Look"), lang))
        },
        (_, Some(Refusal::NoSuchAccount)) => {
            back("/signin?prompt=choose", Text::new("Prendre un autre compte", "Take another account"), lang)
        }
        _ => back("/signin", Text::new("Retour à l'entrée", "Back to signing in"), lang),
    };
    let content = html! { p.alarm role="alert" { (failed.text().get(lang)) } (next) };
    (failed.noted(), pages::plain(site, lang, title.get(lang), &content)).into_response()
}

fn back(to: &str, text: Text, lang: Lang) -> Markup {
    html! { p { a href=(to) { (text.get(lang)) } } }
}
