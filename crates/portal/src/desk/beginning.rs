//! The first page: what waits, in the order in which it is done.

use axum::{
    extract::State,
    response::{IntoResponse as _, Response},
};
use maud::{Markup, html};
use vauban_hub::{desk::DeskError, store::State as ObjectState};
use vauban_model::printable;

use super::{
    seat::{Seat, trouble},
    words::{self, STATES},
};
use crate::{page::page, request::Visitor};

/// What the page says.
struct Waits {
    states: Vec<(ObjectState, u64)>,
    drafts: usize,
    approvers: Vec<String>,
    words: (String, String),
}

pub(super) async fn show(State(seat): State<Seat>, visitor: Visitor) -> Response {
    match gather(&seat).await {
        Ok(waits) => {
            let title = format!("{} {}", visitor.say("Bureau de", "Desk of"), printable(seat.desk.name()));
            page(&visitor, &title, &content(&visitor, &waits)).into_response()
        }
        Err(error) => trouble(&visitor, &error),
    }
}

async fn gather(seat: &Seat) -> Result<Waits, DeskError> {
    let mut states = Vec::new();
    for state in STATES {
        states.push((state, seat.desk.store().count(state).await?));
    }
    let drafts = seat.desk.store().drafts().await?.len();
    let approvers = seat.desk.approvers()?.names().map(printable).collect();
    let words = seat.desk.key_log()?.head().words();
    Ok(Waits { states, drafts, approvers, words: (words.fr.join(" "), words.en.join(" ")) })
}

fn content(visitor: &Visitor, waits: &Waits) -> Markup {
    html! {
        dl.figures {
            @for (state, number) in &waits.states {
                div { dt { a href={ "/objects?state=" (state.name()) } { (visitor.tell(&words::state(*state))) } } dd { (number) } }
            }
            div { dt { a href="/drafts" { (visitor.say("Brouillons", "Drafts")) } } dd { (waits.drafts) } }
        }
        @if waits.approvers.len() < 2 {
            p.alarm { (visitor.say(
                "Deux personnes doivent pouvoir signer avant qu'une publication parte : nommez-les.",
                "Two people have to be able to sign before a release can leave: name them.",
            )) " " a href="/audience#people" { (visitor.say("Personnes", "People")) } }
        }
        h2 { (visitor.say("De gauche à droite dans le menu", "From left to right in the menu")) }
        ol.next {
            li { (visitor.say("Prendre des documents : ce qui n'est pas sain est refusé, avec la raison.", "Take documents in: what is not sound is refused, with the reason.")) }
            li { (visitor.say("Revoir : qui peut savoir, et sous quelle forme ; puis accorder à des flux.", "Review: who may know, and in what form; then grant to streams.")) }
            li { (visitor.say("Regarder, pour chaque organisation, ce qu'elle verra exactement.", "Look, for each organisation, at exactly what it will see.")) }
            li { (visitor.say("Rédiger une publication ; une deuxième personne la lit et la signe ; elle part.", "Draft a release; a second person reads and signs it; it leaves.")) }
        }
        p.soft {
            (visitor.say("Les mots que les organisations comparent au téléphone : ", "The words that parties compare over the telephone: "))
            strong { @match visitor.lang { vauban_model::Lang::Fr => (waits.words.0), vauban_model::Lang::En => (waits.words.1) } }
        }
        p { (visitor.say("Ce que vous faites ici est inscrit au journal sous le nom de", "What you do here is written into the trail under the name of")) " " strong { (printable(&visitor.who)) } "." }
    }
}
