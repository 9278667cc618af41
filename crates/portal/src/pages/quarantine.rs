//! What is kept back, and deciding on it.

use axum::{
    extract::{Path, State},
    response::{IntoResponse as _, Redirect, Response},
};
use maud::{Markup, html};
use vauban_guard::sensors::mail::{Keys, Post, decide, hand_over, open_with};
use vauban_model::printable;
use vauban_record::{Decided, Held, HeldState, Quarantine, RecordError};

use super::{
    mail::{explanation, sender},
    overview::{blocking, unreadable},
};
use crate::{
    page::{failed, missing, page, time},
    request::Visitor,
    serve::{Portal, Shared},
    words,
};

/// Rows of the page.
const MOST: usize = 300;

pub(crate) async fn list(State(shared): State<Shared>, visitor: Visitor) -> Response {
    let portal = shared.portal.clone();
    let held = blocking(move || {
        if portal.quarantine.exists() { Quarantine::open(&portal.quarantine)?.list(true) } else { Ok(Vec::new()) }
    });
    match held.await {
        Ok(held) => page(&visitor, visitor.say("Quarantaine", "Quarantine"), &rooms(&visitor, &held)).into_response(),
        Err(why) => unreadable(&visitor, &why),
    }
}

fn rooms(visitor: &Visitor, held: &[Held]) -> Markup {
    let (waiting, done): (Vec<&Held>, Vec<&Held>) = held.iter().partition(|held| held.state == HeldState::Held);
    html! {
        p { (visitor.say(
            "Ces messages ressemblent à des pièges : leurs destinataires ne les ont pas. Ils sont chiffrés ; leur contenu n'est lisible qu'avec la clé de l'organisation.",
            "These messages look like traps: their readers do not have them. They are encrypted; what they say can be read with the organisation's key alone.",
        )) }
        @if waiting.is_empty() {
            p.calm { (visitor.say("Rien n'attend.", "Nothing waits.")) }
        } @else {
            (table(visitor, visitor.say("À décider", "To decide"), &waiting))
        }
        @if !done.is_empty() {
            (table(visitor, visitor.say("Décidés", "Decided"), &done))
        }
    }
}

fn table(visitor: &Visitor, caption: &str, held: &[&Held]) -> Markup {
    html! {
        table {
            caption { (caption) }
            thead { tr {
                th scope="col" { (visitor.say("Arrivé", "Arrived")) }
                th scope="col" { (visitor.say("De", "From")) }
                th scope="col" { (visitor.say("Pour", "For")) }
                th scope="col" { (visitor.say("Pourquoi", "Why")) }
                th scope="col" { (visitor.say("État", "State")) }
            } }
            tbody {
                @for Held { arrived, message, state, asked } in held.iter().take(MOST) {
                    tr {
                        td { a href={ "/quarantine/" (message.id) } { (time(*arrived)) } }
                        td.place { (sender(&message.sender)) }
                        td.place { (printable(&message.recipients.join(", "))) }
                        td { (words::sentences(&message.codes, visitor.lang).first().map_or("", |(_, text)| text)) }
                        td.mark {
                            (visitor.tell(&words::state(*state)))
                            @if !asked.is_empty() { br; strong { (visitor.say("demandé", "asked for")) } }
                        }
                    }
                }
            }
        }
    }
}

