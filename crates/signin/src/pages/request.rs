//! What waits for approvals: read word for word, signed with a key, or stopped. Members see what is about themselves, and can stop it.

use axum::{
    extract::{FromRequestParts, State},
    http::request::Parts,
    response::{IntoResponse as _, Redirect, Response},
};
use jiff::Timestamp;
use maud::{Markup, html};
use vauban_people::{Approver, PeopleError, Refusal, Request, RequestState, Role};

use super::{
    named::id,
    parts::{Button, CeremonyForm, press, time},
    refused::refused,
    room::room,
    words,
};
use crate::{SignIn, failed::Failed, seat::Seat};

/// A request that an address names, and somebody who may see it.
pub(crate) struct Asked {
    pub(crate) seat: Seat,
    pub(crate) request: Request,
}

impl Asked {
    pub(crate) fn path(&self) -> String {
        format!("/requests/{}", self.request.id)
    }
}

impl FromRequestParts<SignIn> for Asked {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, site: &SignIn) -> Result<Self, Response> {
        let seat = Seat::from_request_parts(parts, site).await?;
        let found = match id(parts, site).await {
            Some(id) => site.people().request(id),
            None => Err(Refusal::NoSuchRequest.into()),
        };
        let failed = match found {
            Ok(request) if is_seen(&seat, &request) => return Ok(Self { seat, request }),
            Ok(_) => Failed::from(Refusal::NoSuchRequest),
            Err(error) => error.into(),
        };
        Err(refused(site, &seat, "/requests", &failed))
    }
}

fn is_seen(seat: &Seat, request: &Request) -> bool {
    seat.who.role == Role::Administrator || request.kind.subject() == Some(seat.who.person)
}

pub(crate) async fn requests(State(site): State<SignIn>, seat: Seat) -> Response {
    let open = match site.people().open_requests(site.now()) {
        Ok(open) => open,
        Err(error) => return refused(&site, &seat, "/mine", &Failed::from(error)),
    };
    let seen: Vec<&Request> = open.iter().filter(|request| is_seen(&seat, request)).collect();
    let content = html! {
        @if seen.is_empty() { p.calm { (seat.say("Rien n'attend.", "Nothing waits.")) } } @else { (table(&seat, &seen)) }
        @if seat.who.role == Role::Administrator {
            p { a.do href="/people/invite" { (seat.say("Inviter quelqu'un", "Invite somebody")) } }
        }
    };
    room(&site, &seat, "/requests", seat.say("Demandes", "Requests"), &content)
}

fn table(seat: &Seat, seen: &[&Request]) -> Markup {
    html! {
        table {
            caption { (seat.say("Ce qui attend", "What waits")) " (" (seen.len()) ")" }
            thead { tr {
                th scope="col" { (seat.say("Demande", "Request")) }
                th scope="col" { (seat.say("Depuis", "Since")) }
                th scope="col" { (seat.say("État", "State")) }
            } }
            tbody { @for request in seen { tr {
                td.name { a href={ "/requests/" (request.id) } { (words::kind(seat, &request.kind)) @if let Some(name) = words::subject(&request.kind) { ", " (name) } } }
                td { (time(request.asked)) }
                td { (words::state(seat, request.state)) }
            } } }
        }
    }
}

