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
    accounts::entrance,
    parts::{Button, CeremonyForm, page},
    refused::turned_away,
};
use crate::{SignIn, back::Back, elsewhere::RETURN, visit::Browser};

/// What is said where an account is not enough.
const KEY_WANTED: (&str, &str) = (
    "Cet outil demande que vous montriez encore une fois qui vous êtes, et un compte n'y suffit pas : prenez votre clé d'accès.",
    "This tool asks you to show once more who you are, and an account is not enough for that: take your passkey.",
);

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct To {
    to: String,
}

pub(crate) async fn sign_in(
    State(site): State<SignIn>,
    browser: Browser,
    Query(To { to }): Query<To>,
    headers: HeaderMap,
) -> Response {
    let back = Back::new(&to);
    let takes_a_key = match site.who(&headers) {
        Ok(None) => false,
        // A tool may ask for a key to be touched again, whoever is in; signing in elsewhere once more would be no answer to it.
        Ok(Some(who)) if back.as_ref().is_some_and(Back::is_onward) => who.is_elsewhere,
        Ok(Some(_)) => {
            let home = || site.settings().home.to_owned();
            return Redirect::to(&back.map_or_else(home, |back| back.to_string())).into_response();
        }
        Err(error) => return turned_away(&site, browser.lang, &error.into()),
    };
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
    let kept = site.settings().kept.as_ref().filter(|_| !takes_a_key);
    let content = html! {
        @if takes_a_key { p.alarm role="alert" { (Text::new(KEY_WANTED.0, KEY_WANTED.1).get(browser.lang)) } }
        (form.shown())
        @if let Some(kept) = kept { (entrance(kept, browser.lang, RETURN, back.as_ref().map(Back::as_str), false)) }
        p { (why) }
        p { (lost) }
    };
    page(&site, browser.lang, title, &content)
}

pub(crate) async fn script() -> Response {
    ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], include_str!("../script.js")).into_response()
}
