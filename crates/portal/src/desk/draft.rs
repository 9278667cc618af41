//! A draft as the second person reads it: what changes, the manifest to sign, and what can be done with it.

use axum::{
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
};
use maud::{Markup, html};
use uuid::Uuid;
use vauban_hub::{
    desk::{DeskError, Difference, Inside, read_release},
    store::StoreError,
};
use vauban_model::printable;

use super::{
    kept::{Again, reason},
    seat::{Id, Seat, trouble},
    shown::lines,
};
use crate::{
    page::{missing, page, time},
    request::Visitor,
};

pub(super) async fn show(State(seat): State<Seat>, visitor: Visitor, Id(id): Id) -> Response {
    render(&seat, &visitor, id, None).await
}

/// The page, with a form that was wrong.
pub(super) async fn render(seat: &Seat, visitor: &Visitor, id: Uuid, again: Option<Again<'_>>) -> Response {
    let visitor = Visitor { path: format!("/drafts/{id}"), ..visitor.clone() };
    let inside = match seat.desk.inside(id).await {
        Ok(inside) => inside,
        Err(DeskError::Store(StoreError::UnknownRelease)) => return missing(visitor.lang),
        Err(error) => return trouble(&visitor, &error),
    };
    let streams = seat.desk.store().streams().await.unwrap_or_default();
    let stream = streams.into_iter().find(|stream| stream.info.id == inside.draft.stream);
    let stream = stream.map(|stream| printable(&stream.info.title)).unwrap_or_default();
    let title = format!("{} {} · {stream}", visitor.say("Brouillon", "Draft"), inside.draft.number);
    let content = html! {
        (about(&visitor, &inside))
        (changes(&visitor, &inside))
        (approval(&visitor, &inside, again))
        (publishing(&visitor, &inside, seat.front.is_some(), again))
    };
    let status = if again.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    (status, page(&visitor, &title, &content)).into_response()
}

fn about(visitor: &Visitor, inside: &Inside) -> Markup {
    let draft = &inside.draft;
    html! {
        dl.about {
            dt { (visitor.say("Rédigé par", "Drafted by")) } dd.place { (printable(&draft.author)) ", " (time(draft.created)) }
            dt { (visitor.say("Approuvé par", "Approved by")) }
            dd.place { @if inside.approvers.is_empty() { (visitor.say("attend une deuxième personne", "waits for a second person")) } @else { (printable(&inside.approvers.join(", "))) } }
            dt { (visitor.say("Compte jusqu'au", "Counts until")) } dd { (time(inside.expires)) }
            dt { (visitor.say("À savoir d'abord", "What to know first")) }
            dd.place { @if inside.advice.0.is_empty() && inside.advice.1.is_empty() { (visitor.say("rien", "nothing")) } @else { (printable(&inside.advice.0)) br; (printable(&inside.advice.1)) } }
        }
    }
}

fn changes(visitor: &Visitor, inside: &Inside) -> Markup {
    html! {
        h2 { (visitor.say("Ce qui est lisible", "What is readable")) }
        (difference(visitor, &inside.open))
        h2 { (visitor.say("Ce qui est aveugle", "What is blind")) }
        @match &inside.blind {
            Some(blind) => {
                p.soft { (visitor.say(
                    "Lu dans la table elle-même, avec la clé du bureau : les destinataires n'en lisent rien.",
                    "Read in the table itself, with the desk's key: its readers can read nothing of it.",
                )) }
                (difference(visitor, blind))
            },
            None => p.alarm { (visitor.say(
                "La publication d'avant a une autre clé : la différence ne peut pas être lue.",
                "The release before has another key: the difference cannot be read.",
            )) },
        }
    }
}

fn difference(visitor: &Visitor, difference: &Difference) -> Markup {
    let parts = [
        (visitor.say("Ajoutés", "Added"), &difference.added),
        (visitor.say("Changés", "Changed"), &difference.changed),
        (visitor.say("Partis", "Gone"), &difference.gone),
    ];
    html! {
        dl.figures {
            @for (word, some) in &parts { div { dt { (word) } dd { (some.len()) } } }
            div { dt { (visitor.say("Inchangés", "Unchanged")) } dd { (difference.kept) } }
        }
        @for (word, some) in parts { @if !some.is_empty() { h3 { (word) } (lines(some)) } }
    }
}

