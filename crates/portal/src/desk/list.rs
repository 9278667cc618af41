//! Objects in a state, page by page, with the form that decides on those that are ticked.

use axum::{
    extract::{Query, State},
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use maud::{Markup, html};
use serde::Deserialize;
use vauban_hub::{
    desk::{DeskError, findings},
    store::{DeskObject, ObjectId, State as ObjectState, Stream, Tier},
};
use vauban_model::printable;

use super::{
    decide,
    form::{Filled, encoded},
    kept::{Again, Wrong, all_streams, reason},
    seat::{Seat, trouble},
    shown::{cells, end},
    words::{self, STATES},
};
use crate::{page::page, request::Visitor};

/// Objects of a page.
const PAGE: usize = 50;

/// Which page.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    state: String,
    #[serde(default)]
    after: String,
    #[serde(default)]
    done: String,
}

impl Asked {
    /// The page that a form was on.
    pub(super) fn of(filled: &Filled) -> Self {
        Self { state: filled.text("state").to_owned(), after: filled.text("after").to_owned(), done: String::new() }
    }

    /// The state; what nobody knows is what waits first.
    pub(super) fn state(&self) -> ObjectState {
        STATES.into_iter().find(|state| state.name() == self.state).unwrap_or(ObjectState::Imported)
    }
}

/// A page of objects.
struct Page {
    objects: Vec<DeskObject>,
    next: Option<ObjectId>,
    streams: Vec<(Stream, Vec<String>)>,
}

pub(super) async fn show(State(seat): State<Seat>, visitor: Visitor, Query(asked): Query<Asked>) -> Response {
    render(&seat, &visitor, &asked, None).await
}

/// The page, with a form that was wrong.
pub(super) async fn again(seat: &Seat, visitor: &Visitor, filled: &Filled, wrong: &Wrong) -> Response {
    render(seat, visitor, &Asked::of(filled), Some(Again { filled, wrong })).await
}

async fn render(seat: &Seat, visitor: &Visitor, asked: &Asked, again: Option<Again<'_>>) -> Response {
    // Forms are answered at another path; the way back from another language is the list's.
    let visitor = Visitor { path: "/objects".to_owned(), ..visitor.clone() };
    let read = match read(seat, asked).await {
        Ok(read) => read,
        Err(error) => return trouble(&visitor, &error),
    };
    let status = if again.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let title = visitor.say("Objets", "Objects");
    (status, page(&visitor, title, &content(&visitor, asked, &read, again))).into_response()
}

async fn read(seat: &Seat, asked: &Asked) -> Result<Page, DeskError> {
    let after = ObjectId::new(&asked.after);
    let most = u64::try_from(PAGE).unwrap_or(u64::MAX).saturating_add(1);
    let mut objects = seat.desk.store().objects(asked.state(), after.as_ref(), most).await?;
    let mut next = None;
    if objects.len() > PAGE {
        // The versions of an object stay on one page.
        let last = objects.last().map(|object| object.id.clone());
        let whole: Vec<DeskObject> =
            objects.iter().filter(|object| Some(&object.id) != last.as_ref()).cloned().collect();
        objects = if whole.is_empty() { objects } else { whole };
        next = objects.last().map(|object| object.id.clone());
    }
    Ok(Page { objects, next, streams: all_streams(&seat.desk).await? })
}

fn content(visitor: &Visitor, asked: &Asked, read: &Page, again: Option<Again<'_>>) -> Markup {
    let state = asked.state();
    html! {
        ul.filter aria-label=(visitor.say("États", "States")) {
            @for known in STATES { li {
                @if known == state { strong aria-current="true" { (visitor.tell(&words::state(known))) } }
                @else { a href={ "/objects?state=" (known.name()) } { (visitor.tell(&words::state(known))) } }
            } }
        }
        @if let Ok(number) = asked.done.parse::<u64>() {
            p.calm role="status" { (visitor.say("Fait. Objets décidés :", "Done. Objects decided on:")) " " (number) }
        }
        @if read.objects.is_empty() {
            // What a form said of a list that is empty by now has no field to stand beside.
            @if let Some(Again { wrong, .. }) = again { (reason(visitor, again, wrong.field)) }
            p.calm { (visitor.say("Rien ici.", "Nothing here.")) }
        } @else {
            form method="post" action="/objects/review" {
                input type="hidden" name="state" value=(state.name());
                input type="hidden" name="after" value=(asked.after);
                (reason(visitor, again, "object"))
                (table(visitor, &read.objects, again))
                @if let Some(next) = &read.next {
                    p { a href={ "/objects?state=" (state.name()) "&after=" (encoded(next.as_str())) } { (visitor.say("Page suivante", "Next page")) } }
                }
                (decide::fields(visitor, state, &read.streams, again))
            }
        }
    }
}

fn table(visitor: &Visitor, objects: &[DeskObject], again: Option<Again<'_>>) -> Markup {
    html! {
        table {
            caption { (visitor.say("Cochez ceux sur lesquels vous décidez", "Tick those that you decide on")) }
            thead { tr {
                th scope="col" { (visitor.say("Choix", "Choice")) }
                th scope="col" { (visitor.say("Objet", "Object")) }
                th scope="col" { (visitor.say("Ce qu'il nomme", "What it names")) }
                th scope="col" { (visitor.say("De", "From")) }
                th scope="col" { (visitor.say("Marquage", "Marking")) }
                th scope="col" { (visitor.say("Fin", "End")) }
            } }
            tbody { @for (at, object) in objects.iter().enumerate() { (row(visitor, at, object, again)) } }
        }
    }
}

fn row(visitor: &Visitor, at: usize, object: &DeskObject, again: Option<Again<'_>>) -> Markup {
    let is_ticked = again.is_some_and(|again| again.filled.has("object", object.id.as_str()));
    html! {
        tr {
            td {
                input type="checkbox" id={ "o" (at) } name="object" value=(object.id) checked[is_ticked];
                " " label for={ "o" (at) } { (visitor.say("décider", "decide")) span.hidden { " " (object.id) } }
            }
            (cells(object))
            td.place { (printable(&object.source)) }
            td {
                span.mark { (object.marking.as_str()) }
                // Nobody chose a form yet, but for what is held until somebody looks.
                @if object.state != ObjectState::Imported || object.tier == Tier::Held { br; (visitor.tell(&words::tier(object.tier))) }
                @for (value, why) in findings(object) {
                    p.alarm { (visitor.say("D'usage courant : ", "In common use: ")) (printable(&value)) ", " (visitor.tell(&why)) }
                }
            }
            td { (end(visitor, object)) }
        }
    }
}
