//! Drafts that wait, and making one. Its author is whoever came in by the link.

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use maud::{Markup, html};
use vauban_hub::{
    desk::{DeskError, Wanted},
    store::{Draft, Stream, StreamId},
};
use vauban_model::printable;

use super::{
    form::Filled,
    kept::{Again, Wrong, all_streams, line, readers, reason},
    seat::{Seat, act, no_randomness, trouble},
    words,
};
use crate::{
    page::{page, time},
    request::Visitor,
};

/// Days for which a release counts as the newest, where nothing else is said.
const DAYS: &str = "30";

/// What the page says.
struct All {
    drafts: Vec<(Draft, Vec<String>)>,
    /// Each with its readers.
    streams: Vec<(Stream, Vec<String>)>,
    /// The last release of each stream.
    last: Vec<Option<Draft>>,
    may_draft: bool,
}

pub(super) async fn show(State(seat): State<Seat>, visitor: Visitor) -> Response {
    render(&seat, &visitor, None).await
}

async fn render(seat: &Seat, visitor: &Visitor, again: Option<Again<'_>>) -> Response {
    let all = match read(seat, visitor).await {
        Ok(all) => all,
        Err(error) => return trouble(visitor, &error),
    };
    let status = if again.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let content = html! {
        (waiting(visitor, &all))
        (out(visitor, &all))
        (form(visitor, &all, again))
    };
    (status, page(visitor, visitor.say("Publications", "Releases"), &content)).into_response()
}

async fn read(seat: &Seat, visitor: &Visitor) -> Result<All, DeskError> {
    let streams = all_streams(&seat.desk).await?;
    let mut last = Vec::new();
    for (stream, _) in &streams {
        last.push(seat.desk.store().last_published(stream.info.id).await?);
    }
    let may_draft = seat.desk.approvers()?.knows(&visitor.who).is_ok();
    Ok(All { drafts: seat.desk.store().drafts().await?, streams, last, may_draft })
}

fn waiting(visitor: &Visitor, all: &All) -> Markup {
    html! {
        @if all.drafts.is_empty() { p.calm { (visitor.say("Aucun brouillon n'attend.", "No draft waits.")) } } @else {
            table {
                caption { (visitor.say("Brouillons", "Drafts")) }
                thead { tr {
                    th scope="col" { (visitor.say("Flux", "Stream")) } th scope="col" { (visitor.say("Numéro", "Number")) }
                    th scope="col" { (visitor.say("Rédigé par", "Drafted by")) } th scope="col" { (visitor.say("Approuvé par", "Approved by")) }
                } }
                tbody { @for (draft, approvers) in &all.drafts {
                    tr {
                        td.place { a.do href={ "/drafts/" (draft.id) } { (title(all, draft.stream)) } }
                        td { (draft.number) }
                        td.place { (printable(&draft.author)) ", " (time(draft.created)) }
                        td.place { @if approvers.is_empty() { (visitor.say("attend une deuxième personne", "waits for a second person")) } @else { (printable(&approvers.join(", "))) } }
                    }
                } }
            }
        }
    }
}

fn title(all: &All, id: StreamId) -> String {
    let found = all.streams.iter().find(|(stream, _)| stream.info.id == id);
    found.map_or_else(|| id.0.to_string(), |(stream, _)| printable(&stream.info.title))
}

fn out(visitor: &Visitor, all: &All) -> Markup {
    html! {
        h2 { (visitor.say("Parti en dernier", "Last to leave")) }
        ul { @for ((stream, names), last) in all.streams.iter().zip(&all.last) {
            li.place {
                (printable(&stream.info.title)) " " span.soft { (readers(visitor, stream, names)) } ": "
                @match last {
                    Some(Draft { number, published: Some(at), .. }) => { (visitor.say("numéro", "number")) " " (number) ", " (time(*at)) },
                    _ => (visitor.say("rien encore", "nothing yet")),
                }
            }
        } }
    }
}

fn form(visitor: &Visitor, all: &All, again: Option<Again<'_>>) -> Markup {
    let chosen = Again::text(again, "stream");
    let days = again.map_or(DAYS, |again| again.filled.text("days"));
    html! {
        h2 { (visitor.say("Rédiger la suivante", "Draft the next one")) }
        @if !all.may_draft {
            p.alarm { (printable(&visitor.who)) " " (visitor.say(
                "n'est pas parmi les personnes qui peuvent rédiger. Nommez-la avec sa clé, ou entrez par son propre lien.",
                "is not among the people who may draft. Name them with their key, or come in by their own link.",
            )) " " a href="/audience#people" { (visitor.say("Personnes", "People")) } }
        }
        form method="post" action="/drafts" {
            div.field {
                label for="stream" { (visitor.say("Flux", "Stream")) }
                (reason(visitor, again, "stream"))
                select id="stream" name="stream" { @for (stream, _) in &all.streams {
                    @let id = stream.info.id.0.to_string();
                    option value=(id) selected[id == chosen] { (printable(&stream.info.title)) }
                } }
            }
            div.field {
                label for="days" { (visitor.say("Jours pendant lesquels elle compte comme la dernière", "Days for which it counts as the newest")) }
                (reason(visitor, again, "days"))
                input type="text" id="days" name="days" value=(days) inputmode="numeric" maxlength="3" autocomplete="off";
            }
            (line(visitor, again, "fr", visitor.say("À savoir d'abord, en français (facultatif)", "What to know first, in French (optional)")))
            (line(visitor, again, "en", visitor.say("À savoir d'abord, en anglais (facultatif)", "What to know first, in English (optional)")))
            p { (visitor.say("L'auteur :", "The author:")) " " strong { (printable(&visitor.who)) } }
            button type="submit" { (visitor.say("Rédiger", "Draft")) }
        }
    }
}

pub(super) async fn make(State(seat): State<Seat>, visitor: Visitor, filled: Filled) -> Response {
    let wrong = |field, fr, en| Wrong::new(field, fr, en);
    let Ok(stream) = filled.text("stream").parse() else {
        let wrong = wrong("stream", "Choisissez un flux.", "Choose a stream.");
        return render(&seat, &visitor, Some(Again { filled: &filled, wrong: &wrong })).await;
    };
    let Some(days) = filled.text("days").parse().ok().filter(|days| (1..=365).contains(days)) else {
        let wrong = wrong("days", "Entre 1 et 365 jours.", "Between 1 and 365 days.");
        return render(&seat, &visitor, Some(Again { filled: &filled, wrong: &wrong })).await;
    };
    let mut rng = match seat.rng() {
        Ok(rng) => rng,
        Err(error) => return no_randomness(&visitor, &error),
    };
    let wanted = Wanted::new(StreamId(stream), days, (filled.text("fr"), filled.text("en")));
    match seat.desk.draft(act(&visitor), &wanted, &mut rng).await {
        Ok((id, _)) => Redirect::to(&format!("/drafts/{id}")).into_response(),
        Err(error @ (DeskError::Approvers(_) | DeskError::Draft(_))) => {
            let wrong = Wrong::said("stream", words::said(&error));
            render(&seat, &visitor, Some(Again { filled: &filled, wrong: &wrong })).await
        }
        Err(error) => trouble(&visitor, &error),
    }
}