fn approval(visitor: &Visitor, inside: &Inside, again: Option<Again<'_>>) -> Markup {
    let id = inside.draft.id;
    html! {
        h2 { (visitor.say("Approuver", "Approve")) }
        p { (visitor.say("Quelqu'un d'autre que l'auteur lit ce qui est ci-dessus, télécharge le manifeste et le signe avec sa clé :", "Somebody else than the author reads what is above, downloads the manifest and signs it with their key:")) }
        p {
            a.do href={ "/drafts/" (id) "/manifest.json" } download { "manifest.json" } " · "
            a href={ "/drafts/" (id) "/objects.jsonl" } download { "objects.jsonl" }
        }
        pre tabindex="0" { "minisign -S -m manifest.json -x approval.minisig" }
        form method="post" action={ "/drafts/" (id) "/approve" } enctype="multipart/form-data" {
            (reason(visitor, again, "signature"))
            div.field {
                label for="file" { (visitor.say("Le fichier approval.minisig", "The file approval.minisig")) }
                input type="file" id="file" name="file";
            }
            div.field {
                label for="signature" { (visitor.say("ou ce qu'il contient", "or what is in it")) }
                textarea id="signature" name="signature" rows="4" { (Again::text(again, "signature")) }
            }
            button type="submit" { (visitor.say("Approuver", "Approve")) }
        }
    }
}

fn publishing(visitor: &Visitor, inside: &Inside, has_front: bool, again: Option<Again<'_>>) -> Markup {
    let id = inside.draft.id;
    html! {
        h2 { (visitor.say("Publier", "Publish")) }
        (reason(visitor, again, "publish"))
        @if inside.approvers.is_empty() {
            p { (visitor.say("Quand une deuxième personne l'aura approuvé.", "Once a second person has approved it.")) }
        } @else if has_front {
            form method="post" action={ "/drafts/" (id) "/publish" } {
                button type="submit" { (visitor.say("Publier", "Publish")) }
            }
        } @else {
            p { (visitor.say("Ces pages ont été lancées sans --front. Avec une clé USB, ou là où est la base de la façade :", "These pages were started without --front. With a stick, or where the front's database is:")) }
            pre tabindex="0" { "vauban hub desk publish " (id) " --front stick:/media/…\nvauban hub desk publish " (id) " --front front.sqlite" }
        }
        form method="post" action={ "/drafts/" (id) "/drop" } {
            button.second type="submit" { (visitor.say("Jeter ce brouillon", "Throw this draft away")) }
        }
    }
}

/// The bytes to sign.
pub(super) async fn manifest(State(seat): State<Seat>, visitor: Visitor, Id(id): Id) -> Response {
    match seat.desk.store().drafts().await {
        Ok(drafts) => match drafts.into_iter().find(|(draft, _)| draft.id == id) {
            Some((draft, _)) => download(draft.manifest, "manifest.json"),
            None => missing(visitor.lang),
        },
        Err(error) => trouble(&visitor, &error.into()),
    }
}

/// What is readable, as it is sent.
pub(super) async fn objects(State(seat): State<Seat>, visitor: Visitor, Id(id): Id) -> Response {
    let Ok(release) = read_release(&seat.desk.draft_folder(id)) else { return missing(visitor.lang) };
    let part = release.files().into_iter().find(|(name, _)| *name == "objects.jsonl");
    download(part.map(|(_, bytes)| bytes).unwrap_or_default(), "objects.jsonl")
}

/// Never shown by the browser, whatever is in it.
fn download(bytes: Vec<u8>, name: &str) -> Response {
    let place = format!("attachment; filename=\"{name}\"");
    ([(header::CONTENT_TYPE, "application/octet-stream".to_owned()), (header::CONTENT_DISPOSITION, place)], bytes)
        .into_response()
}
