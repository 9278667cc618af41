//! What pages have in common.

use axum::response::{Html, IntoResponse as _, Response};
use jiff::Timestamp;
use maud::{Markup, html};
use vauban_model::Lang;
use vauban_people::{Key, Role};

use crate::{SignIn, seat::Seat};

/// A form that the script turns into a ceremony.
pub(super) struct CeremonyForm<'a> {
    /// `get` for a key that is there, `create` for a new one, `add` for one that is there and then a new one.
    pub(super) kind: &'a str,
    /// Where it is asked and answered: this, with `/ask` and `/answer`.
    pub(super) path: &'a str,
    /// What stands before the buttons.
    pub(super) fields: Markup,
    /// What the buttons say; mostly one.
    pub(super) buttons: &'a [Button<'a>],
    /// What names the field in which the browser may offer a key before a button is pressed.
    pub(super) offer: Option<&'a str>,
    /// Whether what stands behind the # is needed.
    pub(super) has_link: bool,
    /// Where the person goes afterwards, if not where the answer says.
    pub(super) back: Option<&'a str>,
}

/// A button of a ceremony.
pub(super) struct Button<'a> {
    /// What it says.
    pub(super) text: &'a str,
    /// Where the browser shall look for a key first, in words of its own (Web Authentication Level 3, section 5.8.7), with blanks
    /// between; nothing where it may ask.
    pub(super) hints: Option<&'a str>,
}

impl<'a> Button<'a> {
    /// One that lets the browser ask.
    pub(super) const fn plain(text: &'a str) -> Self {
        Self { text, hints: None }
    }
}

impl CeremonyForm<'_> {
    pub(super) fn shown(&self) -> Markup {
        html! {
            form.key data-kind=(self.kind) data-ask={ (self.path) "/ask" } data-answer={ (self.path) "/answer" }
                data-back=[self.back] data-offer[self.offer.is_some()] data-link[self.has_link] {
                (self.fields)
                @for button in self.buttons {
                    button type="submit" data-hints=[button.hints] { (button.text) }
                    " "
                }
                @if let Some(label) = self.offer { (offer(label)) }
                p.alarm role="alert" {}
            }
        }
    }
}

/// A field for the browser's own list of keys. It takes no text (the script empties it), and is not read-only, because browsers offer
/// nothing in fields that are.
fn offer(label: &str) -> Markup {
    html! {
        p.offer {
            label for="key" { (label) }
            " "
            input id="key" type="text" inputmode="none" autocomplete="username webauthn" spellcheck="false";
        }
    }
}

/// A key is touched once more, and then the person comes back.
pub(super) fn freshen(seat: &Seat, why: &str, back: &str) -> Markup {
    CeremonyForm {
        kind: "get",
        path: "/mine/fresh",
        fields: html! { p { (why) } },
        buttons: &[Button::plain(seat.say("Toucher ma clé", "Touch my key"))],
        offer: None,
        has_link: false,
        back: Some(back),
    }
    .shown()
}

/// A form with nothing but a button.
pub(super) fn press(action: &str, class: &str, content: &Markup) -> Markup {
    html! { form.row method="post" action=(action) { button class=(class) type="submit" { (content) } } }
}

/// A page of whoever is on the way elsewhere: without the script, and without a menu.
pub(crate) fn plain(site: &SignIn, lang: Lang, title: &str, content: &Markup) -> Html<String> {
    let body = html! { main id="content" tabindex="-1" { h1 { (title) } (content) } };
    Html(site.frame(lang, title, &body).into_string())
}

/// A page of whoever is not in yet, with the script.
pub(super) fn page(site: &SignIn, lang: Lang, title: &str, content: &Markup) -> Response {
    whole(site, lang, title, &html! {}, content)
}

/// A whole page, with the script.
pub(super) fn whole(site: &SignIn, lang: Lang, title: &str, header: &Markup, content: &Markup) -> Response {
    let body = html! {
        (header)
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

/// The day of a time.
pub(super) fn day(at: Timestamp) -> Markup {
    html! { time datetime=(at.to_string()) { (at.strftime("%Y-%m-%d")) } }
}

/// How many there are, of something that has words for one and for several in both languages.
pub(super) fn count(
    seat: &Seat,
    count: u32,
    (one_fr, more_fr): (&'static str, &'static str),
    (one_en, more_en): (&'static str, &'static str),
) -> Markup {
    let word = if count == 1 { seat.say(one_fr, one_en) } else { seat.say(more_fr, more_en) };
    html! { (count) " " (word) }
}

/// Whether `people` lets one of somebody's keys go: a way in is left, and to an administrator a key. A button that is refused is not shown.
pub(super) fn may_go(keys: usize, accounts: usize, role: Role) -> bool {
    keys + accounts > 1 && (keys > 1 || role == Role::Member)
}

/// A key, as lists of keys begin a line.
pub(crate) fn key_line(seat: &Seat, key: &Key) -> Markup {
    html! {
        strong { (key.label) } ", " (seat.say("ajoutée le", "added on")) " " (time(key.added))
        @if let Some(used) = key.used { ", " (seat.say("utilisée le", "used on")) " " (time(used)) }
    }
}
