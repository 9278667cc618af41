//! The keys that break the glass: since when which are registered, what to do with them, and three others, made one after another here.

use axum::{
    extract::State,
    response::{IntoResponse as _, Redirect, Response},
};
use maud::{Markup, html};
use vauban_people::{Key, Kind, PeopleError, Request, SpareKey};

use super::administrator::Administrator;
use crate::{
    SignIn,
    failed::Failed,
    making::{KEYS, Maker},
    pages::{
        parts::{Button, CeremonyForm, key_line, press},
        refused::refused,
        room::room,
    },
    seat::Seat,
};

const PATH: &str = "/people/glass";

pub(crate) async fn glass_keys(State(site): State<SignIn>, Administrator(seat): Administrator) -> Response {
    let now = site.now();
    let read = || Ok::<_, PeopleError>((site.people().break_glass_keys()?, site.people().open_requests(now)?));
    let (keys, requests) = match read() {
        Ok(read) => read,
        Err(error) => return refused(&site, &seat, "/people", &Failed::from(error)),
    };
    let asked = requests.iter().find(|request| matches!(request.kind, Kind::BreakGlass { .. }));
    let content = html! {
        p { (seat.say(
            "Trois clés de sécurité matérielles, qui ne sont à personne et ne connectent personne. Deux des trois rendent un administrateur qui a perdu les siennes, même quand plus personne ne peut entrer. Chaque usage est une alarme.",
            "Three security keys of hardware that are nobody's and sign nobody in. Two of the three bring back an administrator who lost all keys, even when nobody can sign in any more. Each use is an alarm.",
        )) }
        (registered(&seat, &keys))
        (keeping(&seat))
        h2 { (if keys.is_empty() { seat.say("En créer trois", "Make three") } else { seat.say("Les remplacer, toutes les trois", "Replace them, all three") }) }
        @if let Some(request) = asked { (waits(&seat, request)) } @else { (making(&seat, &site.making().made(Maker::of(&seat), now))) }
        p { a href="/people" { (seat.say("Aux personnes", "To the people")) } }
    };
    room(&site, &seat, PATH, seat.say("Clés de secours", "Break-glass keys"), &content)
}

fn registered(seat: &Seat, keys: &[Key]) -> Markup {
    html! {
        h2 { (seat.say("Enregistrées", "Registered")) " (" (keys.len()) ")" }
        @if keys.is_empty() {
            p.alarm { (seat.say(
                "Aucune : si tous les administrateurs perdent leurs clés, plus rien ne rend l'accès. Créez-en trois maintenant.",
                "None: if all administrators lose their keys, nothing gives access back. Make three now.",
            )) }
        }
        ul { @for key in keys { li { (key_line(seat, key)) } } }
    }
}

/// What nobody can do in a browser.
fn keeping(seat: &Seat) -> Markup {
    html! {
        h2 { (seat.say("Où les garder", "Where to keep them")) }
        ul {
            li { (seat.say(
                "Trois enveloppes, avec le code PIN de la clé dedans, fermées et signées à deux.",
                "Three envelopes, with the key's PIN inside, closed and signed by two of you.",
            )) }
            li { (seat.say(
                "Trois lieux, trois gardiens : un coffre de l'organisation, un notaire, une banque. Jamais deux au même endroit.",
                "Three places, three keepers: a safe of the organisation, a notary, a bank. Never two in one place.",
            )) }
            li { (seat.say(
                "Faites-le à deux devant cet écran : qui approuve doit avoir vu les trois clés.",
                "Do it together at this screen: whoever approves must have seen the three keys.",
            )) }
            li { (seat.say(
                "Une enveloppe ouverte ou perdue : remplacez les trois.",
                "An envelope that is open or lost: replace all three.",
            )) }
        }
    }
}

fn waits(seat: &Seat, request: &Request) -> Markup {
    html! {
        p.calm { a href={ "/requests/" (request.id) } { (seat.say(
            "Un changement est déjà demandé : lisez-le, approuvez-le ou arrêtez-le.",
            "A change is asked for already: read it, approve it or stop it.",
        )) } }
    }
}

fn making(seat: &Seat, made: &[SpareKey]) -> Markup {
    html! {
        @if !made.is_empty() {
            p { (seat.say("Créées ici, et encore sans effet :", "Made here, and without effect yet:")) }
            ol { @for key in made { li { strong { (key.label) } } } }
        }
        @if made.len() >= KEYS {
            p { (seat.say(
                "Fermez maintenant les enveloppes. Deux administrateurs approuvent le changement avec leurs propres clés, puis il attend un veto.",
                "Close the envelopes now. Two administrators approve the change with keys of their own, then it waits for a veto.",
            )) }
            (press(PATH, "do", &html! { (seat.say("Demander le changement", "Ask for the change")) }))
        } @else { (next(seat, made.len())) }
        @if !made.is_empty() { (press("/people/glass/again", "second", &html! { (seat.say("Recommencer", "Begin again")) })) }
    }
}

fn next(seat: &Seat, made: usize) -> Markup {
    let button = match made {
        0 => seat.say("Créer la première clé de secours", "Make the first break-glass key"),
        1 => seat.say("Créer la deuxième clé de secours", "Make the second break-glass key"),
        _ => seat.say("Créer la troisième clé de secours", "Make the third break-glass key"),
    };
    CeremonyForm {
        kind: "add",
        path: PATH,
        fields: html! {
            p { (seat.say("Touchez d'abord votre propre clé, puis la nouvelle.", "Touch your own key first, then the new one.")) }
            div.field {
                label for="label" { (seat.say("Où cette clé sera gardée", "Where this key will be kept")) }
                input id="label" name="label" type="text" maxlength="60" autocomplete="off";
            }
        },
        buttons: &[Button { text: button, hints: Some("security-key") }],
        offer: None,
        has_link: false,
        back: None,
    }
    .shown()
}

pub(crate) async fn ask_glass_keys(State(site): State<SignIn>, Administrator(seat): Administrator) -> Response {
    let (maker, now) = (Maker::of(&seat), site.now());
    let keys = site.making().made(maker, now);
    let ask = || Ok::<_, Failed>(site.people().ask_break_glass_keys(&seat.actor(), &keys, &mut site.rng()?, now)?);
    match ask() {
        Ok(request) => {
            site.making().forget(maker, now);
            Redirect::to(&format!("/requests/{}", request.id)).into_response()
        }
        Err(failed) => refused(&site, &seat, PATH, &failed),
    }
}

pub(crate) async fn glass_keys_again(State(site): State<SignIn>, Administrator(seat): Administrator) -> Response {
    site.making().forget(Maker::of(&seat), site.now());
    Redirect::to(PATH).into_response()
}
