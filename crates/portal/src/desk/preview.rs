//! What a party would see of each of its streams, if it were drafted now: the very lines, and of the blind tier the tags.

use axum::{
    extract::State,
    response::{IntoResponse as _, Response},
};
use maud::{Markup, html};
use vauban_hub::{
    desk::{DeskError, Trial},
    store::{Party, PartyId, Stream},
};
use vauban_model::printable;

use super::{
    seat::{Id, Seat, no_randomness, trouble},
    shown::Shown,
    words,
};
use crate::{
    page::{missing, page},
    request::Visitor,
    words::count,
};

/// Objects that are shown of a stream.
const LINES: usize = 200;
/// Tags that are shown of a stream.
const TAGS: usize = 16;

/// A stream, and what would be in its release or why there would be none.
type Stand = (Stream, Result<Trial, DeskError>);

pub(super) async fn show(State(seat): State<Seat>, visitor: Visitor, Id(id): Id) -> Response {
    let mut rng = match seat.rng() {
        Ok(rng) => rng,
        Err(error) => return no_randomness(&visitor, &error),
    };
    match read(&seat, &visitor, PartyId(id), &mut rng).await {
        Ok(Some((party, streams))) => {
            let title =
                format!("{} {}", visitor.say("Ce que verra", "What will be seen by"), printable(&party.party.name));
            page(&visitor, &title, &content(&visitor, &party, &streams)).into_response()
        }
        Ok(None) => missing(visitor.lang),
        Err(error) => trouble(&visitor, &error),
    }
}

async fn read(
    seat: &Seat,
    visitor: &Visitor,
    id: PartyId,
    rng: &mut rand_chacha::ChaCha20Rng,
) -> Result<Option<(Party, Vec<Stand>)>, DeskError> {
    let store = seat.desk.store();
    let Some(party) = store.parties().await?.into_iter().find(|party| party.party.id == id) else { return Ok(None) };
    let mut stands = Vec::new();
    for stream in store.streams().await? {
        let is_reader = store.members(stream.info.id).await?.iter().any(|member| member.party.id == id);
        if is_reader && party.revoked.is_none() {
            let trial = seat.desk.trial(stream.info.id, visitor.now, rng).await;
            stands.push((stream, trial));
        }
    }
    Ok(Some((party, stands)))
}

fn content(visitor: &Visitor, party: &Party, streams: &[Stand]) -> Markup {
    html! {
        p { (visitor.say(
            "Voici tout ce que cette organisation pourrait lire si l'on publiait maintenant, chaque ligne telle qu'elle partirait ; les définitions des marquages viennent avec. Elle n'apprend pas qui d'autre lit un flux.",
            "This is all that this organisation could read if it were published now, each line as it would leave; the definitions of the markings come along. It does not learn who else reads a stream.",
        )) }
        @if party.revoked.is_some() { p.alarm { (visitor.say("Elle n'est plus servie : elle ne reçoit rien.", "It is served no more: it gets nothing.")) } }
        @else if streams.is_empty() { p.calm { (visitor.say("Elle ne lit aucun flux : elle ne reçoit rien.", "It reads no stream: it gets nothing.")) } }
        @for (stream, trial) in streams {
            section.compartment aria-labelledby={ "t-" (stream.info.id.0) } {
                h2 id={ "t-" (stream.info.id.0) } { (printable(&stream.info.title)) }
                @match trial {
                    Ok(trial) => (one(visitor, trial)),
                    Err(error) => p.alarm { (visitor.say("Rien ne peut être rédigé : ", "Nothing can be drafted: ")) (printable(visitor.tell(&words::said(error)))) },
                }
            }
        }
        p { a href="/audience" { (visitor.say("Toutes les organisations", "All parties")) } }
    }
}

fn one(visitor: &Visitor, trial: &Trial) -> Markup {
    let lang = visitor.lang;
    html! {
        p.calm {
            (count(lang, trial.open.len(), ("objet lisible", "objets lisibles"), ("readable object", "readable objects"))) ", "
            (count(lang, trial.blind, ("aveugle", "aveugles"), ("blind", "blind"))) "."
        }
        @for line in trial.open.iter().take(LINES) {
            @let shown = Shown::of(line);
            details { summary.place { (shown.title()) " " code { (shown.what) } } pre.story tabindex="0" { (printable(line)) } }
        }
        @if trial.open.len() > LINES { p.soft { (visitor.say("Les premiers seulement sont montrés ; tous sont dans le brouillon.", "Only the first ones are shown; all are in the draft.")) } }
        @if !trial.tags.is_empty() {
            h3 { (visitor.say("Des aveugles, elle voit ceci", "Of the blind ones, it sees this")) }
            p { (count(lang, trial.tags.len(), ("étiquette", "étiquettes"), ("tag", "tags"))) ", "
                (visitor.say(
                    "dont des fausses, que rien ne distingue des vraies. Elles changent à chaque brouillon.",
                    "among them false ones, which nothing tells from the true ones. They change with each draft.",
                ))
            }
            pre tabindex="0" { (tags(&trial.tags)) }
        }
    }
}

fn tags(tags: &[u64]) -> String {
    let mut text: Vec<String> = tags.iter().take(TAGS).map(|tag| format!("{tag:016x}")).collect();
    if tags.len() > TAGS {
        text.push("…".to_owned());
    }
    text.join("\n")
}