pub(crate) async fn show(State(shared): State<Shared>, visitor: Visitor, Path(id): Path<String>) -> Response {
    let portal = shared.portal.clone();
    let can_release = can_release(&portal);
    let held = match blocking(move || find(&portal, &id)).await {
        Ok(Some(held)) => held,
        Ok(None) => return missing(visitor.lang),
        Err(why) => return unreadable(&visitor, &why),
    };
    let Held { arrived, message, state, asked } = &held;
    let id = &message.id;
    let content = html! {
        dl.about {
            dt { (visitor.say("État", "State")) } dd.mark { (visitor.tell(&words::state(*state))) }
            dt { (visitor.say("Arrivé", "Arrived")) } dd { (time(*arrived)) }
            dt { (visitor.say("Oublié le", "Forgotten on")) } dd { (time(message.expires)) }
            dt { (visitor.say("De (enveloppe)", "From (envelope)")) } dd.place { (sender(&message.sender)) }
            dt { (visitor.say("Pour", "For")) } dd.place { (printable(&message.recipients.join(", "))) }
            @if !asked.is_empty() { dt { (visitor.say("Demandé par", "Asked for by")) } dd.place { (printable(&asked.join(", "))) } }
            dt { (visitor.say("Taille", "Size")) } dd { (message.bytes) " " (visitor.say("octets", "bytes")) }
        }
        (explanation(&visitor, &message.codes, message.score))
        @if *state == HeldState::Held {
            h2 { (visitor.say("Décider", "Decide")) }
            p { (visitor.say(
                "Dans le doute, appelez l'expéditeur à un numéro que vous connaissiez déjà. Ce que vous décidez est inscrit au registre, à votre nom.",
                "In doubt, call the sender at a number you already knew. What you decide is written into the record, under your name.",
            )) }
            @if can_release {
                form method="post" action={ "/quarantine/" (id) "/release" } {
                    button.second type="submit" { (visitor.say("Remettre à ses destinataires", "Release to its readers")) }
                }
            } @else {
                p { (visitor.say("Pour le lire ou le remettre, il faut la clé, qui n'est pas ici :", "To read or release it, the key is needed, which is not here:")) }
                pre tabindex="0" { "vauban mail quarantine show " (id) " --identity key.txt\nvauban mail quarantine release " (id) " --identity key.txt" }
            }
            form method="post" action={ "/quarantine/" (id) "/delete" } {
                button.danger type="submit" { (visitor.say("Supprimer pour de bon", "Delete for good")) }
            }
        }
        p { a href="/quarantine" { (visitor.say("Toute la quarantaine", "All of the quarantine")) } }
    };
    page(&visitor, &format!("{} {id}", visitor.say("Message retenu", "Message kept back")), &content).into_response()
}

pub(crate) async fn delete(State(shared): State<Shared>, visitor: Visitor, Path(id): Path<String>) -> Response {
    let portal = shared.portal.clone();
    let (who, now) = (visitor.who.clone(), visitor.now);
    let done = blocking(move || {
        let Some(held) = find(&portal, &id)?.filter(|held| held.state == HeldState::Held) else { return Ok(()) };
        let decided = Decided { id: held.message.id, what: HeldState::Deleted, who };
        decide(&Quarantine::open(&portal.quarantine)?, &portal.record, &decided, now)
    });
    match done.await {
        Ok(()) => Redirect::to("/quarantine").into_response(),
        Err(why) => unreadable(&visitor, &why),
    }
}

pub(crate) async fn release(State(shared): State<Shared>, visitor: Visitor, Path(id): Path<String>) -> Response {
    let portal = shared.portal.clone();
    let (who, now) = (visitor.who.clone(), visitor.now);
    let done = tokio::task::spawn_blocking(move || released(&portal, &id, who, now)).await;
    match done {
        Ok(Ok(())) => Redirect::to("/quarantine").into_response(),
        Ok(Err(why)) => failed(&visitor, &why, visitor.say("Le message reste retenu.", "The message stays kept back.")),
        Err(error) => unreadable(&visitor, &error.to_string()),
    }
}

fn released(portal: &Portal, id: &str, who: String, now: jiff::Timestamp) -> Result<(), String> {
    let said = |error: &dyn std::error::Error| error.to_string();
    let table = portal.mail.as_ref().ok_or("no [mail]")?;
    let key_file = table.quarantine.as_ref().map(|quarantine| quarantine.key_file.as_str()).unwrap_or_default();
    let Some(held) = find(portal, id).map_err(|error| said(&error))?.filter(|held| held.state == HeldState::Held)
    else {
        return Ok(());
    };
    // The readers themselves are not the second person.
    let is_reader = |reader: &String| reader.split('@').next().is_some_and(|local| local.eq_ignore_ascii_case(&who));
    if held.message.recipients.len() == 1 && held.message.recipients.iter().any(is_reader) {
        return Err("a second person releases it, not its reader".to_owned());
    }
    let store = Quarantine::open(&portal.quarantine).map_err(|error| said(&error))?;
    let (about, message) = open_with(&store, &held, key_file).map_err(|error| said(&error))?;
    let keys = table.openpgp.as_ref().map(Keys::read).transpose().map_err(|error| said(&error))?;
    let post = Post::new(&table.handover);
    hand_over(&post, keys.as_ref(), portal.random, &about, &message, &held.message.recipients, now)
        .map_err(|error| said(&error))?;
    let decided = Decided { id: held.message.id, what: HeldState::Released, who };
    decide(&store, &portal.record, &decided, now).map_err(|error| said(&error))
}

fn can_release(portal: &Portal) -> bool {
    let quarantine = portal.mail.as_ref().and_then(|mail| mail.quarantine.as_ref());
    quarantine.is_some_and(|quarantine| !quarantine.key_file.is_empty())
}

fn find(portal: &Portal, id: &str) -> Result<Option<Held>, RecordError> {
    if portal.quarantine.exists() { Quarantine::open(&portal.quarantine)?.find(id) } else { Ok(None) }
}
