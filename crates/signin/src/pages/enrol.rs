//! Where a link leads: one key is made, and its person is in.

use axum::{extract::State, response::Response};
use maud::html;
use vauban_model::Lang;

use super::{
    accounts::{Errand, entrance},
    parts::{Button, CeremonyForm, page},
};
use crate::{SignIn, visit::Browser};

pub(crate) async fn enrol(State(site): State<SignIn>, browser: Browser) -> Response {
    let (title, for_whom, recovery, button, label, hint) = match browser.lang {
        Lang::Fr => (
            "Créer votre clé d'accès",
            "Cette invitation est pour :",
            "C'est une récupération : vos anciennes clés et toutes vos sessions prennent fin.",
            "Créer ma clé d'accès",
            "Nom de cette clé (facultatif)",
            "par exemple : téléphone",
        ),
        Lang::En => (
            "Make your passkey",
            "This invitation is for:",
            "This is a recovery: your old keys and all your sessions end.",
            "Make my passkey",
            "A name for this key (if you like)",
            "for example: phone",
        ),
    };
    let form = CeremonyForm {
        kind: "create",
        path: "/enrol",
        fields: html! {
            div.field {
                label for="label" { (label) }
                input id="label" name="label" type="text" maxlength="60" autocomplete="off" placeholder=(hint);
            }
        },
        buttons: &[Button::plain(button)],
        offer: None,
        has_link: true,
        back: None,
    };
    let content = html! {
        p { (for_whom) " " strong id="for" aria-live="polite" {} }
        p.alarm id="recovery" hidden { (recovery) }
        (form.shown())
        @if let Some(kept) = &site.settings().kept { (entrance(kept, browser.lang, &Errand { path: "/enrol/elsewhere", back: None, prompt: None, waits_for_link: true })) }
    };
    page(&site, browser.lang, title, &content)
}
