//! Documents are taken in: what becomes of each, and of what is not sound the reason.

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use maud::{Markup, html};
use vauban_hub::desk::{DeskError, RefusedObject, Taken};
use vauban_model::printable;

use super::{
    form::Filled,
    kept::{Again, Wrong, line, marking, reason},
    seat::{Seat, act, trouble},
    words,
};
use crate::{page::page, request::Visitor};

/// Reasons that are shown of a document.
const MOST: usize = 200;

pub(super) async fn show(visitor: Visitor) -> Response {
    whole(&visitor, None)
}

pub(super) async fn take(State(seat): State<Seat>, visitor: Visitor, filled: Filled) -> Response {
    if let Some(wrong) = wrong(&filled) {
        return whole(&visitor, Some(Again { filled: &filled, wrong: &wrong }));
    }
    match taken(&seat, &visitor, &filled).await {
        Ok(all) => {
            let title = visitor.say("Ce qui a été pris", "What was taken in");
            page(&visitor, title, &report(&visitor, &all)).into_response()
        }
        Err(error) => trouble(&visitor, &error),
    }
}

fn wrong(filled: &Filled) -> Option<Wrong> {
    if filled.text("source").is_empty() {
        return Some(Wrong::new("source", "Dites de qui cela vient.", "Say whom it is from."));
    }
    if !words::MARKINGS.iter().any(|known| known.as_str() == filled.text("marking")) {
        return Some(Wrong::new("marking", "Choisissez qui peut savoir.", "Choose who may know."));
    }
    filled
        .files()
        .is_empty()
        .then(|| Wrong::new("files", "Choisissez au moins un fichier.", "Choose one file at least."))
}

async fn taken(seat: &Seat, visitor: &Visitor, filled: &Filled) -> Result<Vec<(String, Taken)>, DeskError> {
    let marking =
        words::MARKINGS.into_iter().find(|known| known.as_str() == filled.text("marking")).unwrap_or_default();
    let mut all = Vec::new();
    for (name, bytes) in filled.files() {
        let taken = seat.desk.import(act(visitor), (name, filled.text("source")), bytes, marking).await?;
        all.push((printable(name), taken));
    }
    Ok(all)
}

fn whole(visitor: &Visitor, again: Option<Again<'_>>) -> Response {
    let content = html! {
        p { (visitor.say(
            "STIX, MISP, listes, CSV, fichiers hosts, RPZ, rapports. Tout est revu avant que quoi que ce soit parte.",
            "STIX, MISP, lists, CSV, hosts files, RPZ, reports. All of it is reviewed before anything leaves.",
        )) }
        form method="post" action="/import" enctype="multipart/form-data" {
            (line(visitor, again, "source", visitor.say("De qui", "Whom it is from")))
            (marking(visitor, again, "TLP:AMBER"))
            p.soft { (visitor.say("Pour ce qu'un document ne marque pas lui-même.", "For what a document does not mark itself.")) }
            div.field {
                label for="files" { (visitor.say("Documents (64 Mio en tout au plus)", "Documents (64 MiB in all at the most)")) }
                (reason(visitor, again, "files"))
                input type="file" id="files" name="files" multiple;
            }
            button type="submit" { (visitor.say("Prendre", "Take in")) }
        }
    };
    let status = if again.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    (status, page(visitor, visitor.say("Prendre des documents", "Take documents in"), &content)).into_response()
}

fn report(visitor: &Visitor, all: &[(String, Taken)]) -> Markup {
    html! {
        @for (name, taken) in all {
            h2.place { (name) }
            dl.figures {
                div { dt { (visitor.say("à revoir", "to review")) } dd { (taken.to_review()) } }
                div { dt { (visitor.say("sous un autre nom déjà", "known under another id")) } dd { (taken.same()) } }
                div { dt { (visitor.say("connus", "known")) } dd { (taken.known()) } }
            }
            (reasons(visitor, visitor.say("Retenus jusqu'à ce que quelqu'un regarde leur marquage", "Held until somebody looks at their marking"), &taken.held))
            (reasons(visitor, visitor.say("Refusés", "Refused"), &taken.refused))
        }
        p { a.do href="/objects?state=imported" { (visitor.say("Les revoir", "Review them")) } }
        p { a href="/import" { (visitor.say("Prendre d'autres documents", "Take more documents in")) } }
    }
}

fn reasons(visitor: &Visitor, caption: &str, refused: &[RefusedObject]) -> Markup {
    html! { @if !refused.is_empty() {
        table {
            caption { (caption) (visitor.say(" : ", ": ")) (refused.len()) }
            thead { tr { th scope="col" { (visitor.say("Quoi", "What")) } th scope="col" { (visitor.say("Pourquoi", "Why")) } } }
            tbody { @for RefusedObject { what, why } in refused.iter().take(MOST) {
                tr { td.place { (printable(what)) } td.place { (printable(visitor.tell(why))) } }
            } }
        }
        @if refused.len() > MOST { p.soft { (visitor.say("Les premiers seulement sont montrés.", "Only the first ones are shown.")) } }
    } }
}
