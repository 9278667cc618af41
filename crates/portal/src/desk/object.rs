//! One object: all its versions, what honest people use of it, where it is granted, and every word of it.

use axum::{
    extract::{Path, State},
    response::{IntoResponse as _, Response},
};
use maud::{Markup, html};
use serde_json::Value;
use vauban_hub::{
    desk::{DeskError, can_be_blind, findings},
    store::{DeskObject, ObjectId},
};
use vauban_model::printable;

use super::{
    seat::{Seat, trouble},
    shown::{Shown, end},
    words,
};
use crate::{
    page::{missing, page, time},
    request::Visitor,
};

/// Characters of an object's JSON that are shown.
const LONGEST: usize = 20_000;

pub(super) async fn show(State(seat): State<Seat>, visitor: Visitor, Path(id): Path<String>) -> Response {
    let Some(id) = ObjectId::new(&id) else { return missing(visitor.lang) };
    match read(&seat, &id).await {
        Ok((versions, streams)) => match versions.first() {
            Some(newest) => {
                let title = Shown::of(&newest.json).title().to_owned();
                page(&visitor, &title, &content(&visitor, &versions, &streams)).into_response()
            }
            None => missing(visitor.lang),
        },
        Err(error) => trouble(&visitor, &error),
    }
}

async fn read(seat: &Seat, id: &ObjectId) -> Result<(Vec<DeskObject>, Vec<String>), DeskError> {
    let versions = seat.desk.store().object(id).await?;
    let granted = seat.desk.store().granted(id).await?;
    let streams = seat.desk.store().streams().await?.into_iter();
    let streams =
        streams.filter(|stream| granted.contains(&stream.info.id)).map(|stream| printable(&stream.info.title));
    Ok((versions, streams.collect()))
}

fn content(visitor: &Visitor, versions: &[DeskObject], streams: &[String]) -> Markup {
    html! {
        @for (at, object) in versions.iter().enumerate() {
            @if at == 1 { h2 { (visitor.say("Versions plus anciennes", "Older versions")) } }
            (version(visitor, object))
        }
        h2 { (visitor.say("Accordé à", "Granted to")) }
        p { @if streams.is_empty() { (visitor.say("aucun flux", "no stream")) } @else { (streams.join(", ")) } }
        @if let Some(newest) = versions.first() {
            p { a href={ "/objects?state=" (newest.state.name()) } { (visitor.say("Décider, dans la liste", "Decide, in the list")) } }
        }
    }
}

fn version(visitor: &Visitor, object: &DeskObject) -> Markup {
    html! {
        section.compartment {
            dl.about {
                dt { (visitor.say("Identifiant", "Id")) } dd.place { (object.id) }
                dt { (visitor.say("Version du", "Version of")) } dd { (time(object.version.at())) }
                dt { (visitor.say("État", "State")) } dd { (visitor.tell(&words::state(object.state))) }
                dt { (visitor.say("Marquage", "Marking")) } dd { (object.marking.as_str()) ", " (visitor.tell(&words::tier(object.tier))) }
                dt { (visitor.say("De", "From")) } dd.place { (printable(&object.source)) ", " (time(object.imported)) }
                dt { (visitor.say("Fin", "End")) } dd { (end(visitor, object)) }
                dt { (visitor.say("Peut être aveugle", "Can be blind")) }
                dd { @match can_be_blind(object) {
                    Ok(()) => (visitor.say("oui", "yes")),
                    Err(why) => { (visitor.say("non : ", "no: ")) (visitor.tell(&words::not_blind(why))) },
                } }
            }
            @for (value, why) in findings(object) {
                p.alarm { (visitor.say("D'usage courant : ", "In common use: ")) (printable(&value)) ", " (visitor.tell(&why)) }
            }
            pre.story tabindex="0" { (pretty(&object.json)) }
        }
    }
}

/// The JSON with each property on a line. Its breaks are ours: those of others are escaped in it.
fn pretty(json: &str) -> String {
    let text =
        serde_json::from_str::<Value>(json).and_then(|json| serde_json::to_string_pretty(&json)).unwrap_or_default();
    let mut lines: Vec<String> = text.lines().map(printable).collect();
    let mut length = 0;
    let kept = lines.iter().position(|line| {
        length += line.len();
        length > LONGEST
    });
    if let Some(kept) = kept {
        lines.truncate(kept);
        lines.push("…".to_owned());
    }
    lines.join("\n")
}
