//! Sightings: the worst first, each with its whole story.

use std::collections::HashMap;

use axum::{
    extract::{Path, State},
    response::{IntoResponse as _, Response},
};
use maud::{Markup, html};
use vauban_model::{Sighting, printable};
use vauban_record::{RecordError, SqliteRecord, named, sightings};
use vauban_report::{Circumstances, defanged, exposure, severity, story};

use super::overview::{blocking, unreadable};
use crate::{
    page::{missing, page},
    request::Visitor,
    serve::{Portal, Shared},
};

/// Rows of the page.
const MOST: usize = 300;

pub(crate) async fn list(State(shared): State<Shared>, visitor: Visitor) -> Response {
    let portal = shared.portal.clone();
    match blocking(move || all(&portal)).await {
        Ok(all) => page(&visitor, visitor.say("Traces", "Sightings"), &table(&visitor, &all)).into_response(),
        Err(why) => unreadable(&visitor, &why),
    }
}

/// Each sighting once, the worst first, and of those the latest.
fn all(portal: &Portal) -> Result<Vec<Sighting>, RecordError> {
    if !portal.record.exists() {
        return Ok(Vec::new());
    }
    let record = SqliteRecord::open(&portal.record)?;
    let mut once: HashMap<String, (usize, Sighting)> = HashMap::new();
    for (at, sighting) in sightings(&record, None)?.into_iter().enumerate() {
        once.insert(sighting.short_name(), (at, sighting));
    }
    let mut all: Vec<(usize, Sighting)> = once.into_values().collect();
    all.sort_by_key(|(at, sighting)| std::cmp::Reverse((sighting.severity, *at)));
    Ok(all.into_iter().map(|(_, sighting)| sighting).collect())
}

fn table(visitor: &Visitor, all: &[Sighting]) -> Markup {
    if all.is_empty() {
        return html! {
            p { (visitor.say(
                "Aucune trace connue n'a été vue. Cela ne prouve pas qu'il n'y en a pas : Vauban ne connaît que ses indicateurs.",
                "No known trace was seen. That is no proof that there is none: Vauban knows what its indicators know.",
            )) }
        };
    }
    html! {
        @if all.len() > MOST { p { (visitor.say("Les premiers :", "The first ones:")) " " (MOST) " / " (all.len()) } }
        table {
            caption { (visitor.say("Les plus graves d'abord", "The worst first")) }
            thead { tr {
                th scope="col" { (visitor.say("Gravité", "Severity")) }
                th scope="col" { (visitor.say("Ce qui a été vu", "What was seen")) }
                th scope="col" { (visitor.say("Connu comme", "Known as")) }
                th scope="col" { (visitor.say("Où", "Where")) }
            } }
            tbody {
                @for one in all.iter().take(MOST) {
                    tr {
                        td.mark { (severity(visitor.lang, one.severity)) }
                        td { a href={ "/sightings/" (one.short_name()) } {
                            (printable(&defanged(one.observable.kind, &one.observable.value)))
                        } br; span.soft { (exposure(visitor.lang, one.exposure)) } }
                        td { (printable(&one.indicator.name)) br; span.soft { (printable(&one.indicator.source)) } }
                        td.place { (printable(&one.location.to_string())) }
                    }
                }
            }
        }
    }
}

pub(crate) async fn show(State(shared): State<Shared>, visitor: Visitor, Path(name): Path<String>) -> Response {
    let portal = shared.portal.clone();
    let asked = name.clone();
    let found = blocking(move || {
        if !portal.record.exists() {
            return Ok(Vec::new());
        }
        named(&SqliteRecord::open(&portal.record)?, &asked)
    });
    let found = match found.await {
        Ok(found) => found,
        Err(why) => return unreadable(&visitor, &why),
    };
    let Some((sighting, first, last)) = found.into_iter().find(|(one, ..)| one.short_name() == name) else {
        return missing(visitor.lang);
    };
    let day = |at: jiff::Timestamp| at.to_string().chars().take(10).collect();
    let around = Circumstances { seen: Some((day(first), day(last))), ..Circumstances::default() };
    let text = story(&sighting, &around, visitor.lang);
    let content = html! {
        pre.story tabindex="0" { (text) }
        p { a href="/sightings" { (visitor.say("Toutes les traces", "All sightings")) } }
    };
    page(&visitor, &format!("{} {name}", visitor.say("Trace", "Sighting")), &content).into_response()
}
