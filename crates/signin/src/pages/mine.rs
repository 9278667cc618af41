//! What is one's own: keys and sessions, each with a button that ends it.

use axum::{
    extract::{Path, State},
    http::{HeaderValue, header},
    response::{IntoResponse as _, Redirect, Response},
};
use maud::{Markup, html};
use vauban_passkey::Attestation;
use vauban_people::{Began, Binding, Event, Key, PeopleError, Session, Told};

use super::{
    accounts,
    parts::{Button, CeremonyForm, key_line, may_go, press, time},
    refused::refused,
    room::room,
};
use crate::{
    SignIn,
    ceremony::{attestation, key_id},
    failed::Failed,
    seat::Seat,
};

/// What to do where this session is bound to nothing.
const UNBOUND: (&str, &str) = (
    "Cette session n'est liée à rien : qui vole son cookie l'a aussi, pour une heure au plus. Pour une session qui ne quitte pas cet \
     appareil, prenez un navigateur qui sait lier ses sessions (Chrome ou Edge, à jour), ou un ordinateur avec le certificat de l'organisation.",
    "This session is bound to nothing: whoever steals its cookie has it, too, for an hour at the most. For a session that does not leave \
     this device, take a browser that binds its sessions (Chrome or Edge, up to date), or a computer with the organisation's certificate.",
);
/// Events that are shown.
const LATELY: u32 = 12;
/// Keys that everybody should have.
const WANTED: usize = 2;

pub(crate) async fn mine(State(site): State<SignIn>, seat: Seat) -> Response {
    let person = seat.who.person;
    let read = || {
        let (people, now) = (site.people(), site.now());
        Ok::<_, PeopleError>((
            people.keys(person)?,
            people.accounts(person)?,
            people.sessions(person, now)?,
            people.events_about(person, LATELY)?,
        ))
    };
    let (keys, accounts, sessions, events) = match read() {
        Ok(read) => read,
        Err(error) => return refused(&site, &seat, "/mine", &Failed::from(error)),
    };
    let content = html! {
        p { (seat.say("Vous êtes", "You are")) " " strong { (seat.who.name) } "." }
        (keys_shown(&site, &seat, &keys, accounts.len()))
        (accounts::own(&site, &seat, &accounts, keys.len()))
        (sessions_shown(&seat, &sessions))
        (lately(&seat, &events))
    };
    room(&site, &seat, "/mine", seat.say("Mes clés et mes sessions", "My keys and sessions"), &content)
}

fn keys_shown(site: &SignIn, seat: &Seat, keys: &[Key], accounts: usize) -> Markup {
    html! {
        h2 { (seat.say("Clés d'accès", "Passkeys")) " (" (keys.len()) ")" }
        @if keys.len() < WANTED && !keys.is_empty() {
            p.alarm { (seat.say(
                "Une seule clé : si vous la perdez, il faudra deux administrateurs. Ajoutez-en une sur un autre appareil.",
                "One key only: if you lose it, it takes two administrators. Add one on another device.",
            )) }
        }
        ul {
            @for key in keys {
                li {
                    (key_line(seat, key))
                    @if may_go(keys.len(), accounts, seat.who.role) && seat.who.is_fresh {
                        (press(&format!("/mine/keys/{}/remove", key.id), "second", &html! { (seat.say("Retirer", "Remove")) " " (key.label) }))
                    }
                }
            }
        }
        @if seat.who.is_elsewhere { (accounts::before_changes(seat)) } @else {
            (add(site, seat))
            @if keys.len() + accounts > 1 && !seat.who.is_fresh { (accounts::before_changes(seat)) }
        }
    }
}

/// One more key: on a telephone, for which the browser shows a code of its own that no page can copy, or here. Where a model has to be
/// vouched for it is a security key, and no telephone's.
fn add(site: &SignIn, seat: &Seat) -> Markup {
    let phone = Button { text: seat.say("Ajouter sur mon téléphone", "Add on my phone"), hints: Some("hybrid") };
    let here = Button {
        text: seat.say("Ajouter ici, ou une clé de sécurité", "Add here, or a security key"),
        hints: Some("client-device security-key"),
    };
    let vouched = Button::plain(seat.say("Ajouter une clé de sécurité admise", "Add a security key that is admitted"));
    let buttons: &[Button<'_>] = match attestation(site, seat.who.role) {
        Attestation::Any => &[phone, here],
        Attestation::Required => &[vouched],
    };
    CeremonyForm {
        kind: "add",
        path: "/mine/keys",
        fields: html! {
            div.field {
                label for="label" { (seat.say("Nom de la nouvelle clé (facultatif)", "A name for the new key (if you like)")) }
                input id="label" name="label" type="text" maxlength="60" autocomplete="off";
            }
        },
        buttons,
        offer: None,
        has_link: false,
        back: None,
    }
    .shown()
}

