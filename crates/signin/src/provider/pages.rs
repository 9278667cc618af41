//! The few pages that people see on their way to a tool and back.

use axum::{
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use maud::{Markup, html};
use vauban_model::Lang;
use vauban_oidc::{OidcError, Refusal};

use super::{Desk, routes::CONFIRM, why};
use crate::pages::{self, plain};

/// The first language of a request that there is (OpenID Connect Core, section 3.1.2.1, `ui_locales`).
pub(super) fn asked_for(locales: Option<&str>) -> Option<Lang> {
    locales?.split(' ').find_map(|tag| match tag.split('-').next() {
        Some("fr") => Some(Lang::Fr),
        Some("en") => Some(Lang::En),
        _ => None,
    })
}

/// Goes on by itself, to a place that we know.
pub(super) fn onward(desk: &Desk, lang: Lang, to: &str) -> Response {
    pages::onward(&desk.site, lang, to)
}

/// A request of a tool that nobody else may be told of.
pub(super) fn unanswerable(desk: &Desk, lang: Lang, why: Refusal) -> Response {
    let (title, text) = why::asked(why);
    let next = match lang {
        Lang::Fr => "Retournez à l'outil et recommencez ; si cela dure, montrez cette page à un administrateur.",
        Lang::En => "Go back to the tool and begin again; if it lasts, show this page to an administrator.",
    };
    not_done(desk, lang, title.get(lang), why, &html! { p { (text.get(lang)) } p { (next) } })
}

/// A wish to sign out that cannot be done as the tool has it. Whoever wants out is let out all the same, under the name of a wish of their own.
pub(super) fn not_signed_out(desk: &Desk, lang: Lang, why: Refusal, own: Option<&str>) -> Response {
    let (title, next) = match lang {
        Lang::Fr => (
            "L'outil n'a pas pu vous déconnecter ici",
            "Vous pouvez le faire vous-même ; si cela se répète, montrez cette page à un administrateur.",
        ),
        Lang::En => (
            "The tool could not sign you out here",
            "You can do it yourself; if it happens again, show this page to an administrator.",
        ),
    };
    let content = html! {
        p { (why::wished(why).get(lang)) }
        @if let Some(own) = own { p { (next) } (leave(lang, own)) }
    };
    not_done(desk, lang, title, why, &content)
}

fn not_done(desk: &Desk, lang: Lang, title: &str, why: Refusal, content: &Markup) -> Response {
    tracing::info!(code = why.code(), %why, "a tool's request was shown to a person");
    let mut answer = page(desk, lang, title, &html! { (content) p { code { (why.code()) } } });
    *answer.status_mut() = StatusCode::BAD_REQUEST;
    answer
}

/// Something of ours failed.
pub(super) fn broken(desk: &Desk, lang: Lang, error: &OidcError) -> Response {
    tracing::error!(%error, "the provider failed");
    let (title, text) = match lang {
        Lang::Fr => {
            ("Cela n'a pas marché", "Ce n'est pas votre faute. Réessayez ; si cela dure, prévenez un administrateur.")
        }
        Lang::En => ("That did not work", "It is not your fault. Try again; if it lasts, tell an administrator."),
    };
    let mut answer = page(desk, lang, title, &html! { p { (text) } });
    *answer.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    answer
}

/// Whether somebody really wants to sign out: a page of others may have sent them.
pub(super) fn sure(desk: &Desk, lang: Lang, name: &str) -> Response {
    let title = match lang {
        Lang::Fr => "Se déconnecter",
        Lang::En => "Sign out",
    };
    page(desk, lang, title, &leave(lang, name))
}

fn leave(lang: Lang, name: &str) -> Markup {
    let (text, button) = match lang {
        Lang::Fr => ("Cela ferme votre session ici, et dans les outils où elle vous a fait entrer.", "Me déconnecter"),
        Lang::En => ("This ends your session here, and in the tools that it let you in.", "Sign me out"),
    };
    html! {
        p { (text) }
        form method="post" action=(CONFIRM) {
            input type="hidden" name="name" value=(name);
            button type="submit" { (button) }
        }
    }
}

/// Out. A page and not a redirect: the answer to a form may lead to nobody else's page (Content-Security-Policy, `form-action`).
pub(super) fn signed_out(desk: &Desk, lang: Lang, to: Option<&str>) -> Response {
    match to {
        Some(to) => onward(desk, lang, to),
        None => {
            let (title, text) = match lang {
                Lang::Fr => ("Déconnecté", "Votre session est fermée."),
                Lang::En => ("Signed out", "Your session has ended."),
            };
            page(desk, lang, title, &html! { p { (text) } })
        }
    }
}

fn page(desk: &Desk, lang: Lang, title: &str, content: &Markup) -> Response {
    plain(&desk.site, lang, title, content).into_response()
}
