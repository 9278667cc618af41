//! The page where people come in: one button, and a field in which browsers offer a key by themselves. Whoever is in already goes on: a page
//! that was asked for while a session was being bound came with the cookie before, and lands here.

use axum::{
    extract::{Query, State},
    http::{HeaderMap, header},
    response::{IntoResponse as _, Redirect, Response},
};
use maud::html;
use serde::Deserialize;
use vauban_model::{Lang, Text};

use super::{
    accounts::{Errand, entrance},
    parts::{Button, CeremonyForm, page},
    refused::turned_away,
};
use crate::{
    SignIn,
    back::Back,
    ceremony::{ANEW, CHOOSE},
    elsewhere::RETURN,
    visit::Browser,
};

/// What is said to whoever is in already.
const AGAIN: (&str, &str) = (
    "Vous êtes déjà entré, mais cet outil demande que vous le montriez encore une fois.",
    "You are in already, but this tool asks you to show it once more.",
);

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct To {
    to: String,
    prompt: String,
}

pub(crate) async fn sign_in(
    State(site): State<SignIn>,
    browser: Browser,
    Query(To { to, prompt }): Query<To>,
    headers: HeaderMap,
) -> Response {
    let back = Back::new(&to);
    let is_again = prompt == ANEW && back.as_ref().is_some_and(Back::is_onward);
    match site.who(&headers) {
        Ok(None) => {}
        // A tool may ask that somebody signs in again, whoever is in.
        Ok(Some(_)) if is_again => {}
        Ok(Some(_)) => {
            let home = || site.settings().home.to_owned();
            return Redirect::to(&back.map_or_else(home, |back| back.to_string())).into_response();
        }
        Err(error) => return turned_away(&site, browser.lang, &error.into()),
    }
    let (title, button, why, offer, lost) = match browser.lang {
        Lang::Fr => (
            "Entrer",
            "Entrer avec ma clé d'accès",
            "Aucun mot de passe, aucun code : personne ne vous en demandera jamais un pour ce site. Qui le fait ment.",
            "Rien à écrire : votre navigateur peut aussi proposer vos clés dans ce champ.",
            "Clé perdue ? Allez voir deux administrateurs, en personne. Rien d'autre ne rend l'accès : ni courriel, ni téléphone.",
        ),
        Lang::En => (
            "Sign in",
            "Sign in with my passkey",
            "No password, no code: nobody will ever ask you for one for this site. Whoever does is lying.",
            "Nothing to type: your browser may also offer your keys in this field.",
            "Lost your key? See two administrators, in person. Nothing else gives access back: no e-mail, no telephone call.",
        ),
    };
    let form = CeremonyForm {
        kind: "get",
        path: "/signin",
        fields: html! {},
        buttons: &[Button::plain(button)],
        offer: Some(offer),
        has_link: false,
        back: back.as_ref().map(Back::as_str),
    };
    let prompt = [ANEW, CHOOSE].into_iter().find(|known| *known == prompt && (*known != ANEW || is_again));
    let content = html! {
        @if is_again { p.calm { (Text::new(AGAIN.0, AGAIN.1).get(browser.lang)) } }
        (form.shown())
        @if let Some(kept) = &site.settings().kept {
            (entrance(kept, browser.lang, &Errand { path: RETURN, back: back.as_ref().map(Back::as_str), prompt, waits_for_link: false }))
        }
        p { (why) }
        p { (lost) }
    };
    page(&site, browser.lang, title, &content)
}

pub(crate) async fn script() -> Response {
    ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], include_str!("../script.js")).into_response()
}
