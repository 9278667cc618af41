//! Why something was not done, for a person: the sentence, what to do next, and the way back.

use axum::response::{IntoResponse as _, Response};
use maud::{Markup, html};
use vauban_model::Lang;
use vauban_people::{PeopleError, Refusal};

use super::{
    parts::{freshen, page},
    room::room,
};
use crate::{SignIn, failed::Failed, seat::Seat};

/// For somebody who is in. Whoever only has to touch a key does it there, and comes back.
pub(super) fn refused(site: &SignIn, seat: &Seat, back: &str, failed: &Failed) -> Response {
    let content = html! {
        p.alarm role="alert" { (failed.text().get(seat.browser.lang)) }
        (next(seat, back, failed))
        p { a href=(back) { (seat.say("Retour", "Back")) } }
    };
    (failed.noted(), room(site, seat, back, title(seat.browser.lang), &content)).into_response()
}

/// For somebody of whom nothing is known.
pub(crate) fn turned_away(site: &SignIn, lang: Lang, failed: &Failed) -> Response {
    let content = html! { p.alarm role="alert" { (failed.text().get(lang)) } };
    (failed.noted(), page(site, lang, title(lang), &content)).into_response()
}

fn next(seat: &Seat, back: &str, failed: &Failed) -> Markup {
    match failed {
        Failed::People(PeopleError::Refused(Refusal::NotFresh)) => {
            freshen(seat, seat.say("Touchez-la, puis recommencez.", "Touch it, then do it again."), back)
        }
        Failed::People(PeopleError::Refused(Refusal::NotBound)) => html! { p { (seat.say(
            "Prenez un navigateur qui lie les sessions à son ordinateur (Chrome ou Edge, sur un ordinateur avec une puce de sécurité) ou un appareil qui a un certificat de l'organisation. En urgence, la commande vauban people fait de même, sur la machine elle-même.",
            "Take a browser that binds sessions to its computer (Chrome or Edge, on a computer with a security chip) or a device with a certificate of the organisation. In an emergency, the command vauban people does the same, on the machine itself.",
        )) } },
        _ => html! {},
    }
}

const fn title(lang: Lang) -> &'static str {
    match lang {
        Lang::Fr => "Cela n'a pas été fait",
        Lang::En => "This was not done",
    }
}
