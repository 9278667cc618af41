//! An approved draft is published; one that nobody wants is thrown away.

use axum::{
    extract::State,
    response::{IntoResponse as _, Redirect, Response},
};
use maud::html;
use vauban_hub::desk::{DeskError, Published, Reach};

use super::{
    draft::render,
    form::Filled,
    kept::{Again, Wrong},
    seat::{Id, Seat, act, trouble},
    words,
};
use crate::{page::page, request::Visitor};

pub(super) async fn publish(State(seat): State<Seat>, visitor: Visitor, Id(id): Id) -> Response {
    let Some(front) = seat.front.clone() else { return Redirect::to(&format!("/drafts/{id}")).into_response() };
    match seat.desk.publish(act(&visitor), id, &front).await {
        Ok(published) => out(&visitor, &published, &front),
        Err(error @ (DeskError::Store(_) | DeskError::Stick(_))) => {
            let wrong = Wrong::said("publish", words::said(&error));
            render(&seat, &visitor, id, Some(Again { filled: &Filled::default(), wrong: &wrong })).await
        }
        Err(error) => trouble(&visitor, &error),
    }
}

fn out(visitor: &Visitor, published: &Published, front: &Reach) -> Response {
    let visitor = Visitor { path: "/drafts".to_owned(), ..visitor.clone() };
    let content = html! {
        @if let Some(stick) = front.stick() {
            p.calm role="status" { (visitor.say("Elle est sur la clé : numéro", "It is on the stick: number")) " " (published.number) "." }
            p { (visitor.say("La façade ne l'a pas encore. Portez la clé là-bas :", "The front does not have it yet. Take the stick there:")) }
            pre tabindex="0" { "vauban hub front exchange " (stick.display()) }
        } @else {
            p.calm role="status" { (visitor.say("La façade l'a prise : numéro", "The front took it: number")) " " (published.number) "." }
        }
        p { (visitor.say("Le dossier de la livraison :", "The folder of the release:")) }
        pre tabindex="0" { (published.folder.display()) }
        p { a href="/drafts" { (visitor.say("Toutes les publications", "All releases")) } }
    };
    page(&visitor, visitor.say("Publié", "Published"), &content).into_response()
}

pub(super) async fn throw_away(State(seat): State<Seat>, visitor: Visitor, Id(id): Id) -> Response {
    match seat.desk.store().drop_draft(act(&visitor), id).await {
        Ok(()) => Redirect::to("/drafts").into_response(),
        Err(error) => trouble(&visitor, &error.into()),
    }
}