fn sessions_shown(seat: &Seat, sessions: &[Session]) -> Markup {
    html! {
        h2 { (seat.say("Sessions ouvertes", "Open sessions")) " (" (sessions.len()) ")" }
        @if seat.who.binding == Binding::Plain { p { (seat.say(UNBOUND.0, UNBOUND.1)) } }
        ul {
            @for session in sessions {
                li {
                    @if session.id == seat.who.session { strong { (seat.say("Celle-ci", "This one")) } ", " }
                    (seat.say("depuis le", "since")) " " (time(session.begun)) ", " (bound(seat, session))
                    @if let Some(address) = session.address { ", " (address) }
                    ", " span.agent { (session.agent.as_str()) }
                    (press(&format!("/mine/sessions/{}/end", session.id), "second", &html! {
                        (seat.say("Mettre fin", "End it")) span.hidden { " (" (session.begun) ")" }
                    }))
                }
            }
        }
    }
}

/// What happened to one's own, so that somebody who did not do it sees it.
fn lately(seat: &Seat, events: &[Event]) -> Markup {
    html! {
        h2 { (seat.say("Ces derniers temps", "Lately")) }
        p { (seat.say(
            "Ce n'était pas vous ? Mettez fin à toutes vos sessions et voyez un administrateur, en personne.",
            "That was not you? End all your sessions, and see an administrator, in person.",
        )) }
        ul {
            @for event in events {
                @let text = event.text();
                @let text = text.get(seat.browser.lang);
                li { (time(event.at)) ", " @if event.kind.told() == Told::Nobody { (text) } @else { strong { (text) } } }
            }
        }
    }
}

pub(super) const fn bound(seat: &Seat, session: &Session) -> &'static str {
    match (&session.began, &session.binding) {
        (Began::Account(_), Binding::Plain) => seat.say(
            "par un compte, liée à aucun appareil : une heure, sans administration",
            "by an account, bound to no device: an hour, without administration",
        ),
        (Began::Account(_), _) => seat.say(
            "par un compte, liée à son appareil : une heure, sans administration",
            "by an account, bound to its device: an hour, without administration",
        ),
        (Began::Key(_), Binding::Plain) => seat.say(
            "liée à aucun appareil : une heure, sans administration",
            "bound to no device: an hour, without administration",
        ),
        (Began::Key(_), Binding::Device { .. }) => seat.say("liée à cet appareil", "bound to its device"),
        (Began::Key(_), Binding::Certificate { .. }) => seat.say("liée à un certificat", "bound to a certificate"),
    }
}

pub(crate) async fn end_session(State(site): State<SignIn>, seat: Seat, Path(id): Path<String>) -> Response {
    let done = id.parse().map_err(Failed::from);
    back(&site, &seat, done.and_then(|id| Ok(site.people().end_session(&seat.actor(), id, site.now())?)))
}

pub(crate) async fn remove_key(State(site): State<SignIn>, seat: Seat, Path(id): Path<String>) -> Response {
    let done = key_id(&id);
    back(&site, &seat, done.and_then(|id| Ok(site.people().remove_key(&seat.actor(), &id, site.now())?)))
}

pub(super) fn back(site: &SignIn, seat: &Seat, done: Result<(), Failed>) -> Response {
    match done {
        Ok(()) => Redirect::to("/mine").into_response(),
        Err(failed) => refused(site, seat, "/mine", &failed),
    }
}

/// Ends the session of this request. Whoever has none is out already.
pub(crate) async fn sign_out(State(site): State<SignIn>, seat: Seat) -> Response {
    if let Err(error) = site.people().end_session(&seat.actor(), seat.who.session, site.now()) {
        return refused(&site, &seat, "/mine", &Failed::from(error));
    }
    let mut answer = Redirect::to("/signin").into_response();
    if let Some(gone) = site.cookies().keep(site.cookies().session, "", Some(0)) {
        answer.headers_mut().append(header::SET_COOKIE, gone);
    }
    answer.headers_mut().insert("clear-site-data", HeaderValue::from_static("\"cache\""));
    answer
}
