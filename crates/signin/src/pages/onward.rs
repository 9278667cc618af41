//! A page that goes on by itself, to a place that we know: what follows is asked for by a page of ours, with the cookies of this host.

use axum::{
    http::HeaderValue,
    response::{IntoResponse as _, Response},
};
use maud::{Markup, html};
use vauban_model::{Lang, Text};

use super::{page, plain};
use crate::SignIn;

const MOMENT: (&str, &str) = ("Un instant", "One moment");

/// Goes on at once; by a link, where a browser does not.
pub(crate) fn onward(site: &SignIn, lang: Lang, to: &str) -> Response {
    let content = link(lang, to);
    going(plain(site, lang, Text::new(MOMENT.0, MOMENT.1).get(lang), &content).into_response(), to)
}

/// The same for whoever has just come in: other tabs that wait go on, too.
pub(crate) fn onward_in(site: &SignIn, lang: Lang, to: &str) -> Response {
    let content = html! { div data-signed-in {} (link(lang, to)) };
    going(page(site, lang, Text::new(MOMENT.0, MOMENT.1).get(lang), &content), to)
}

/// The same where what follows takes its time: pressed once more, it would be done twice, and the second time fail.
pub(crate) fn waiting(site: &SignIn, lang: Lang, to: &str) -> Response {
    let why = Text::new(
        "Votre fournisseur est interrogé : cela peut prendre quelques secondes.",
        "Your provider is being asked: that may take some seconds.",
    );
    let content = html! { p { (why.get(lang)) } };
    going(plain(site, lang, Text::new(MOMENT.0, MOMENT.1).get(lang), &content).into_response(), to)
}

fn link(lang: Lang, to: &str) -> Markup {
    html! { p { a href=(to) { (Text::new("Continuer", "Go on").get(lang)) } } }
}

fn going(mut answer: Response, to: &str) -> Response {
    if let Ok(header) = HeaderValue::from_str(&format!("0; url={to}")) {
        answer.headers_mut().insert("refresh", header);
    }
    answer
}
