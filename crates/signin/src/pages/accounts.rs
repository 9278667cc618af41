//! Accounts at a provider that the organisation keeps: the button that leads there, what is lost by it, and lists of them.

use axum::{
    extract::{Path, State},
    response::Response,
};
use maud::{Markup, html};
use vauban_model::{Lang, Text};
use vauban_people::Account;

use super::{
    mine::back,
    parts::{Button, CeremonyForm, freshen, press, time},
};
use crate::{KeptProvider, SignIn, failed::Failed, seat::Seat};

/// A button that leads to the provider. The script asks where, since the way is made for this browser alone.
pub(super) struct Errand<'a> {
    /// Where the way is asked for.
    pub(super) path: &'a str,
    /// Where the person goes afterwards, if not where the answer says.
    pub(super) back: Option<&'a str>,
    /// What the provider shall ask, if anything.
    pub(super) prompt: Option<&'a str>,
    /// Whether it is shown only once a link was looked at.
    pub(super) waits_for_link: bool,
}

/// Signing in there, and what that is worth.
pub(super) fn entrance(kept: &KeptProvider, lang: Lang, errand: &Errand<'_>) -> Markup {
    let text =
        Text::new(format!("Entrer par mon compte {}", kept.name), format!("Sign in with my {} account", kept.name));
    html! {
        form.away data-away=(errand.path) data-back=[errand.back] data-prompt=[errand.prompt]
            hidden[errand.waits_for_link] id=[errand.waits_for_link.then_some("elsewhere")] {
            button.second type="submit" { (text.get(lang)) }
            p { (lost(kept, lang)) }
            p.alarm role="alert" {}
        }
    }
}

/// What is lost with an account, compared with a key.
pub(super) fn lost(kept: &KeptProvider, lang: Lang) -> String {
    match lang {
        Lang::Fr => format!(
            "Un compte {} se vole par une page qui imite la sienne ; une clé d'accès, non. Entré par un compte, vous en avez pour une heure, et vous n'administrez rien.",
            kept.name
        ),
        Lang::En => format!(
            "A look-alike page can steal a {} account; it cannot steal a passkey. Signed in by an account you have an hour, and administer nothing.",
            kept.name
        ),
    }
}

/// One's own accounts, where there are any or could be.
pub(super) fn own(site: &SignIn, seat: &Seat, accounts: &[Account], keys: usize) -> Markup {
    let kept = site.settings().kept.as_ref();
    if kept.is_none() && accounts.is_empty() {
        return html! {};
    }
    html! {
        h2 { (seat.say("Comptes d'un autre fournisseur", "Accounts of another provider")) " (" (accounts.len()) ")" }
        (lines(seat, accounts, keys, "/mine/accounts"))
        @if let Some(kept) = kept {
            @let why = lost(kept, seat.browser.lang);
            @if seat.who.is_elsewhere { p { (why) } } @else {
                @let text = Text::new(format!("Ajouter mon compte {}", kept.name), format!("Add my {} account", kept.name));
                (CeremonyForm {
                    kind: "get",
                    path: "/mine/accounts",
                    fields: html! { p { (why) } },
                    buttons: &[Button::plain(text.get(seat.browser.lang))],
                    offer: None,
                    has_link: false,
                    back: None,
                }
                .shown())
            }
        }
    }
}

/// Accounts of somebody who has so many keys, each with its button for whoever touched a key just now; the last way in stays.
pub(super) fn lines(seat: &Seat, accounts: &[Account], keys: usize, path: &str) -> Markup {
    html! {
        ul {
            @for account in accounts {
                li {
                    strong { (account.label) } ", " (account.subject.issuer()) ", "
                    (seat.say("ajouté le", "added on")) " " (time(account.added))
                    @if let Some(used) = account.used { ", " (seat.say("utilisé le", "used on")) " " (time(used)) }
                    @if seat.who.is_fresh && keys + accounts.len() > 1 {
                        (press(&format!("{path}/{}/remove", account.id), "second", &html! {
                            (seat.say("Retirer", "Remove")) " " (account.label)
                        }))
                    }
                }
            }
        }
    }
}

/// A key is touched before keys are changed; whoever came by an account comes in with the key first.
pub(super) fn before_changes(seat: &Seat) -> Markup {
    if seat.who.is_elsewhere {
        return html! { p.calm { (seat.say(
            "Vous êtes entré par un compte : pour changer vos clés ou vos comptes, sortez, puis entrez avec votre clé d'accès. Sans clé, voyez deux administrateurs : cela se fait comme une récupération.",
            "You came in by an account: to change your keys or accounts, sign out, then sign in with your passkey. Without one, see two administrators: it is done as a recovery.",
        )) } };
    }
    freshen(
        seat,
        seat.say(
            "Pour retirer une clé ou un compte, touchez d'abord une clé.",
            "To remove a key or an account, touch a key first.",
        ),
        "/mine",
    )
}

pub(crate) async fn remove_account(State(site): State<SignIn>, seat: Seat, Path(id): Path<String>) -> Response {
    let done = id.parse().map_err(Failed::from);
    back(&site, &seat, done.and_then(|id| Ok(site.people().remove_account(&seat.actor(), id, site.now())?)))
}
