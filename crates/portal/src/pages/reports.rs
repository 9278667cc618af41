//! What people reported, and confirming what of it is bad.

use axum::{
    body::Bytes,
    extract::{Path, State},
    response::{IntoResponse as _, Response},
};
use jiff::Timestamp;
use maud::{Markup, html};
use vauban_guard::sensors::mail::{Found, confirm as confirm_values};
use vauban_model::{Text, printable};
use vauban_record::{Candidate, Confirmed, RecordError, Reported, SqliteRecord, confirmed, reported};

use super::{
    mail::{explanation, table as messages},
    overview::{blocking, unreadable},
};
use crate::{
    page::{failed, missing, page, time},
    request::Visitor,
    serve::{Portal, Shared},
    words,
};

type Rows = Vec<(Timestamp, Reported, Vec<Confirmed>)>;

pub(crate) async fn list(State(shared): State<Shared>, visitor: Visitor) -> Response {
    let portal = shared.portal.clone();
    match blocking(move || all(&portal)).await {
        Ok(rows) => {
            page(&visitor, visitor.say("Mails suspects", "Reported mail"), &table(&visitor, &rows)).into_response()
        }
        Err(why) => unreadable(&visitor, &why),
    }
}

/// The latest first.
fn all(portal: &Portal) -> Result<Rows, RecordError> {
    if !portal.record.exists() {
        return Ok(Vec::new());
    }
    let record = SqliteRecord::open(&portal.record)?;
    let done = confirmed(&record)?;
    let of = |id: &str| done.iter().filter(|(_, one)| one.report == id).map(|(_, one)| one.clone()).collect();
    let mut rows: Rows = reported(&record)?.into_iter().map(|(at, one)| (at, one.clone(), of(&one.id))).collect();
    rows.reverse();
    Ok(rows)
}

fn table(visitor: &Visitor, rows: &Rows) -> Markup {
    if rows.is_empty() {
        return html! { p { (visitor.say(
            "Personne n'a signalé de mail. Vos collègues peuvent transférer un mail suspect, comme pièce jointe, à l'adresse de la garde.",
            "Nobody reported a mail. Your colleagues may forward a suspicious mail, as an attachment, to the guard's address.",
        )) } };
    }
    html! {
        table {
            caption { (visitor.say("Les plus récents d'abord", "The latest first")) }
            thead { tr {
                th scope="col" { (visitor.say("Signalé", "Reported")) }
                th scope="col" { (visitor.say("Par", "By")) }
                th scope="col" { (visitor.say("Auteur prétendu", "Claimed author")) }
                th scope="col" { (visitor.say("Verdict", "Verdict")) }
                th scope="col" { (visitor.say("Confirmé", "Confirmed")) }
            } }
            tbody {
                @for (at, report, done) in rows {
                    tr {
                        td { a href={ "/reports/" (report.id) } { (time(*at)) } }
                        td.place { (printable(&report.reporter)) }
                        td.place { (printable(&report.author)) }
                        td.mark { (report.score) " · " (visitor.tell(&verdict(&report.verdict))) }
                        td { @if done.is_empty() { (visitor.say("non", "no")) } @else { (visitor.say("oui", "yes")) } }
                    }
                }
            }
        }
    }
}

/// The verdict on a message that had already arrived.
fn verdict(word: &str) -> Text {
    match word {
        "quarantine" => Text::new("!!! piège probable", "!!! probably a trap"),
        "flag" => Text::new("! suspect", "! suspicious"),
        _ => Text::new("rien de dangereux vu", "nothing dangerous seen"),
    }
}

async fn one(
    portal: std::sync::Arc<Portal>,
    id: String,
) -> Result<Option<(Timestamp, Reported, Vec<Confirmed>)>, String> {
    blocking(move || Ok(all(&portal)?.into_iter().find(|(_, report, _)| report.id == id))).await
}

