//! What waits for approvals: read word for word, signed with a key, or stopped.

use axum::{
    extract::{Path, State},
    response::{IntoResponse as _, Redirect, Response},
};
use maud::{Markup, html};
use vauban_people::{PeopleError, Request, RequestId, RequestState, Role};

use super::parts::{CeremonyForm, page, time};
use crate::{SignIn, failed::Failed, seat::Seat};

pub(crate) async fn requests(State(site): State<SignIn>, seat: Seat) -> Response {
    let open = match site.people().open_requests(site.now()) {
        Ok(open) => open,
        Err(error) => return Failed::from(error).response(),
    };
    let content = html! {
        @if open.is_empty() { p { (seat.say("Rien n'attend.", "Nothing waits.")) } }
        ul {
            @for request in &open {
                li { a href={ "/requests/" (request.id) } { (request.kind.word()) } ", " (time(request.asked)) ", " (state(&seat, request.state)) }
            }
        }
    };
    page(&site, seat.browser.lang, seat.say("Demandes", "Requests"), &content)
}

pub(crate) async fn request(State(site): State<SignIn>, seat: Seat, Path(id): Path<RequestId>) -> Response {
    let read = || {
        let request = site.people().request(id)?;
        Ok::<_, PeopleError>((site.people().approvers(id)?, request))
    };
    let (approvers, request) = match read() {
        Ok(read) => read,
        Err(error) => return Failed::from(error).response(),
    };
    let is_open = request.is_open(site.now());
    let content = html! {
        p { (seat.say(
            "Lisez ce texte mot pour mot. Votre clé signe exactement ceci. En cas de doute, voyez la personne avant.",
            "Read this text word for word. Your key signs exactly this. If in doubt, see the person first.",
        )) }
        pre { (request.text()) }
        p { (state(&seat, request.state)) }
        @if let Some(ready) = request.ready { p { (seat.say("Possible à partir de", "Possible from")) " " (time(ready)) } }
        @if !approvers.is_empty() {
            h2 { (seat.say("Approuvé par", "Approved by")) }
            ul { @for approver in &approvers { @if let Some(person) = &approver.person { li { (person.name) ", " (time(approver.at)) } } } }
        }
        @if is_open && seat.who.role == Role::Administrator { (decide(&seat, &request)) }
    };
    page(&site, seat.browser.lang, seat.say("Une demande", "A request"), &content)
}

fn decide(seat: &Seat, request: &Request) -> Markup {
    let path = format!("/requests/{}", request.id);
    let form = CeremonyForm {
        kind: "get",
        path: &path,
        fields: html! {},
        button: seat.say("Approuver avec ma clé", "Approve with my key"),
        is_offered: false,
        to: None,
        has_link: false,
    };
    html! {
        @if request.state == RequestState::Waiting { (form.shown()) }
        form method="post" action={ (path) "/veto" } {
            button type="submit" { (seat.say("S'y opposer", "Stop it")) }
        }
    }
}

const fn state(seat: &Seat, state: RequestState) -> &'static str {
    match state {
        RequestState::Waiting => seat.say("attend des approbations", "waits for approvals"),
        RequestState::Approved => seat.say("approuvée", "approved"),
        RequestState::Done => seat.say("faite", "done"),
        RequestState::Vetoed => seat.say("arrêtée", "stopped"),
        RequestState::Expired => seat.say("expirée", "expired"),
        RequestState::Withdrawn => seat.say("retirée", "withdrawn"),
    }
}

pub(crate) async fn veto(State(site): State<SignIn>, seat: Seat, Path(id): Path<RequestId>) -> Response {
    match site.people().veto(&seat.actor(), id, site.now()) {
        Ok(()) => Redirect::to(&format!("/requests/{id}")).into_response(),
        Err(error) => Failed::from(error).response(),
    }
}
