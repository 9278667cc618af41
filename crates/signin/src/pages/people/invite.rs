//! Somebody new is asked for: a name as colleagues know it, and no address of mail.

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use maud::{Markup, html};
use serde::Deserialize;
use vauban_people::{NewPerson, Request, Role, Tie};

use super::{
    administrator::Administrator,
    fields::{self, Filled, Wrong, end_field, groups_field},
};
use crate::{SignIn, failed::Failed, pages::room::room, seat::Seat};

/// The form, as it was filled in.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    name: String,
    tie: String,
    until: String,
    groups: String,
    role: String,
}

impl Asked {
    fn read(&self) -> Result<NewPerson, Wrong> {
        Ok(NewPerson {
            name: fields::name(&self.name)?,
            tie: Tie::from_word(&self.tie).ok_or(Failed::Unreadable)?,
            role: if self.role.is_empty() {
                Role::Member
            } else {
                Role::from_word(&self.role).ok_or(Failed::Unreadable)?
            },
            groups: fields::groups(&self.groups)?,
            until: fields::end(&self.until)?,
        })
    }
}

pub(crate) async fn form(State(site): State<SignIn>, Administrator(seat): Administrator) -> Response {
    shown(&site, &seat, &Asked { tie: Tie::Volunteer.word().to_owned(), ..Asked::default() }, None)
}

pub(crate) async fn invite(
    State(site): State<SignIn>,
    Administrator(seat): Administrator,
    Filled(asked): Filled<Asked>,
) -> Response {
    match ask(&site, &seat, &asked) {
        Ok(request) => Redirect::to(&format!("/requests/{}", request.id)).into_response(),
        Err(wrong) => (StatusCode::UNPROCESSABLE_ENTITY, shown(&site, &seat, &asked, Some(&wrong))).into_response(),
    }
}

fn ask(site: &SignIn, seat: &Seat, asked: &Asked) -> Result<Request, Wrong> {
    let new = asked.read()?;
    let mut rng = site.rng().map_err(Failed::from)?;
    Ok(site.people().invite(&seat.actor(), &new, &mut rng, site.now())?)
}

fn shown(site: &SignIn, seat: &Seat, asked: &Asked, wrong: Option<&Wrong>) -> Response {
    let content = html! {
        p { (seat.say(
            "Deux administrateurs approuvent avec leurs clés. Puis vous montrez un code à la personne, qui crée sa clé : elle est entrée.",
            "Two administrators approve with their keys. Then you show a code to the person, who makes a key: they are in.",
        )) }
        @if let Some(wrong) = wrong { p.alarm role="alert" { (wrong.text().get(seat.browser.lang)) } }
        form method="post" action="/people/invite" {
            div.field {
                label for="name" { (seat.say("Nom, tel que ses collègues le connaissent", "Name, as colleagues know it")) }
                input type="text" id="name" name="name" value=(asked.name) maxlength="80" autocomplete="off" required;
            }
            (ties(seat, asked))
            (end_field(seat, &asked.until))
            (groups_field(seat, &asked.groups))
            div.choice {
                input type="checkbox" id="role" name="role" value=(Role::Administrator.word()) checked[asked.role == Role::Administrator.word()];
                label for="role" { (seat.say("Administrateur : approuve, suspend, voit tout le monde", "Administrator: approves, suspends, sees everybody")) }
            }
            button type="submit" { (seat.say("Demander l'invitation", "Ask for the invitation")) }
        }
    };
    room(site, seat, "/people", seat.say("Inviter quelqu'un", "Invite somebody"), &content)
}

fn ties(seat: &Seat, asked: &Asked) -> Markup {
    html! {
        fieldset {
            legend { (seat.say("Comment cette personne fait partie de l'organisation", "How this person belongs")) }
            @for (tie, fr, en) in [
                (Tie::Volunteer, "Bénévole, jusqu'à une date", "A volunteer, until a day"),
                (Tie::Staff, "Équipe", "Staff"),
            ] {
                div.choice {
                    input type="radio" id=(tie.word()) name="tie" value=(tie.word()) checked[asked.tie == tie.word()];
                    label for=(tie.word()) { (seat.say(fr, en)) }
                }
            }
        }
    }
}
