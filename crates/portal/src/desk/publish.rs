//! An approved draft is published; one that nobody wants is thrown away.

use axum::{
    extract::State,
    response::{IntoResponse as _, Redirect, Response},
};
use maud::html;
use vauban_hub::desk::{DeskError, Published};

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
        Ok(published) => out(&visitor, &published),
        Err(error @ DeskError::Store(_)) => {
            let wrong = Wrong::said("publish", words::said(&error));
            render(&seat, &visitor, id, Some(Again { filled: &Filled::default(), wrong: &wrong })).await
        }
        Err(error) => trouble(&visitor, &error),
    }
}

fn out(visitor: &Visitor, published: &Published) -> Response {
    let visitor = Visitor { path: "/drafts".to_owned(), ..visitor.clone() };
    let content = html! {
        p.calm role="status" { (visitor.say("La façade l'a prise : numéro", "The front took it: number")) " " (published.number) "." }
        p { (visitor.say("Le dossier pour une clé USB :", "The folder for a stick:")) }
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
