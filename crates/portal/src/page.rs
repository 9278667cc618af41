//! The frame of every page.

use axum::{
    http::StatusCode,
    response::{Html, IntoResponse as _, Response},
};
use jiff::Timestamp;
use maud::{DOCTYPE, Markup, html};
use vauban_model::Lang;
use vauban_people::Refusal;

use crate::request::Visitor;

/// A whole page.
pub(crate) fn page(visitor: &Visitor, title: &str, content: &Markup) -> Html<String> {
    let whole = frame(
        visitor.lang,
        title,
        &html! {
            header {
                p.product { "Vauban" }
                nav aria-label=(visitor.say("Menu", "Menu")) {
                    ul {
                        @for (path, fr, en) in visitor.house.rooms.iter().chain(visitor.house.next_door) {
                            li {
                                @if is_in(&visitor.path, path) {
                                    a href=(path) aria-current="page" { (visitor.say(fr, en)) }
                                } @else {
                                    a href=(path) { (visitor.say(fr, en)) }
                                }
                            }
                        }
                    }
                }
                (languages(visitor.lang, &visitor.path))
                form.leave method="post" action=(visitor.house.leave) {
                    span { (visitor.who) }
                    button type="submit" { (visitor.say("Sortir", "Leave")) }
                }
            }
            main id="content" tabindex="-1" {
                h1 { (title) }
                (content)
            }
        },
    );
    Html(whole.into_string())
}

fn is_in(path: &str, room: &str) -> bool {
    path == room || room != "/" && path.strip_prefix(room).is_some_and(|rest| rest.starts_with('/'))
}

fn languages(lang: Lang, path: &str) -> Markup {
    let (other, word, label) = match lang {
        Lang::Fr => ("en", "English", "Read this page in English"),
        Lang::En => ("fr", "Français", "Lire cette page en français"),
    };
    html! { a.language href={ "/language?to=" (other) "&back=" (path) } lang=(other) hreflang=(other) title=(label) { (word) } }
}

/// The frame of a page without the menu, with the style of all of them ([`assets`](crate::assets)).
#[must_use]
pub fn frame(lang: Lang, title: &str, body: &Markup) -> Markup {
    let (code, skip) = match lang {
        Lang::Fr => ("fr", "Aller au contenu"),
        Lang::En => ("en", "Skip to content"),
    };
    html! {
        (DOCTYPE)
        html lang=(code) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " · Vauban" }
                link rel="stylesheet" href="/style.css";
                link rel="icon" href="/icon.svg" type="image/svg+xml";
            }
            body {
                a.skip href="#content" { (skip) }
                (body)
            }
        }
    }
}

/// What an administrator sees who wants to change something from a session that is bound to nothing.
pub(crate) fn unbound(lang: Lang) -> Response {
    let text = Refusal::NotBound.text();
    let (title, back) = match lang {
        Lang::Fr => ("Rien n'a changé", "Revenir aux pages"),
        Lang::En => ("Nothing was changed", "Back to the pages"),
    };
    let body = html! { main id="content" tabindex="-1" { h1 { (title) } p.alarm { (text.get(lang)) } p { a href="/" { (back) } } } };
    (StatusCode::FORBIDDEN, Html(frame(lang, title, &body).into_string())).into_response()
}

/// What whoever is not in sees.
pub(crate) fn closed(lang: Lang, command: &str) -> Markup {
    let (title, text, then) = match lang {
        Lang::Fr => (
            "La porte est fermée",
            "Sur la machine où Vauban tourne, lancez cette commande et ouvrez le lien qu'elle affiche :",
            "Un lien sert une seule fois, pendant dix minutes.",
        ),
        Lang::En => (
            "The door is closed",
            "On the machine that runs Vauban, give this command and open the link that it prints:",
            "A link is good once, for ten minutes.",
        ),
    };
    frame(
        lang,
        title,
        &html! {
            main id="content" {
                h1 { (title) }
                p { (text) }
                pre { (command) }
                p { (then) }
                p { (languages(lang, "/closed")) }
            }
        },
    )
}

/// A page that is not there.
pub(crate) fn missing(lang: Lang) -> Response {
    let (title, text) = match lang {
        Lang::Fr => ("Rien ici", "Cette page n'existe pas, ou ce qu'elle montrait a été oublié."),
        Lang::En => ("Nothing here", "This page does not exist, or what it showed was forgotten."),
    };
    let content = html! { main id="content" { h1 { (title) } p { (text) } p { a href="/" { "Vauban" } } } };
    (StatusCode::NOT_FOUND, Html(frame(lang, title, &content).into_string())).into_response()
}

/// Something that could not be done, with what to do next.
pub(crate) fn failed(visitor: &Visitor, what: &str, next: &str) -> Response {
    let title = visitor.say("Cela n'a pas marché", "That did not work");
    let content = html! {
        p.alarm role="alert" { (what) }
        p { (next) }
        p { a href="/" { (visitor.say("Retour à la vue d'ensemble", "Back to the overview")) } }
    };
    (StatusCode::SERVICE_UNAVAILABLE, page(visitor, title, &content)).into_response()
}

/// A time as people read it, and as programs do.
pub(crate) fn time(at: Timestamp) -> Markup {
    html! { time datetime=(at.to_string()) { (at.strftime("%Y-%m-%d %H:%M UTC")) } }
}
