//! Somebody leaves: what will be closed is said first, and then one press closes all of it.

use axum::{extract::State, response::Response};
use maud::html;
use vauban_people::{PeopleError, PersonId, Request, RequestState};

use super::{administrator::Subject, change::warned};
use crate::{
    SignIn,
    failed::Failed,
    pages::{parts::press, refused::refused, room::room, words},
};

pub(crate) async fn before(State(site): State<SignIn>, about: Subject) -> Response {
    let Subject { seat, person } = &about;
    let read = || {
        let (keys, sessions) = (site.people().keys(person.id)?, site.people().sessions(person.id, site.now())?);
        Ok::<_, PeopleError>((keys.len(), sessions.len(), falling(&site, person.id)?))
    };
    let (keys, sessions, requests) = match read() {
        Ok(read) => read,
        Err(error) => return refused(&site, seat, &about.path(), &Failed::from(error)),
    };
    let content = html! {
        p { (seat.say("D'un coup, et pour de bon :", "At once, and for good:")) }
        ul {
            li { (seat.say("Clés supprimées : ", "Keys deleted: ")) strong { (keys) } }
            li { (seat.say("Sessions fermées : ", "Sessions ended: ")) strong { (sessions) } }
            li {
                (seat.say("Demandes retirées : ", "Requests withdrawn: ")) strong { (requests.len()) }
                @if !requests.is_empty() {
                    ul { @for request in &requests { li {
                        a href={ "/requests/" (request.id) } { (words::kind(seat, &request.kind)) }
                        @if let Some(name) = words::subject(&request.kind) { ", " (name) }
                    } } }
                }
            }
        }
        p { (seat.say(
            "Le nom reste dans le journal. Pour revenir, il faut une nouvelle invitation. Pour fermer seulement un temps, suspendez.",
            "The name stays in the audit. To come back takes a new invitation. To close for a while only, suspend.",
        )) }
        (press(&format!("{}/leave", about.path()), "danger", &html! { (seat.say("Tout fermer pour", "Close everything of")) " " (person.name) }))
        p { a href=(about.path()) { (seat.say("Retour, sans rien changer", "Back, and change nothing")) } }
    };
    let title = format!("{} {}", seat.say("Départ de", "Leaving:"), person.name);
    room(&site, seat, "/people", &title, &content)
}

pub(crate) async fn leave(State(site): State<SignIn>, about: Subject) -> Response {
    let done = site.people().leave(&about.actor(), about.person.id, site.now());
    warned(&site, &about, done)
}

/// Open requests that fall with somebody: about them, asked for by them, or approved with their word.
fn falling(site: &SignIn, person: PersonId) -> Result<Vec<Request>, PeopleError> {
    let mut falling = Vec::new();
    for request in site.people().open_requests(site.now())? {
        let is_theirs = request.kind.subject() == Some(person) || request.asked_by == Some(person);
        let rests = || {
            let approvers = site.people().approvers(request.id)?;
            Ok::<_, PeopleError>(approvers.iter().any(|one| one.person.as_ref().is_some_and(|one| one.id == person)))
        };
        if is_theirs || request.state == RequestState::Approved && rests()? {
            falling.push(request);
        }
    }
    Ok(falling)
}
