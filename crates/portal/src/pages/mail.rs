//! What was judged, and why.

use axum::{
    extract::{Path, Query, State},
    response::{IntoResponse as _, Response},
};
use maud::{Markup, html};
use serde::Deserialize;
use vauban_model::printable;
use vauban_record::{Journal, JudgedRow, Way};

use super::overview::{blocking, unreadable};
use crate::{
    page::{missing, page, time},
    request::Visitor,
    serve::Shared,
    words,
};

/// Rows of a page.
const ROWS: usize = 50;
/// The verdicts that can be chosen.
const VERDICTS: [&str; 7] = ["quarantine", "flag", "deliver", "refused", "hold", "warn", "outgoing"];

#[derive(Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    verdict: String,
    before: Option<i64>,
}

pub(crate) async fn list(State(shared): State<Shared>, visitor: Visitor, Query(asked): Query<Asked>) -> Response {
    let portal = shared.portal.clone();
    let verdict = VERDICTS.into_iter().find(|word| *word == asked.verdict);
    let rows = blocking(move || match Journal::existing(&portal.journal)? {
        Some(journal) => journal.latest(asked.before, verdict, ROWS),
        None => Ok(Vec::new()),
    });
    match rows.await {
        Ok(rows) => {
            page(&visitor, visitor.say("Verdicts", "Verdicts"), &content(&visitor, &rows, verdict)).into_response()
        }
        Err(why) => unreadable(&visitor, &why),
    }
}

fn content(visitor: &Visitor, rows: &[JudgedRow], verdict: Option<&str>) -> Markup {
    html! {
        form.filter method="get" action="/mail" {
            label for="verdict" { (visitor.say("Montrer", "Show")) }
            select id="verdict" name="verdict" {
                option value="" { (visitor.say("tout", "all")) }
                @for word in VERDICTS {
                    option value=(word) selected[verdict == Some(word)] { (visitor.tell(&words::verdict(word))) }
                }
            }
            button type="submit" { (visitor.say("Afficher", "Show")) }
        }
        @if rows.is_empty() {
            p { (visitor.say("Aucun message.", "No message.")) }
        } @else {
            (table(visitor, rows))
            @if let Some(last) = rows.last().filter(|_| rows.len() == ROWS) {
                p { a href={ "/mail?verdict=" (verdict.unwrap_or_default()) "&before=" (last.number) } {
                    (visitor.say("Plus anciens", "Older ones"))
                } }
            }
        }
    }
}

/// Messages that were judged, as a table.
pub(super) fn table(visitor: &Visitor, rows: &[JudgedRow]) -> Markup {
    html! {
        table {
            caption { (visitor.say("Les plus récents d'abord", "The latest first")) }
            thead { tr {
                th scope="col" { (visitor.say("Quand", "When")) }
                th scope="col" { (visitor.say("Verdict", "Verdict")) }
                th scope="col" { (visitor.say("De", "From")) }
                th scope="col" { (visitor.say("À", "To")) }
                th scope="col" { (visitor.say("Pourquoi", "Why")) }
            } }
            tbody {
                @for JudgedRow { number, at, message } in rows {
                    tr {
                        td { a href={ "/mail/" (number) } { (time(*at)) } }
                        td.mark { (visitor.tell(&words::verdict(&message.verdict))) }
                        td.place { (sender(&message.sender)) }
                        td.place { (printable(&message.recipients.join(", "))) }
                        td { (words::sentences(&message.codes, visitor.lang).first().map_or("", |(_, text)| text)) }
                    }
                }
            }
        }
    }
}

/// An envelope's sender.
pub(super) fn sender(address: &str) -> String {
    printable(if address.is_empty() { "<>" } else { address })
}

pub(crate) async fn show(State(shared): State<Shared>, visitor: Visitor, Path(number): Path<i64>) -> Response {
    let portal = shared.portal.clone();
    let found = blocking(move || match Journal::existing(&portal.journal)? {
        Some(journal) => journal.message(number),
        None => Ok(None),
    });
    let JudgedRow { at, message, .. } = match found.await {
        Ok(Some(found)) => found,
        Ok(None) => return missing(visitor.lang),
        Err(why) => return unreadable(&visitor, &why),
    };
    let content = html! {
        dl.about {
            dt { (visitor.say("Verdict", "Verdict")) } dd.mark { (visitor.tell(&words::verdict(&message.verdict))) }
            dt { (visitor.say("Quand", "When")) } dd { (time(at)) }
            dt { (visitor.say("Sens", "Way")) } dd { @match message.way {
                Way::In => (visitor.say("arrivé", "incoming")),
                Way::Out => (visitor.say("envoyé d'ici", "sent from here")),
            } }
            dt { (visitor.say("De (enveloppe)", "From (envelope)")) } dd.place { (sender(&message.sender)) }
            dt { (visitor.say("À (enveloppe)", "To (envelope)")) } dd.place { (printable(&message.recipients.join(", "))) }
            dt { "Message-ID" } dd.place { (printable(&message.message_id)) }
            dt { (visitor.say("Numéro du serveur", "Mail server's number")) } dd.place { (printable(&message.queue_id)) }
        }
        (explanation(&visitor, &message.codes, message.score))
        @if !message.held.is_empty() {
            p { a href={ "/quarantine/" (message.held) } { (visitor.say("Ce message est retenu : décider", "This message is kept back: decide")) } }
        }
        p { a href="/mail" { (visitor.say("Tous les verdicts", "All verdicts")) } }
    };
    page(&visitor, visitor.say("Un message", "A message"), &content).into_response()
}

/// A score as the sum that it is.
pub(super) fn explanation(visitor: &Visitor, codes: &[String], score: f64) -> Markup {
    let sentences = words::sentences(codes, visitor.lang);
    html! {
        h2 { (visitor.say("Pourquoi", "Why")) }
        @if sentences.is_empty() {
            p { (visitor.say("Rien de suspect n'a été trouvé.", "Nothing suspicious was found.")) }
        } @else {
            table.sum {
                caption { (visitor.say("Le score est la somme de ces raisons", "The score is the sum of these reasons")) }
                thead { tr {
                    th scope="col" { (visitor.say("Raison", "Reason")) }
                    th scope="col" { (visitor.say("Poids", "Weight")) }
                } }
                tbody {
                    @for (weight, text) in &sentences {
                        tr { td { (text) } td.number { @if *weight > 0.0 { "+" (weight) } @else { (visitor.say("règle", "rule")) } } }
                    }
                    @if score > 0.0 {
                        tr.total { th scope="row" { (visitor.say("En tout", "In all")) } td.number { (score) } }
                    }
                }
            }
            p.soft { (visitor.say(
                "Un message est signalé à partir de 4 et retenu à partir de 8, ou pour une seule raison décisive. Ce qui y a été vu exactement est chiffré avec lui.",
                "A message is flagged from 4 on and kept back from 8 on, or for one decisive reason. What exactly was seen is encrypted with it.",
            )) }
        }
    }
}
