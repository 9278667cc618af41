//! What an administrator may do about a person: at once, alone, where it shuts somebody out; with a key that was touched just now, or with
//! two approvals, where it lets somebody in.

use jiff::SignedDuration;
use maud::{Markup, html};
use vauban_people::{Role, Standing};

use super::{
    administrator::Subject,
    fields::{end_field, groups_field, last_day},
};
use crate::pages::parts::{freshen, press};

/// What shuts somebody out.
pub(super) fn at_once(about: &Subject, sessions: usize) -> Markup {
    let (seat, path) = (&about.seat, about.path());
    html! {
        h2 { (seat.say("Un doute ? Tout de suite", "In doubt? At once")) }
        @if about.person.standing == Standing::Active {
            p { (seat.say(
                "Suspendre ferme toutes les sessions, et personne n'entre plus avec ces clés jusqu'à ce qu'un administrateur y mette fin. Rien n'est perdu.",
                "Suspending ends all sessions, and nobody gets in with these keys until an administrator lets the person in again. Nothing is lost.",
            )) }
            (press(&format!("{path}/suspend"), "danger", &html! { (seat.say("Suspendre", "Suspend")) " " (about.person.name) }))
        }
        @if sessions > 0 {
            (press(&format!("{path}/sessions/end"), "second", &html! {
                (seat.say("Mettre fin à toutes les sessions", "End all sessions")) " (" (sessions) ")"
            }))
        }
        p { a.do href={ (path) "/leave" } { (seat.say("Départ : tout fermer", "Leaving: close everything")) } }
    }
}

/// What gives somebody anything.
pub(super) fn slowly(about: &Subject, delay: SignedDuration) -> Markup {
    match about.person.standing {
        Standing::Active => html! { (with_two(about, delay)) (with_a_key(about, &groups_and_end(about))) },
        Standing::Suspended => with_a_key(about, &html! { (resume(about)) (groups_and_end(about)) }),
        Standing::Invited => with_a_key(about, &groups_and_end(about)),
        Standing::Gone => html! {},
    }
}

fn with_two(about: &Subject, delay: SignedDuration) -> Markup {
    let (seat, path) = (&about.seat, about.path());
    let (other, fr, en) = match about.person.role {
        Role::Member => (Role::Administrator, "Demander le rôle d'administrateur", "Ask for the role of administrator"),
        Role::Administrator => (Role::Member, "Demander le rôle de membre", "Ask for the role of member"),
    };
    html! {
        h2 { (seat.say("À deux administrateurs", "With two administrators")) }
        p {
            (seat.say("Vous demandez, deux administrateurs approuvent avec leurs clés, puis chacun a ", "You ask, two administrators approve with their keys, then everybody concerned has "))
            (delay.as_mins())
            (seat.say(" minutes pour s'y opposer. ", " minutes to veto it. "))
            (seat.say("Une récupération donne une nouvelle clé, et ferme tout ce qui était ouvert.", "A recovery gives a new key, and closes all that was open."))
        }
        (press(&format!("{path}/recover"), "second", &html! { (seat.say("Toutes les clés perdues : demander une récupération", "All keys lost: ask for a recovery")) }))
        form.row method="post" action={ (path) "/role" } {
            input type="hidden" name="role" value=(other.word());
            button.second type="submit" { (seat.say(fr, en)) }
        }
    }
}

/// What needs a key that was touched just now.
fn with_a_key(about: &Subject, deeds: &Markup) -> Markup {
    let (seat, path) = (&about.seat, about.path());
    html! {
        h2 { (seat.say("Avec votre clé", "With your key")) }
        @if seat.who.is_fresh { (deeds) } @else {
            (freshen(seat, seat.say(
                "Pour changer les groupes ou la fin, retirer une clé ou lever une suspension, touchez d'abord votre clé.",
                "To change groups or the end, remove a key or let somebody in again, touch your key first.",
            ), &path))
        }
    }
}

fn resume(about: &Subject) -> Markup {
    let seat = &about.seat;
    html! {
        @if about.person.role == Role::Administrator { p { (seat.say(
            "Qui était administrateur revient comme membre.", "Whoever was an administrator comes back as a member.",
        )) } }
        (press(&format!("{}/resume", about.path()), "second", &html! { (seat.say("Lever la suspension", "Let in again")) }))
    }
}

fn groups_and_end(about: &Subject) -> Markup {
    let (seat, path) = (&about.seat, about.path());
    let groups = about.person.groups.iter().map(|group| group.as_str()).collect::<Vec<_>>().join("\n");
    let day = about.person.until.map(|until| last_day(until).strftime("%Y-%m-%d").to_string()).unwrap_or_default();
    html! {
        form method="post" action={ (path) "/groups" } {
            (groups_field(seat, &groups))
            button type="submit" { (seat.say("Changer les groupes", "Change the groups")) }
        }
        form method="post" action={ (path) "/end" } {
            (end_field(seat, &day))
            button type="submit" { (seat.say("Changer le dernier jour", "Change the last day")) }
        }
    }
}
