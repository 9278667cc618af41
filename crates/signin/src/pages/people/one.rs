//! One person: what is known, their keys and sessions, and what may be done.

use axum::{extract::State, response::Response};
use maud::{Markup, html};
use vauban_people::{Key, PeopleError, Person, Session, Standing};

use super::{administrator::Subject, deeds, fields::last_day};
use crate::{
    SignIn,
    failed::Failed,
    pages::{
        accounts,
        mine::bound,
        parts::{day, key_line, may_go, press, time},
        refused::refused,
        room::room,
        words,
    },
    seat::Seat,
};

pub(crate) async fn person(State(site): State<SignIn>, about: Subject) -> Response {
    let Subject { seat, person } = &about;
    let read = || {
        let (keys, accounts) = (site.people().keys(person.id)?, site.people().accounts(person.id)?);
        Ok::<_, PeopleError>((keys, accounts, site.people().sessions(person.id, site.now())?))
    };
    let (keys, accounts, sessions) = match read() {
        Ok(read) => read,
        Err(error) => return refused(&site, seat, "/people", &Failed::from(error)),
    };
    let content = html! {
        (facts(seat, person))
        @if person.standing != Standing::Gone { (deeds::at_once(&about, sessions.len())) }
        (keys_shown(&about, &keys, accounts.len()))
        @if !accounts.is_empty() {
            h2 { (seat.say("Comptes d'un autre fournisseur", "Accounts of another provider")) " (" (accounts.len()) ")" }
            (accounts::lines(seat, &accounts, keys.len(), &format!("{}/accounts", about.path())))
        }
        (sessions_shown(&about, &sessions))
        (deeds::slowly(&about, site.people().rules().delay))
        p { a href={ "/audit?person=" (person.id) } { (seat.say("Ce qui s'est passé", "What happened")) } }
    };
    room(&site, seat, "/people", person.name.as_str(), &content)
}

fn facts(seat: &Seat, person: &Person) -> Markup {
    html! {
        dl.about {
            dt { (seat.say("État", "Standing")) } dd { strong { (words::standing(seat, person.standing)) } }
            dt { (seat.say("Rôle", "Role")) } dd { (words::role(seat, person.role)) ", " (words::tie(seat, person.tie)) }
            dt { (seat.say("Groupes", "Groups")) }
            dd { @if person.groups.is_empty() { (seat.say("aucun", "none")) } @for (place, group) in person.groups.iter().enumerate() { @if place > 0 { ", " } (group) } }
            dt { (seat.say("Dernier jour", "Last day")) }
            dd { @if let Some(until) = person.until { (day(last_day(until))) } @else { (seat.say("sans fin", "no end")) } }
            dt { (seat.say("Connu depuis", "Known since")) } dd { (time(person.added)) }
        }
    }
}

fn keys_shown(about: &Subject, keys: &[Key], accounts: usize) -> Markup {
    let seat = &about.seat;
    html! {
        h2 { (seat.say("Clés d'accès", "Passkeys")) " (" (keys.len()) ")" }
        @if keys.len() == 1 && accounts == 0 { p.calm { (seat.say(
            "Une seule clé : qui la perd doit être récupéré par deux administrateurs.",
            "One key only: whoever loses it has to be recovered by two administrators.",
        )) } }
        ul {
            @for key in keys {
                li {
                    (key_line(seat, key))
                    @if may_go(keys.len(), accounts, about.person.role) && seat.who.is_fresh {
                        (press(&format!("{}/keys/{}/remove", about.path(), key.id), "second", &html! {
                            (seat.say("Perdue : retirer", "Lost: remove")) " " (key.label)
                        }))
                    }
                }
            }
        }
    }
}

fn sessions_shown(about: &Subject, sessions: &[Session]) -> Markup {
    let seat = &about.seat;
    html! {
        h2 { (seat.say("Sessions ouvertes", "Open sessions")) " (" (sessions.len()) ")" }
        ul {
            @for session in sessions {
                li {
                    (seat.say("depuis le", "since")) " " (time(session.begun)) ", " (bound(seat, session))
                    @if let Some(address) = session.address { ", " (address) }
                    ", " span.agent { (session.agent.as_str()) }
                    (press(&format!("{}/sessions/{}/end", about.path(), session.id), "second", &html! {
                        (seat.say("Mettre fin", "End it")) span.hidden { " (" (session.begun) ")" }
                    }))
                }
            }
        }
    }
}
