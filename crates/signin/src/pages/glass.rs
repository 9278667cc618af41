//! Where the glass is broken: without sign-in, by whoever knows the request. It shows what a key signs and how far it is, and nothing else:
//! no names of others, not what the three keys are called or where they lie.

use axum::{
    extract::{FromRequestParts, State},
    http::request::Parts,
    response::Response,
};
use maud::{Markup, html};
use vauban_model::Lang;
use vauban_people::{PeopleError, Refusal, Request, RequestState};

use super::{
    named::id,
    parts::{Button, CeremonyForm, page, time},
    refused::turned_away,
};
use crate::{SignIn, ceremony::for_break_glass, failed::Failed, visit::Browser};

/// A request that break-glass keys approve.
pub(crate) struct Glass {
    lang: Lang,
    request: Request,
}

impl FromRequestParts<SignIn> for Glass {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, site: &SignIn) -> Result<Self, Response> {
        let lang = Browser::from_request_parts(parts, site).await?.lang;
        let named = id(parts, site).await.ok_or_else(|| Failed::from(Refusal::NoSuchRequest));
        match named.and_then(|id| for_break_glass(site, id)) {
            Ok(request) => Ok(Self { lang, request }),
            Err(failed) => Err(turned_away(site, lang, &failed)),
        }
    }
}

impl Glass {
    const fn say(&self, fr: &'static str, en: &'static str) -> &'static str {
        match self.lang {
            Lang::Fr => fr,
            Lang::En => en,
        }
    }
}

pub(crate) async fn glass(State(site): State<SignIn>, glass: Glass) -> Response {
    let touched = match touched(&site, &glass.request) {
        Ok(touched) => touched,
        Err(error) => return turned_away(&site, glass.lang, &Failed::from(error)),
    };
    let is_waiting = glass.request.state == RequestState::Waiting;
    let content = html! {
        p.alarm { (glass.say(
            "Chaque clé de secours touchée ici est une alarme, pour cette personne et tous les administrateurs.",
            "Each break-glass key that is touched here is an alarm, to this person and all administrators.",
        )) }
        p { (glass.say(
            "Lisez ce texte mot pour mot : la clé signe exactement ceci. Voyez la personne avant, en face.",
            "Read this text word for word: the key signs exactly this. See the person first, face to face.",
        )) }
        pre.story.place tabindex="0" { (glass.request.text()) }
        @if is_waiting { (touch(&glass, touched)) } @else { (approved(&site, &glass)) }
        (stopping(&glass))
    };
    page(&site, glass.lang, glass.say("Clés de secours", "Break the glass"), &content)
}

/// How many of the three, as they are now, were touched for a request.
fn touched(site: &SignIn, request: &Request) -> Result<usize, PeopleError> {
    let (keys, approvers) = (site.people().break_glass_keys()?, site.people().approvers(request.id)?);
    Ok(keys.iter().filter(|key| approvers.iter().any(|one| one.person.is_none() && one.key == key.id)).count())
}

fn touch(glass: &Glass, touched: usize) -> Markup {
    let button = if touched == 0 {
        glass.say("Toucher une clé de secours", "Touch a break-glass key")
    } else {
        glass.say("Toucher une autre clé de secours", "Touch another break-glass key")
    };
    let form = CeremonyForm {
        kind: "get",
        path: &format!("/glass/{}", glass.request.id),
        fields: html! {},
        buttons: &[Button { text: button, hints: Some("security-key") }],
        offer: None,
        has_link: false,
        back: None,
    };
    html! {
        p { (glass.say("Clés touchées : ", "Keys touched: ")) strong { (touched) } " / 2" }
        (form.shown())
    }
}

/// What comes next, which is done on the machine: whoever broke the glass is not signed in.
fn approved(site: &SignIn, glass: &Glass) -> Markup {
    let (request, now) = (&glass.request, site.now());
    html! {
        p { strong { (glass.say("C'est approuvé.", "This is approved.")) } }
        @if let Some(ready) = request.ready.filter(|ready| now < *ready) { p { (glass.say("Possible à partir de", "Possible from")) " " (time(ready)) } }
        @if request.kind.has_link() {
            p { (glass.say(
                "Ensuite, sur la machine elle-même, quand la personne est là : ceci fait le lien, une seule fois.",
                "Next, on the machine itself, when the person is there: this makes the link, once.",
            )) }
            pre.code.place tabindex="0" { "vauban people link " (request.id) " --origin " (site.origin()) }
        } @else {
            p { (glass.say("Le changement se fait alors de lui-même, en une minute.", "The change is then made by itself, within a minute.")) }
        }
    }
}

fn stopping(glass: &Glass) -> Markup {
    html! {
        p { (glass.say(
            "Ce n'est pas voulu ? La personne et chaque administrateur peuvent s'y opposer dans leurs demandes ; sur la machine :",
            "Not wanted? The person and every administrator can stop it among their requests; on the machine:",
        )) }
        pre.code.place tabindex="0" { "vauban people veto " (glass.request.id) }
    }
}
