//! Who may what, in sentences: compartments, people and devices, exceptions.

use axum::{
    extract::State,
    response::{IntoResponse as _, Response},
};
use maud::{Markup, html};
use vauban_guard::{
    config::Config,
    exceptions::{Exceptions, Made, with_exceptions},
};
use vauban_model::printable;
use vauban_policy::{Exception, Policy, Problem, Rules, Subject, day};

use super::overview::{beside, unreadable};
use crate::{
    page::page,
    policy_words as words,
    request::Visitor,
    serve::{Portal, Shared},
};

/// The policy as it is now.
pub(super) struct Now {
    /// The configuration, with the exceptions that hold.
    pub(super) config: Config,
    /// The policy, ready to be asked.
    pub(super) rules: Rules,
}

impl Now {
    /// Reads it.
    pub(super) fn read(portal: &Portal) -> Result<Self, String> {
        let config = with_exceptions((portal.config)()?, &portal.state).map_err(|error| error.to_string())?;
        let rules = Rules::new(config.policy()).map_err(|problems| Problem::first(&problems))?;
        Ok(Self { config, rules })
    }

    /// The exception of this number, from 0, and its short name where it was made in the pages.
    pub(super) fn exception(&self, at: usize) -> Option<(&Exception, Option<&str>)> {
        let exception = self.rules.policy().exception.get(at)?;
        let made = at.checked_sub(self.config.exception.len()).and_then(|at| self.config.made.get(at));
        Some((exception, made.map(|made| made.id.as_str())))
    }
}

pub(crate) async fn show(State(shared): State<Shared>, visitor: Visitor) -> Response {
    let portal = shared.portal.clone();
    let read = beside(move || {
        let now = Now::read(&portal)?;
        let all = Exceptions::open(&portal.state).all().map_err(|error| error.to_string())?;
        let lost = all.into_iter().filter(|made| !now.config.made.contains(made)).collect::<Vec<_>>();
        Ok((now, lost))
    });
    match read.await {
        Ok((now, lost)) => {
            let content = content(&visitor, &now, &lost);
            page(
                &visitor,
                visitor.say("Les règles : qui peut atteindre quoi", "The rules: who may reach what"),
                &content,
            )
            .into_response()
        }
        Err(why) => unreadable(&visitor, &why),
    }
}

fn content(visitor: &Visitor, now: &Now, lost: &[Made]) -> Markup {
    let policy = now.rules.policy();
    if policy.compartment.is_empty() {
        return html! {
            p { (visitor.say(
                "Aucun compartiment n'est écrit : rien n'est séparé, et seul ce qui est connu comme malveillant est bloqué.",
                "No compartment is written down: nothing is kept apart, and only what is known to be bad is blocked.",
            )) }
            p { (visitor.say("Pour commencer, la personne qui tient la configuration lit docs/policy.md.", "To begin, the person who keeps the configuration reads docs/policy.md.")) }
        };
    }
    html! {
        p { (visitor.say(
            "Chaque appareil est dans un compartiment, et chaque compartiment a ses règles. La personne qui tient la configuration les change dans vauban.toml ; une exception se fait d'ici, en partant d'un ",
            "Every device is in a compartment, and every compartment has its rules. The person who keeps the configuration changes them in vauban.toml; an exception is made from here, beginning with a ",
        )) a href="/names?verdict=block" { (visitor.say("nom bloqué", "blocked name")) } "." }
        h2 id="compartments" { (visitor.say("Les compartiments", "Compartments")) }
        @for (name, table) in &policy.compartment {
            section.compartment aria-labelledby={ "c-" (name) } {
                h3 id={ "c-" (name) } { (printable(name)) }
                ul { @for sentence in words::compartment(policy, name, table) { li { (visitor.tell(&sentence)) } } }
            }
        }
        p { (visitor.say(
            "Partout, ce qui est connu comme malveillant est bloqué, à moins qu'une exception de la configuration ne dise le contraire.",
            "Everywhere, what is known to be bad is blocked, unless an exception of the configuration says otherwise.",
        )) }
        @if !policy.policy.always.is_empty() {
            p { (visitor.say("Jamais bloqués : ", "Never blocked: ")) (printable(&policy.policy.always.join(", "))) "." }
        }
        (exceptions(visitor, now, lost))
        (devices(visitor, &now.rules))
        (people(visitor, policy))
    }
}