pub(crate) async fn request(State(site): State<SignIn>, asked: Asked) -> Response {
    let Asked { seat, request } = &asked;
    let read = || {
        let asker = request.asked_by.map(|person| site.people().person(person)).transpose()?;
        let is_for_glass =
            request.state == RequestState::Waiting && site.people().is_for_break_glass(request, site.now())?;
        Ok::<_, PeopleError>((site.people().approvers(request.id)?, asker.map(|person| person.name), is_for_glass))
    };
    let (approvers, asker, is_for_glass) = match read() {
        Ok(read) => read,
        Err(error) => return refused(&site, seat, "/requests", &Failed::from(error)),
    };
    let now = site.now();
    let content = html! {
        p { (seat.say(
            "Lisez ce texte mot pour mot. Votre clé signe exactement ceci. En cas de doute, voyez la personne avant.",
            "Read this text word for word. Your key signs exactly this. If in doubt, see the person first.",
        )) }
        pre.story.place tabindex="0" { (request.text()) }
        p {
            (seat.say("Demandée par : ", "Asked for by: "))
            strong { @if let Some(name) = &asker { (name) } @else { (seat.say("la machine elle-même", "the machine itself")) } }
        }
        p { (seat.say("État : ", "State: ")) strong { (words::state(seat, request.state)) } }
        @if let Some(ready) = request.ready.filter(|ready| now < *ready) { p { (seat.say("Possible à partir de", "Possible from")) " " (time(ready)) } }
        (approved_by(seat, &approvers))
        @if request.is_open(now) {
            (decide(&asked, now))
            @if is_for_glass && seat.who.role == Role::Administrator { (by_glass(&asked)) }
        }
        p { a href="/requests" { (seat.say("Aux demandes", "To the requests")) } }
    };
    room(&site, seat, &asked.path(), words::kind(seat, &request.kind), &content)
}

fn approved_by(seat: &Seat, approvers: &[Approver]) -> Markup {
    html! {
        @if !approvers.is_empty() {
            h2 { (seat.say("Approuvé par", "Approved by")) }
            ul { @for approver in approvers { li {
                @if let Some(person) = &approver.person { (person.name) } @else { strong { (seat.say("une clé de secours", "a break-glass key")) } }
                ", " (time(approver.at))
            } } }
        }
    }
}

fn decide(asked: &Asked, now: Timestamp) -> Markup {
    let Asked { seat, request } = asked;
    let (path, is_administrator) = (asked.path(), seat.who.role == Role::Administrator);
    let form = CeremonyForm {
        kind: "get",
        path: &path,
        fields: html! {},
        buttons: &[Button::plain(seat.say("Approuver avec ma clé", "Approve with my key"))],
        offer: None,
        has_link: false,
        back: None,
    };
    html! {
        @if is_administrator && request.state == RequestState::Waiting { (form.shown()) }
        @if is_administrator && request.kind.has_link() && request.ready.is_some_and(|ready| ready <= now) { (hand_over(asked)) }
        (press(&format!("{path}/veto"), "danger", &html! { (seat.say("S'y opposer", "Stop it")) }))
    }
}

/// Where nobody is left who approves.
fn by_glass(asked: &Asked) -> Markup {
    let seat = &asked.seat;
    html! {
        h2 { (seat.say("Personne pour approuver ?", "Nobody left to approve?")) }
        p { (seat.say(
            "Deux des trois clés de secours le font aussi, à cette page, qui n'a pas besoin de connexion. Chaque touche est une alarme.",
            "Two of the three break-glass keys do it, too, at this page, which needs no sign-in. Each touch is an alarm.",
        )) }
        p { a href={ "/glass/" (asked.request.id) } { (seat.say("Aux clés de secours", "To the break-glass keys")) } }
    }
}

/// The link, where this session may make it; else what it takes.
fn hand_over(asked: &Asked) -> Markup {
    let seat = &asked.seat;
    html! {
        h2 { (seat.say("Remettre le lien", "Hand over the link")) }
        @if !seat.who.may_administer {
            p { (Failed::from(Refusal::NotBound).text().get(seat.browser.lang)) }
        } @else {
            (CeremonyForm {
                kind: "get",
                path: &format!("{}/link", asked.path()),
                fields: html! { p { (seat.say(
                    "Quand la personne est devant vous : le lien n'est montré qu'une fois.",
                    "When the person is here with you: the link is shown once.",
                )) } },
                buttons: &[Button::plain(seat.say("Montrer le lien avec ma clé", "Show the link with my key"))],
                offer: None,
                has_link: false,
                back: None,
            }
            .shown())
        }
    }
}

pub(crate) async fn veto(State(site): State<SignIn>, asked: Asked) -> Response {
    match site.people().veto(&asked.seat.actor(), asked.request.id, site.now()) {
        Ok(()) => Redirect::to(&asked.path()).into_response(),
        Err(error) => refused(&site, &asked.seat, &asked.path(), &error.into()),
    }
}
