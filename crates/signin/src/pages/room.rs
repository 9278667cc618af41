//! The pages of whoever is in: a menu of what their role opens, and the way out.

use axum::response::Response;
use maud::{Markup, html};
use vauban_people::Role;

use super::parts::whole;
use crate::{SignIn, seat::Seat};

/// An entry of the menu.
struct Room {
    path: &'static str,
    fr: &'static str,
    en: &'static str,
    is_for_administrators: bool,
}

const ROOMS: [Room; 4] = [
    Room { path: "/mine", fr: "Mes clés et sessions", en: "My keys and sessions", is_for_administrators: false },
    Room { path: "/requests", fr: "Demandes", en: "Requests", is_for_administrators: false },
    Room { path: "/people", fr: "Personnes", en: "People", is_for_administrators: true },
    Room { path: "/audit", fr: "Journal", en: "Audit", is_for_administrators: true },
];

impl Room {
    fn is_open_to(&self, role: Role) -> bool {
        !self.is_for_administrators || role == Role::Administrator
    }

    fn holds(&self, path: &str) -> bool {
        path.strip_prefix(self.path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

/// A page of somebody who is in; the path tells the menu where it stands.
pub(super) fn room(site: &SignIn, seat: &Seat, path: &str, title: &str, content: &Markup) -> Response {
    whole(site, seat.browser.lang, title, &header(site, seat, path), content)
}

/// Where administrators go who have signed in, if that is none of these pages.
fn elsewhere(site: &SignIn, seat: &Seat) -> Option<&'static str> {
    let home = site.settings().home;
    (seat.who.role == Role::Administrator && !ROOMS.iter().any(|room| room.path == home)).then_some(home)
}

fn header(site: &SignIn, seat: &Seat, path: &str) -> Markup {
    html! {
        header {
            p.product { "Vauban" }
            nav aria-label=(seat.say("Menu", "Menu")) {
                ul {
                    @if let Some(home) = elsewhere(site, seat) { li { a href=(home) { (seat.say("Vue d'ensemble", "Overview")) } } }
                    @for room in ROOMS.iter().filter(|room| room.is_open_to(seat.who.role)) {
                        li { a href=(room.path) aria-current=[room.holds(path).then_some("page")] { (seat.say(room.fr, room.en)) } }
                    }
                }
            }
            form.leave method="post" action="/signin/out" {
                span { (seat.who.name) }
                button type="submit" { (seat.say("Sortir", "Sign out")) }
            }
        }
    }
}