pub(crate) async fn show(State(shared): State<Shared>, visitor: Visitor, Path(id): Path<String>) -> Response {
    let (at, report, done) = match one(shared.portal.clone(), id).await {
        Ok(Some(found)) => found,
        Ok(None) => return missing(visitor.lang),
        Err(why) => return unreadable(&visitor, &why),
    };
    let is_done = |candidate: &Candidate| done.iter().any(|one| one.values.contains(candidate));
    let content = html! {
        dl.about {
            dt { (visitor.say("Signalé", "Reported")) } dd { (time(at)) }
            dt { (visitor.say("Par", "By")) } dd.place { (printable(&report.reporter)) }
            dt { (visitor.say("Auteur prétendu", "Claimed author")) } dd.place { (printable(&report.author)) }
            dt { "Message-ID" } dd.place { (printable(&report.message_id)) }
            dt { (visitor.say("Verdict", "Verdict")) } dd.mark { (visitor.tell(&verdict(&report.verdict))) }
        }
        (explanation(&visitor, &report.codes, report.score))
        h2 { (visitor.say("Ce qui pourrait servir ailleurs", "What could be looked for elsewhere")) }
        @if report.candidates.is_empty() {
            p { (visitor.say("Rien : ce message ne contient rien qui soit propre à son auteur.", "Nothing: this message contains nothing that is its author's own.")) }
        } @else {
            form method="post" action={ "/reports/" (report.id) } {
                fieldset {
                    legend { (visitor.say("Cochez ce qui est malveillant à coup sûr. Vauban le cherchera partout, dès maintenant et dans le passé.", "Tick what is bad for certain. Vauban will look for it everywhere, from now on and in the past.")) }
                    @for (number, candidate) in report.candidates.iter().enumerate() {
                        div.choice {
                            input type="checkbox" id={ "c" (number) } name="value" value=(number);
                            label for={ "c" (number) } {
                                span.place { (printable(&candidate.value)) } " " span.soft { (visitor.tell(&words::kind(candidate.kind))) }
                                @if is_done(candidate) { " · " strong { (visitor.say("confirmé", "confirmed")) } }
                            }
                        }
                    }
                }
                button type="submit" { (visitor.say("Confirmer ce qui est coché", "Confirm what is ticked")) }
            }
        }
        p { a href="/reports" { (visitor.say("Tous les mails signalés", "All reported mail")) } }
    };
    page(&visitor, &format!("{} {}", visitor.say("Mail signalé", "Reported mail"), report.id), &content).into_response()
}

pub(crate) async fn confirm(
    State(shared): State<Shared>,
    visitor: Visitor,
    Path(id): Path<String>,
    form: Bytes,
) -> Response {
    let report = match one(shared.portal.clone(), id).await {
        Ok(Some((_, report, _))) => report,
        Ok(None) => return missing(visitor.lang),
        Err(why) => return unreadable(&visitor, &why),
    };
    // `value=0&value=3`: numbers of candidates, and nothing that a form could bring in.
    let numbers = form.split(|byte| *byte == b'&').filter_map(|pair| pair.strip_prefix(b"value="));
    let values: Vec<Candidate> = numbers
        .filter_map(|number| report.candidates.get(std::str::from_utf8(number).ok()?.parse::<usize>().ok()?).cloned())
        .collect();
    if values.is_empty() {
        let (what, next) = (
            visitor.say("Rien n'était coché.", "Nothing was ticked."),
            visitor.say("Revenez en arrière et cochez au moins une ligne.", "Go back and tick at least one line."),
        );
        return failed(&visitor, what, next);
    }
    let (portal, who, now) = (shared.portal.clone(), visitor.who.clone(), visitor.now);
    let done = tokio::task::spawn_blocking(move || {
        confirm_values(&portal.state, (&portal.record, &portal.journal), &report, &values, &who, now)
    });
    match done.await {
        Ok(Ok(found)) => {
            page(&visitor, visitor.say("Confirmé", "Confirmed"), &found_page(&visitor, &found)).into_response()
        }
        Ok(Err(error)) => unreadable(&visitor, &error.to_string()),
        Err(error) => unreadable(&visitor, &error.to_string()),
    }
}

fn found_page(visitor: &Visitor, found: &Found) -> Markup {
    html! {
        p { (visitor.say("Ces valeurs sont désormais des indicateurs de votre organisation :", "These values are indicators of your organisation now:")) }
        ul { @for one in &found.confirmed { li.place { (printable(&one.value)) } } }
        @if !found.set_aside.is_empty() {
            p { (visitor.say(
                "Celles-ci servent aussi à d'honnêtes gens : elles ne déclencheront rien seules.",
                "These are used by honest people, too: they will not fire alone.",
            )) " " (found.set_aside.join(", ")) }
        }
        h2 { (visitor.say("Dans le mail du passé", "In mail of the past")) }
        @if found.past.is_empty() {
            p.calm { (visitor.say("Aucun autre message jugé ici ne les contenait.", "No other message that was judged here contained them.")) }
        } @else {
            p { (visitor.say(
                "Ces messages les contenaient. Prévenez leurs destinataires : qui a cliqué doit vous appeler.",
                "These messages contained them. Warn their readers: whoever clicked is to call you.",
            )) }
            (messages(visitor, &found.past))
        }
        p { a href="/reports" { (visitor.say("Tous les mails signalés", "All reported mail")) } }
    }
}
