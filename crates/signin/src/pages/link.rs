//! The link of what was approved: made once, shown once, on the screen of whoever hands it over.

use maud::{Markup, html};
use vauban_people::InvitationToken;

use super::{code::code, request::Asked, words};
use crate::SignIn;

/// What stands in the page from then on, until it is left.
pub(crate) fn link(site: &SignIn, asked: &Asked, token: &InvitationToken) -> Markup {
    let Asked { seat, request } = asked;
    let link = format!("{}/enrol#{}", site.origin(), &*token.text());
    let title = match words::subject(&request.kind) {
        Some(name) => format!("{} {name}", seat.say("Le lien pour", "The link for")),
        None => seat.say("Le lien", "The link").to_owned(),
    };
    html! {
        h1 { (title) }
        p.alarm { (seat.say(
            "Montrez ce code à la personne, qui est devant vous. Qui l'ouvre est cette personne : ne l'envoyez par aucun message, ne le photographiez pas.",
            "Show this code to the person, who is here with you. Whoever opens it is that person: send it in no message, take no picture of it.",
        )) }
        (code(&link, seat.say("Code à photographier avec le téléphone de la personne", "A code for the camera of the person's phone")))
        p { (seat.say("Sur cet ordinateur-ci, ou s'il n'y a pas d'appareil photo, le même lien :", "On this computer, or without a camera, the same link:")) }
        pre.code.place tabindex="0" { (link) }
        p { (seat.say(
            "Il n'est montré qu'une fois, et sert une fois, pendant un jour. S'il est perdu, faites une nouvelle demande.",
            "It is shown this once, and is good once, for a day. If it is lost, make a new request.",
        )) }
        p { a href="/requests" { (seat.say("C'est fait : aux demandes", "Done: to the requests")) } }
    }
}
