//! Everybody, and what an administrator should do next.

use axum::{extract::State, response::Response};
use jiff::Timestamp;
use maud::{Markup, html};
use vauban_people::{Enlisted, PeopleError, Role, Standing};

use super::{administrator::Administrator, fields::last_day};
use crate::{
    SignIn,
    failed::Failed,
    pages::{
        parts::{count, day},
        refused::refused,
        room::room,
        words,
    },
    seat::Seat,
};

/// Administrators that an organisation should have: of two, one who loses all keys finds nobody who approves.
const WANTED: usize = 3;

pub(crate) async fn list(State(site): State<SignIn>, Administrator(seat): Administrator) -> Response {
    let now = site.now();
    let read = || {
        let people = site.people();
        Ok::<_, PeopleError>((people.roll(true, now)?, people.open_requests(now)?.len(), people.break_glass_keys()?))
    };
    let (roll, requests, glass) = match read() {
        Ok(read) => read,
        Err(error) => return refused(&site, &seat, "/mine", &Failed::from(error)),
    };
    let (gone, here): (Vec<Enlisted>, Vec<Enlisted>) =
        roll.into_iter().partition(|one| one.person.standing == Standing::Gone);
    let content = html! {
        (to_do(&seat, &here, requests, now))
        @if glass.is_empty() { (no_glass(&seat)) }
        p { a.do href="/people/invite" { (seat.say("Inviter quelqu'un", "Invite somebody")) } }
        (table(&seat, &here))
        @if !glass.is_empty() { p { a href="/people/glass" { (seat.say("Clés de secours", "Break-glass keys")) } } }
        @if !gone.is_empty() {
            details {
                summary { (seat.say("Parties", "Gone")) " (" (gone.len()) ")" }
                ul { @for one in &gone { li { a href={ "/people/" (one.person.id) } { (one.person.name) } } } }
            }
        }
    };
    room(&site, &seat, "/people", seat.say("Personnes", "People"), &content)
}

fn to_do(seat: &Seat, here: &[Enlisted], requests: usize, now: Timestamp) -> Markup {
    let active = |one: &&Enlisted| one.person.is_active(now);
    let administrators = here.iter().filter(active).filter(|one| one.person.role == Role::Administrator).count();
    let with_one_key = here.iter().filter(active).filter(|one| one.keys == 1).count();
    let without_a_key = here.iter().filter(active).filter(|one| one.keys == 0).count();
    html! {
        @if administrators < WANTED {
            p.alarm {
                (seat.say("Administrateurs actifs : ", "Active administrators: ")) (administrators) ". "
                (seat.say(
                    "Il en faut trois : à deux, celui qui perd ses clés ne trouve personne pour l'approuver. Nommez-en un autre.",
                    "There should be three: of two, one who loses all keys finds nobody who approves. Name another one.",
                ))
            }
        }
        @if requests > 0 {
            p.calm { a href="/requests" { (seat.say("Demandes à lire : ", "Requests to read: ")) (requests) } }
        }
        @if without_a_key > 0 {
            p.calm {
                (seat.say("Personnes qui n'entrent que par un compte d'un autre fournisseur : ", "People who come in by an account of another provider alone: ")) (without_a_key) ". "
                (seat.say("Une page qui l'imite peut voler ce compte : pour les plus exposées, une récupération donne une clé.", "A look-alike page can steal that account: for those most at risk, a recovery gives a key."))
            }
        }
        @if with_one_key > 0 {
            p.calm {
                (seat.say("Personnes qui n'ont qu'une clé : ", "People with one key only: ")) (with_one_key) ". "
                (seat.say("Demandez-leur d'en ajouter une, sur un autre appareil.", "Ask them to add one, on another device."))
            }
        }
    }
}

fn no_glass(seat: &Seat) -> Markup {
    html! {
        p.alarm {
            (seat.say(
                "Aucune clé de secours : si tous les administrateurs perdent leurs clés, plus rien ne rend l'accès.",
                "No break-glass keys: if all administrators lose their keys, nothing gives access back.",
            ))
            " " a href="/people/glass" { (seat.say("Créer les trois", "Make the three")) }
        }
    }
}

fn table(seat: &Seat, here: &[Enlisted]) -> Markup {
    html! {
        table {
            caption { (seat.say("Qui fait partie de l'organisation", "Who belongs to the organisation")) " (" (here.len()) ")" }
            thead { tr {
                th scope="col" { (seat.say("Nom", "Name")) }
                th scope="col" { (seat.say("Rôle", "Role")) }
                th scope="col" { (seat.say("Groupes", "Groups")) }
                th scope="col" { (seat.say("État", "Standing")) }
                th scope="col" { (seat.say("Dernier jour", "Last day")) }
                th scope="col" { (seat.say("Clés", "Keys")) }
                th scope="col" { (seat.say("Sessions", "Sessions")) }
            } }
            tbody { @for one in here { (row(seat, one)) } }
        }
    }
}

fn row(seat: &Seat, Enlisted { person, keys, accounts, sessions }: &Enlisted) -> Markup {
    html! {
        tr {
            td.name { a href={ "/people/" (person.id) } { (person.name) } }
            td { (words::role(seat, person.role)) ", " (words::tie(seat, person.tie)) }
            td.place { @for (place, group) in person.groups.iter().enumerate() { @if place > 0 { ", " } (group) } }
            td { @if person.standing == Standing::Active { (words::standing(seat, person.standing)) } @else { strong { (words::standing(seat, person.standing)) } } }
            td { @if let Some(until) = person.until { (day(last_day(until))) } @else { (seat.say("sans fin", "no end")) } }
            td { (count(seat, *keys, ("clé", "clés"), ("key", "keys")))
                @if *accounts > 0 { br; (count(seat, *accounts, ("compte ailleurs", "comptes ailleurs"), ("account elsewhere", "accounts elsewhere"))) }
                @if *keys == 1 { br; strong.mark { (seat.say("une seule clé", "one key only")) } } }
            td { (count(seat, *sessions, ("session", "sessions"), ("session", "sessions"))) }
        }
    }
}