fn exceptions(visitor: &Visitor, now: &Now, lost: &[Made]) -> Markup {
    let (policy, today) = (now.rules.policy(), day(visitor.now));
    html! {
        h2 id="exceptions" { (visitor.say("Les exceptions", "Exceptions")) }
        @if policy.exception.is_empty() && lost.is_empty() {
            p.calm { (visitor.say("Aucune.", "None.")) }
        } @else {
            table {
                caption { (visitor.say("Chacune a quelqu'un qui en répond, une raison et une fin", "Each has somebody who answers for it, a reason and an end")) }
                thead { tr {
                    th scope="col" { (visitor.say("Pour qui", "For whom")) }
                    th scope="col" { (visitor.say("Vers quoi", "To what")) }
                    th scope="col" { (visitor.say("Qui en répond, et pourquoi", "Who answers for it, and why")) }
                    th scope="col" { (visitor.say("Dernier jour", "Last day")) }
                    th scope="col" { (visitor.say("La terminer", "End it")) }
                } }
                tbody {
                    @for at in 0..policy.exception.len() {
                        @if let Some((exception, made)) = now.exception(at) {
                            (row(visitor, policy, exception, made, today > exception.until))
                        }
                    }
                    @for made in lost {
                        (row(visitor, policy, &made.exception(), Some(&made.id), false))
                    }
                }
            }
            @if !lost.is_empty() {
                p.soft { (visitor.say(
                    "Les dernières parlent de quelqu'un que la configuration ne connaît plus : elles ne valent pour personne.",
                    "The last ones speak of somebody whom the configuration no longer knows: they hold for nobody.",
                )) }
            }
        }
    }
}

fn row(visitor: &Visitor, policy: &Policy, exception: &Exception, made: Option<&str>, is_over: bool) -> Markup {
    html! {
        tr {
            td { @for who in &exception.who { span.place { (visitor.tell(&words::subject(policy, who))) } br; } }
            td { @for to in &exception.to { span.place { (visitor.tell(&words::object(to))) } br; } }
            td { strong { (printable(&exception.owner)) } br; (printable(&exception.reason)) }
            td {
                (exception.until)
                @if is_over { br; strong { (visitor.say("finie", "over")) } }
            }
            td { @match made {
                Some(id) => (end_button(visitor, id)),
                None => span.soft { (visitor.say("dans vauban.toml", "in vauban.toml")) },
            } }
        }
    }
}

/// The button that ends an exception.
pub(super) fn end_button(visitor: &Visitor, id: &str) -> Markup {
    html! {
        form method="post" action={ "/policy/exceptions/" (id) "/end" } {
            button.second type="submit" { (visitor.say("Terminer cette exception", "End this exception")) }
        }
    }
}

fn devices(visitor: &Visitor, rules: &Rules) -> Markup {
    let policy = rules.policy();
    let place = |name: &str| {
        let fixed = policy.device.get(name).filter(|device| !device.compartment.is_empty());
        fixed.map_or_else(
            || visitor.say("celui du réseau où il est", "that of the network it is in").to_owned(),
            |_| printable(rules.compartment_of(Subject { device: Some(name), ..Subject::default() }).unwrap_or("-")),
        )
    };
    html! {
        h2 { (visitor.say("Les appareils", "Devices")) }
        @if policy.device.is_empty() {
            p { (visitor.say("Aucun n'a de nom : seul le réseau dit qui est où.", "None has a name: the network alone says who is where.")) }
        } @else {
            table {
                caption { (visitor.say("Ceux qui ont un nom ; les autres sont là où leur réseau les met", "Those that have a name; the others are where their network puts them")) }
                thead { tr {
                    th scope="col" { (visitor.say("Appareil", "Device")) }
                    th scope="col" { (visitor.say("À qui", "Whose")) }
                    th scope="col" { (visitor.say("Compartiment", "Compartment")) }
                } }
                tbody { @for (name, device) in &policy.device {
                    tr {
                        td.place { (printable(name)) }
                        td.place { @if device.person.is_empty() { "-" } @else { (words::person(policy, &device.person)) } }
                        td { (place(name)) }
                    }
                } }
            }
        }
    }
}

fn people(visitor: &Visitor, policy: &Policy) -> Markup {
    html! {
        @if !policy.person.is_empty() {
            h2 { (visitor.say("Les personnes", "People")) }
            ul { @for (key, person) in &policy.person {
                li {
                    (words::person(policy, key))
                    @if !person.groups.is_empty() { " · " (visitor.say("groupes : ", "groups: ")) (printable(&person.groups.join(", "))) }
                    @if !person.compartment.is_empty() { " · " (printable(&person.compartment)) }
                }
            } }
        }
    }
}
