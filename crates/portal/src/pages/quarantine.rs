//! What is kept back, and deciding on it.

use axum::{
    extract::{Path, State},
    response::{IntoResponse as _, Redirect, Response},
};
use jiff::Timestamp;
use maud::{Markup, html};
use vauban_guard::sensors::mail::{Keys, Post, Release, ReleaseError, delete as delete_for_good};
use vauban_model::{Text, printable};
use vauban_record::{Held, HeldState, Quarantine, RecordError};

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
    let (held, can_release) =
        match blocking(move || Ok(find(&portal, &id)?.map(|held| (held, can_release(&portal))))).await {
            Ok(Some(found)) => found,
            Ok(None) => return missing(visitor.lang),
            Err(why) => return unreadable(&visitor, &why),
        };
    let Held { arrived, message, state: held_state, asked } = &held;
    let state = shared.portal.state.display().to_string();
    let id = &message.id;
    let content = html! {
        dl.about {
            dt { (visitor.say("État", "State")) } dd.mark { (visitor.tell(&words::state(*held_state))) }
            dt { (visitor.say("Arrivé", "Arrived")) } dd { (time(*arrived)) }
            dt { (visitor.say("Oublié le", "Forgotten on")) } dd { (time(message.expires)) }
            dt { (visitor.say("De (enveloppe)", "From (envelope)")) } dd.place { (sender(&message.sender)) }
            dt { (visitor.say("Pour", "For")) } dd.place { (printable(&message.recipients.join(", "))) }
            @if !asked.is_empty() { dt { (visitor.say("Demandé par", "Asked for by")) } dd.place { (printable(&asked.join(", "))) } }
            dt { (visitor.say("Taille", "Size")) } dd { (message.bytes) " " (visitor.say("octets", "bytes")) }
        }
        (explanation(&visitor, &message.codes, message.score))
        @if *held_state == HeldState::Held {
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
                pre tabindex="0" { "vauban --state " (state) " mail quarantine show " (id) " --identity key.txt\nvauban --state " (state) " mail quarantine release " (id) " --identity key.txt" }
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
    decided(shared, visitor, id, |portal, held, who, now| {
        let store = Quarantine::open(&portal.quarantine).map_err(plain)?;
        delete_for_good(&store, &portal.record, held, who, now).map_err(|error| said(&error))
    })
    .await
}

pub(crate) async fn release(State(shared): State<Shared>, visitor: Visitor, Path(id): Path<String>) -> Response {
    decided(shared, visitor, id, |portal, held, who, now| {
        // As the configuration says now: it may have changed since the pages were served.
        let table = (portal.config)().map_err(plain)?.mail.unwrap_or_default();
        let keys = table.openpgp.as_ref().map(Keys::read).transpose().map_err(plain)?;
        let store = Quarantine::open(&portal.quarantine).map_err(plain)?;
        let post = Post::new(&table.handover);
        let (record, keys, random) = (portal.record.as_path(), keys.as_ref(), portal.random);
        let release = Release { store: &store, record, post: &post, keys, random, now };
        let key_file = table.quarantine.as_ref().map(|quarantine| quarantine.key_file.as_str()).unwrap_or_default();
        release.to_all(held, key_file, who).map_err(|error| said(&error))
    })
    .await
}

type Decide = fn(&Portal, &Held, &str, Timestamp) -> Result<(), Text>;

/// Decides on a message that is still held, and goes back to the list.
async fn decided(shared: Shared, visitor: Visitor, id: String, decide: Decide) -> Response {
    let (portal, who, now) = (shared.portal.clone(), visitor.who.clone(), visitor.now);
    let done = tokio::task::spawn_blocking(move || {
        let found = find(&portal, &id).map_err(plain)?;
        match found.filter(|held| held.state == HeldState::Held) {
            Some(held) => decide(&portal, &held, &who, now),
            None => Ok(()),
        }
    });
    match done.await {
        Ok(Ok(())) => Redirect::to("/quarantine").into_response(),
        Ok(Err(why)) => failed(
            &visitor,
            visitor.tell(&why),
            visitor.say("Le message reste retenu.", "The message stays kept back."),
        ),
        Err(error) => unreadable(&visitor, &error.to_string()),
    }
}

/// An error that has words in one language alone.
fn plain(error: impl std::fmt::Display) -> Text {
    let words = error.to_string();
    Text::new(words.clone(), words)
}

/// Why it was not decided, for a person.
fn said(error: &ReleaseError) -> Text {
    let fr = match error {
        ReleaseError::Own => "une deuxième personne décide, pas celle à qui ou de qui il est".to_owned(),
        ReleaseError::Claimed => "quelqu'un d'autre décide de ce message, ou vient de le faire".to_owned(),
        ReleaseError::Gone => "ce message n'est plus là".to_owned(),
        ReleaseError::Post(_) => "le serveur de mail ne l'a pas pris".to_owned(),
        ReleaseError::Encrypt(_) => "la clé d'un destinataire ne peut pas servir".to_owned(),
        ReleaseError::Key(..) => "la clé de l'organisation ne l'ouvre pas".to_owned(),
        ReleaseError::Record(error) => error.to_string(),
    };
    Text::new(fr, error.to_string())
}

fn can_release(portal: &Portal) -> bool {
    let quarantine = (portal.config)().ok().and_then(|config| config.mail?.quarantine);
    quarantine.is_some_and(|quarantine| !quarantine.key_file.is_empty())
}

fn find(portal: &Portal, id: &str) -> Result<Option<Held>, RecordError> {
    if portal.quarantine.exists() { Quarantine::open(&portal.quarantine)?.find(id) } else { Ok(None) }
}
