//! People, parties and streams are added and taken away.

use std::future::Future;

use axum::{
    extract::State,
    response::{IntoResponse as _, Redirect, Response},
};
use maud::html;
use vauban_hub::{
    desk::{ApproversError, DeskError},
    store::{PartyId, Reading, StoreError, StreamId},
};

use super::{
    audience::again,
    form::Filled,
    kept::Wrong,
    seat::{Id, Seat, act, no_randomness, trouble},
    words,
};
use crate::{
    page::{missing, page},
    request::Visitor,
};

pub(super) async fn person(State(seat): State<Seat>, visitor: Visitor, filled: Filled) -> Response {
    let name = filled.text("name");
    if name.is_empty() {
        return again(&seat, &visitor, &filled, &unnamed()).await;
    }
    match seat.desk.person(act(&visitor), name, filled.text("key")).await {
        Ok(_) => Redirect::to("/audience#people").into_response(),
        Err(error @ DeskError::Approvers(ApproversError::Key | ApproversError::Taken(_))) => {
            again(&seat, &visitor, &filled, &Wrong::said("key", words::said(&error))).await
        }
        Err(error) => trouble(&visitor, &error),
    }
}

pub(super) async fn party(State(seat): State<Seat>, visitor: Visitor, filled: Filled) -> Response {
    let (name, budget) = (filled.text("name"), filled.text("budget"));
    if name.is_empty() {
        return again(&seat, &visitor, &filled, &unnamed()).await;
    }
    let budget = if budget.is_empty() { Some(1) } else { budget.parse().ok().filter(|budget| *budget <= 1_000) };
    let Some(budget) = budget else {
        let wrong = Wrong::new("budget", "Un nombre, 1000 au plus.", "A number, 1000 at the most.");
        return again(&seat, &visitor, &filled, &wrong).await;
    };
    let mut rng = match seat.rng() {
        Ok(rng) => rng,
        Err(error) => return no_randomness(&visitor, &error),
    };
    match seat.desk.party(act(&visitor), name, budget, &mut rng).await {
        Ok((_, code)) => handed_over(&visitor, name, &code.to_code()),
        Err(error @ DeskError::Store(StoreError::Taken(_))) => {
            again(&seat, &visitor, &filled, &Wrong::said("name", words::said(&error))).await
        }
        Err(error) => trouble(&visitor, &error),
    }
}

/// The code of a party, shown once: the desk does not keep it, and the page is stored by no browser.
fn handed_over(visitor: &Visitor, name: &str, code: &str) -> Response {
    let content = html! {
        p { (visitor.say("Le code d'inscription de", "The enrolment code of")) " " strong { (vauban_model::printable(name)) } ":" }
        pre.code tabindex="0" { (code) }
        p.alarm { (visitor.say(
            "Remettez ce code en main propre. Il n'est montré qu'une fois, et le bureau ne le garde pas.",
            "Hand this code over in person. It is shown once, and the desk does not keep it.",
        )) }
        p { a.do href="/audience#streams" { (visitor.say("Lui ouvrir un flux", "Open a stream for it")) } }
    };
    let visitor = Visitor { path: "/audience".to_owned(), ..visitor.clone() };
    page(&visitor, visitor.say("Organisation prise", "Party taken in"), &content).into_response()
}

pub(super) async fn revoke(State(seat): State<Seat>, visitor: Visitor, Id(id): Id) -> Response {
    let done = seat.desk.store().revoke_party(act(&visitor), PartyId(id)).await;
    back(&visitor, done.map_err(DeskError::from), "/audience#parties")
}

pub(super) async fn stream(State(seat): State<Seat>, visitor: Visitor, filled: Filled) -> Response {
    let (title, about, is_for_one) = (filled.text("title"), filled.text("about"), filled.has("one", "yes"));
    if title.is_empty() {
        let wrong = Wrong::new("title", "Donnez un titre.", "Give a title.");
        return again(&seat, &visitor, &filled, &wrong).await;
    }
    let parties: Vec<PartyId> = filled.all("party").filter_map(|id| id.parse().ok()).map(PartyId).collect();
    if is_for_one && parties.len() > 1 {
        let error = DeskError::from(StoreError::OneParty);
        return again(&seat, &visitor, &filled, &Wrong::said("party", words::said(&error))).await;
    }
    let mut rng = match seat.rng() {
        Ok(rng) => rng,
        Err(error) => return no_randomness(&visitor, &error),
    };
    let done = seat.desk.stream(act(&visitor), (title, about), is_for_one, &parties, &mut rng).await;
    back(&visitor, done.map(|_| ()), "/audience#streams")
}

pub(super) async fn join(state: State<Seat>, visitor: Visitor, id: Id, filled: Filled) -> Response {
    reader(state, visitor, id, filled, |seat, visitor, party, stream| async move {
        let reading = Reading { stream, may_write: false };
        seat.desk.store().join(act(&visitor), party, reading).await
    })
    .await
}

pub(super) async fn leave(state: State<Seat>, visitor: Visitor, id: Id, filled: Filled) -> Response {
    reader(state, visitor, id, filled, |seat, visitor, party, stream| async move {
        seat.desk.store().leave(act(&visitor), party, stream).await
    })
    .await
}

/// Changes who reads a stream.
async fn reader<F: Future<Output = Result<(), StoreError>>>(
    State(seat): State<Seat>,
    visitor: Visitor,
    Id(stream): Id,
    filled: Filled,
    change: impl FnOnce(Seat, Visitor, PartyId, StreamId) -> F,
) -> Response {
    let Ok(party) = filled.text("party").parse() else { return missing(visitor.lang) };
    let done = change(seat, visitor.clone(), PartyId(party), StreamId(stream)).await;
    back(&visitor, done.map_err(DeskError::from), "/audience#streams")
}

fn back(visitor: &Visitor, done: Result<(), DeskError>, to: &str) -> Response {
    match done {
        Ok(()) => Redirect::to(to).into_response(),
        Err(error) => trouble(visitor, &error),
    }
}

fn unnamed() -> Wrong {
    Wrong::new("name", "Donnez un nom.", "Give a name.")
}
