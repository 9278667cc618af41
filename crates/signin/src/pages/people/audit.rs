//! What happened, the newest first, of everybody or of one person.

use axum::{
    extract::{Query, State, rejection::QueryRejection},
    response::Response,
};
use maud::{Markup, html};
use serde::Deserialize;
use vauban_people::{Event, Person, PersonId, Told};

use super::administrator::Administrator;
use crate::{
    SignIn,
    failed::Failed,
    pages::{parts::time, refused::refused, room::room},
    seat::Seat,
};

/// Events on a page.
const PAGE: u32 = 50;

/// What an address asks for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Wanted {
    person: String,
    before: String,
}

impl Wanted {
    /// The person, where one is named, and the number before which to begin.
    fn read(&self) -> Result<(Option<PersonId>, u64), Failed> {
        let person = if self.person.is_empty() { None } else { Some(self.person.parse()?) };
        let before = match self.before.as_str() {
            "" => u64::MAX,
            number => number.parse().map_err(|_| Failed::Unreadable)?,
        };
        Ok((person, before))
    }
}

pub(crate) async fn audit(
    State(site): State<SignIn>,
    Administrator(seat): Administrator,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Response {
    let read = || {
        let (person, before) = wanted.map_err(|_| Failed::Unreadable)?.read()?;
        let events = site.people().events_before(before, person, PAGE)?;
        Ok((site.people().persons(true)?, person, events))
    };
    match read() {
        Ok((persons, person, events)) => {
            let content = html! {
                (filter(&seat, &persons, person))
                (table(&seat, &events))
                (further(&seat, person, &events))
            };
            room(&site, &seat, "/audit", seat.say("Journal", "Audit"), &content)
        }
        Err(failed) => refused(&site, &seat, "/audit", &failed),
    }
}

fn filter(seat: &Seat, persons: &[Person], chosen: Option<PersonId>) -> Markup {
    html! {
        form.filter method="get" action="/audit" {
            label for="person" { (seat.say("Au sujet de", "About")) }
            select id="person" name="person" {
                option value="" { (seat.say("tout le monde", "everybody")) }
                @for person in persons { option value=(person.id) selected[chosen == Some(person.id)] { (person.name) } }
            }
            button.second type="submit" { (seat.say("Montrer", "Show")) }
        }
    }
}

fn table(seat: &Seat, events: &[Event]) -> Markup {
    html! {
        @if events.is_empty() { p.calm { (seat.say("Rien.", "Nothing.")) } } @else {
            table {
                caption { (seat.say("Ce qui s'est passé, le plus récent d'abord", "What happened, the newest first")) }
                thead { tr {
                    th scope="col" { (seat.say("Quand", "When")) }
                    th scope="col" { (seat.say("Quoi", "What")) }
                    th scope="col" { (seat.say("Demande", "Request")) }
                    th.number scope="col" { (seat.say("Numéro", "Number")) }
                } }
                tbody { @for event in events { (row(seat, event)) } }
            }
        }
    }
}

fn row(seat: &Seat, event: &Event) -> Markup {
    let text = event.text();
    let text = text.get(seat.browser.lang);
    html! {
        tr {
            td { (time(event.at)) }
            td.place { @if event.kind.told() == Told::Both { strong { (text) } } @else { (text) } }
            td { @if let Some(request) = event.request { a href={ "/requests/" (request) } {
                (seat.say("la lire", "read it")) span.hidden { " (" (event.number) ")" }
            } } }
            td.number { (event.number) }
        }
    }
}

/// The way to what happened before.
fn further(seat: &Seat, person: Option<PersonId>, events: &[Event]) -> Markup {
    let last = events.last().filter(|last| events.len() == PAGE as usize && last.number > 1);
    html! {
        @if let Some(last) = last {
            p { a href={ "/audit?before=" (last.number) @if let Some(person) = person { "&person=" (person) } } { (seat.say("Avant", "Before that")) } }
        }
    }
}
