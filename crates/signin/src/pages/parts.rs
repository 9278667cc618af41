//! What pages have in common.

use axum::response::{Html, IntoResponse as _, Response};
use jiff::Timestamp;
use maud::{Markup, html};
use vauban_model::Lang;

use crate::{SignIn, back::Back};

/// A form that the script turns into a ceremony.
pub(super) struct CeremonyForm<'a> {
    /// `get` for a key that is there, `create` for a new one.
    pub(super) kind: &'a str,
    /// Where it is asked and answered: this, with `/ask` and `/answer`.
    pub(super) path: &'a str,
    /// What stands before the button.
    pub(super) fields: Markup,
    /// What the button says.
    pub(super) button: &'a str,
    /// Whether the browser may offer a key before the button is pressed.
    pub(super) is_offered: bool,
    /// Where the person was going.
    pub(super) to: Option<&'a Back>,
    /// Whether what stands behind the # is needed.
    pub(super) has_link: bool,
}

impl CeremonyForm<'_> {
    pub(super) fn shown(&self) -> Markup {
        html! {
            form.key data-kind=(self.kind) data-ask={ (self.path) "/ask" } data-answer={ (self.path) "/answer" }
                data-offer[self.is_offered] data-link[self.has_link] data-to=[self.to] {
                (self.fields)
                button type="submit" { (self.button) }
                p.alarm role="alert" {}
            }
        }
    }
}

/// A whole page, with the script.
pub(super) fn page(site: &SignIn, lang: Lang, title: &str, content: &Markup) -> Response {
    let body = html! {
        main id="content" tabindex="-1" {
            h1 { (title) }
            (content)
        }
        noscript { p.alarm { (without_script(lang)) } }
        script src="/signin/script.js" defer {}
    };
    Html(site.frame(lang, title, &body).into_string()).into_response()
}

const fn without_script(lang: Lang) -> &'static str {
    match lang {
        Lang::Fr => "Les clés d'accès ont besoin de JavaScript : autorisez-le pour ce site.",
        Lang::En => "Passkeys need JavaScript: allow it for this site.",
    }
}

/// A time as people read it, and as programs do.
pub(super) fn time(at: Timestamp) -> Markup {
    html! { time datetime=(at.to_string()) { (at.strftime("%Y-%m-%d %H:%M UTC")) } }
}
