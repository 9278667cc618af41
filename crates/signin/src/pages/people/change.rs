//! What forms about a person ask of the store, each answered with the person's page, the request's, or why not.

use axum::{
    extract::{Path, State},
    response::{IntoResponse as _, Redirect, Response},
};
use maud::html;
use serde::Deserialize;
use vauban_people::{AccountId, PeopleError, Refusal, Request, Role, SessionId, Warning};

use super::{
    administrator::Subject,
    fields::{self, Filled, Wrong},
};
use crate::{
    SignIn,
    ceremony::key_id,
    failed::Failed,
    pages::{refused::refused, room::room},
};

/// The one field of these forms; which one says the form.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Change {
    role: String,
    groups: String,
    until: String,
}

pub(crate) async fn suspend(State(site): State<SignIn>, about: Subject) -> Response {
    let done = site.people().suspend(&about.actor(), about.person.id, site.now());
    warned(&site, &about, done)
}

pub(crate) async fn resume(State(site): State<SignIn>, about: Subject) -> Response {
    let done = site.people().resume(&about.actor(), about.person.id, site.now());
    back(&site, &about, done.map_err(Failed::from))
}

pub(crate) async fn end_all(State(site): State<SignIn>, about: Subject) -> Response {
    let done = site.people().end_all(&about.actor(), about.person.id, site.now());
    back(&site, &about, done.map(drop).map_err(Failed::from))
}

pub(crate) async fn end_session(
    State(site): State<SignIn>,
    about: Subject,
    Path((_, session)): Path<(String, String)>,
) -> Response {
    let end = |session: SessionId| Ok(site.people().end_session(&about.actor(), session, site.now())?);
    back(&site, &about, session.parse().map_err(Failed::from).and_then(end))
}

pub(crate) async fn remove_key(
    State(site): State<SignIn>,
    about: Subject,
    Path((_, key)): Path<(String, String)>,
) -> Response {
    let done = key_id(&key).and_then(|key| Ok(site.people().remove_key(&about.actor(), &key, site.now())?));
    back(&site, &about, done)
}

pub(crate) async fn remove_account(
    State(site): State<SignIn>,
    about: Subject,
    Path((_, account)): Path<(String, String)>,
) -> Response {
    let remove = |account: AccountId| Ok(site.people().remove_account(&about.actor(), account, site.now())?);
    back(&site, &about, account.parse().map_err(Failed::from).and_then(remove))
}

pub(crate) async fn set_groups(State(site): State<SignIn>, about: Subject, Filled(change): Filled<Change>) -> Response {
    let done = fields::groups(&change.groups)
        .and_then(|groups| Ok(site.people().set_groups(&about.actor(), about.person.id, &groups, site.now())?));
    back_to_fields(&site, &about, done)
}

pub(crate) async fn set_end(State(site): State<SignIn>, about: Subject, Filled(change): Filled<Change>) -> Response {
    let done = fields::end(&change.until)
        .and_then(|until| Ok(site.people().set_end(&about.actor(), about.person.id, until, site.now())?));
    back_to_fields(&site, &about, done)
}

pub(crate) async fn recover(State(site): State<SignIn>, about: Subject) -> Response {
    let ask = || Ok(site.people().recover(&about.actor(), about.person.id, &mut site.rng()?, site.now())?);
    asked(&site, &about, ask())
}

pub(crate) async fn ask_role(State(site): State<SignIn>, about: Subject, Filled(change): Filled<Change>) -> Response {
    let ask = || {
        let role = Role::from_word(&change.role).ok_or(Failed::Unreadable)?;
        Ok(site.people().ask_role(&about.actor(), about.person.id, role, &mut site.rng()?, site.now())?)
    };
    asked(&site, &about, ask())
}

fn back(site: &SignIn, about: &Subject, done: Result<(), Failed>) -> Response {
    match done {
        Ok(()) => Redirect::to(&about.path()).into_response(),
        Err(failed) => refused(site, &about.seat, &about.path(), &failed),
    }
}

fn back_to_fields(site: &SignIn, about: &Subject, done: Result<(), Wrong>) -> Response {
    match done {
        Ok(()) => back(site, about, Ok(())),
        Err(wrong) => wrong.page(site, &about.seat, &about.path()),
    }
}

fn asked(site: &SignIn, about: &Subject, request: Result<Request, Failed>) -> Response {
    match request {
        Ok(request) => Redirect::to(&format!("/requests/{}", request.id)).into_response(),
        // Somebody has asked already: there it can be read, and approved.
        Err(Failed::People(PeopleError::Refused(Refusal::RequestOpen))) => {
            refused(site, &about.seat, "/requests", &Refusal::RequestOpen.into())
        }
        Err(failed) => refused(site, &about.seat, &about.path(), &failed),
    }
}

/// Something that leaves few administrators is done, and said.
pub(super) fn warned(site: &SignIn, about: &Subject, done: Result<Option<Warning>, PeopleError>) -> Response {
    let warning = match done {
        Ok(Some(warning)) => warning,
        Ok(None) => return back(site, about, Ok(())),
        Err(error) => return back(site, about, Err(error.into())),
    };
    let seat = &about.seat;
    let content = html! {
        p { (about.person.name) ": " (seat.say("c'est fait.", "done.")) }
        p.alarm role="alert" { (warning.text().get(seat.browser.lang)) }
        p { a href="/people" { (seat.say("Aux personnes", "To the people")) } }
    };
    room(site, seat, "/people", seat.say("C'est fait, mais", "Done, but"), &content)
}
