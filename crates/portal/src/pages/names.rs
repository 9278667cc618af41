//! Names that were asked for: what was blocked, for whom and why.

use axum::{
    extract::{Query, State},
    response::{IntoResponse as _, Response},
};
use maud::{Markup, html};
use serde::Deserialize;
use vauban_guard::exceptions::{asker, choices};
use vauban_model::printable;
use vauban_policy::{Known, Logging, Object, Policy, Rule, day};
use vauban_record::{AskedName, AskedNames, Looked, Names};

use super::{
    overview::{beside, unreadable},
    policy::Now,
};
use crate::{
    page::{page, time},
    policy_words as words,
    request::Visitor,
    serve::{Portal, Shared},
};

/// Rows of a page.
const ROWS: u32 = 50;
/// The verdicts that can be chosen.
const VERDICTS: [&str; 3] = ["block", "note", "allow"];

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    verdict: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    before: i64,
}

impl Asked {
    /// What the store is asked.
    pub(super) fn looked(&self, most: u32) -> Looked {
        let verdict = VERDICTS.into_iter().find(|word| *word == self.verdict).unwrap_or_default().to_owned();
        // Nothing else stands in a name, and nothing else comes into the links of these pages.
        let is_legal = |letter: &char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | '_');
        let under: String = self.name.chars().filter(is_legal).take(253).collect();
        let under = under.trim_matches('.').to_ascii_lowercase();
        Looked { after: 0, before: self.before.max(0), verdict, under, most }
    }
}

/// The latest rows that are looked for, the latest first.
pub(super) fn look(portal: &Portal, looked: &Looked) -> Result<Vec<AskedNames>, String> {
    let names = Names::existing(&portal.names).map_err(|error| error.to_string())?;
    names.map_or(Ok(Vec::new()), |names| names.look(looked).map_err(|error| error.to_string()))
}

pub(crate) async fn list(State(shared): State<Shared>, visitor: Visitor, Query(asked): Query<Asked>) -> Response {
    let (portal, looked) = (shared.portal.clone(), asked.looked(ROWS));
    let read = beside({
        let looked = looked.clone();
        move || Ok((Now::read(&portal)?, look(&portal, &looked)?))
    });
    match read.await {
        Ok((now, rows)) => {
            let content = content(&visitor, &now, &looked, &rows);
            page(&visitor, visitor.say("Noms demandés", "Names asked for"), &content).into_response()
        }
        Err(why) => unreadable(&visitor, &why),
    }
}

fn content(visitor: &Visitor, now: &Now, looked: &Looked, rows: &[AskedNames]) -> Markup {
    html! {
        p { (visitor.say(
            "Quand un appareil va sur Internet, il demande d'abord un nom. Voici ce qui a été bloqué et pourquoi. Quelqu'un ne peut plus travailler ? Trouvez son nom ici, et permettez-le.",
            "When a device goes to the internet, it asks for a name first. Here is what was blocked, and why. Somebody cannot work? Find the name here, and allow it.",
        )) }
        (silent(visitor, now.rules.policy()))
        form.filter method="get" action="/names" {
            label for="verdict" { (visitor.say("Montrer", "Show")) }
            select id="verdict" name="verdict" {
                option value="" { (visitor.say("tout", "all")) }
                @for word in VERDICTS {
                    option value=(word) selected[looked.verdict == word] { (visitor.tell(&words::verdict(word))) }
                }
            }
            label for="name" { (visitor.say("sous le nom", "below the name")) }
            input type="text" id="name" name="name" value=(looked.under) maxlength="253" autocomplete="off" spellcheck="false";
            button type="submit" { (visitor.say("Afficher", "Show")) }
        }
        p { a href={ "/names/live?verdict=" (looked.verdict) "&name=" (looked.under) } { (visitor.say("Suivre en direct", "Follow it live")) } }
        @if rows.is_empty() {
            p.calm { (visitor.say("Aucun nom de cette sorte n'a été noté.", "No such name was written down.")) }
        } @else {
            table {
                caption { (visitor.say("Les plus récents d'abord", "The latest first")) }
                (head(visitor))
                tbody { @for row in rows { (line(visitor, now, row)) } }
            }
            @if let Some(last) = rows.last().filter(|_| rows.len() == ROWS as usize) {
                p { a href={ "/names?verdict=" (looked.verdict) "&name=" (looked.under) "&before=" (last.id) } { (visitor.say("Plus anciens", "Older ones")) } }
            }
        }
    }
}

/// Says of which compartments there is nothing to see, and why.
pub(super) fn silent(visitor: &Visitor, policy: &Policy) -> Markup {
    let of = |logging: Logging| -> Vec<String> {
        let all = policy.compartment.iter().filter(|(_, table)| table.logging == logging);
        all.map(|(name, _)| printable(name)).collect()
    };
    let (none, blocked) = (of(Logging::None), of(Logging::Blocked));
    html! {
        @if !none.is_empty() {
            p.soft { (visitor.say(
                "De ces compartiments rien n'est noté, ni ici ni ailleurs : leurs lignes n'existent pas. ",
                "Of these compartments nothing is written down, here or anywhere: their rows do not exist. ",
            )) strong { (none.join(", ")) } "." }
        }
        @if !blocked.is_empty() {
            p.soft { (visitor.say("De ceux-ci seul ce qui a été bloqué ou remarqué : ", "Of these only what was blocked or noted: ")) strong { (blocked.join(", ")) } "." }
        }
    }
}

/// The head of a table of names.
pub(super) fn head(visitor: &Visitor) -> Markup {
    html! {
        thead { tr {
            th scope="col" { (visitor.say("Quand", "When")) }
            th scope="col" { (visitor.say("Appareil", "Device")) }
            th scope="col" { (visitor.say("Nom", "Name")) }
            th scope="col" { (visitor.say("Résultat", "Result")) }
            th scope="col" { (visitor.say("Pourquoi", "Why")) }
            th scope="col" { (visitor.say("Que faire", "What to do")) }
        } }
    }
}

/// A row of it.
pub(super) fn line(visitor: &Visitor, now: &Now, AskedNames { id, row }: &AskedNames) -> Markup {
    html! {
        tr {
            td { a href={ "/names/" (id) } { (time(row.at)) } }
            td.place.asker { (printable(&row.asker)) br; span.soft { (printable(&row.compartment)) } }
            td.place.name { (printable(&row.name)) @if row.times > 1 { " " span.soft { "× " (row.times) } } }
            td.mark { (visitor.tell(&words::verdict(&row.verdict))) }
            td { (visitor.tell(&words::reason(&now.rules, row))) }
            td { (what_to_do(visitor, now, *id, row)) }
        }
    }
}

fn what_to_do(visitor: &Visitor, now: &Now, id: i64, row: &AskedName) -> Markup {
    if row.verdict != "block" {
        return html! {};
    }
    let excepted = excepted(now, row, day(visitor.now)).and_then(|at| now.exception(at));
    let name = printable(&row.name);
    html! {
        @if let Some((exception, made)) = excepted {
            strong { (visitor.say("permis jusqu'au", "allowed until")) " " (exception.until) }
            @if let Some(made) = made { (super::policy::end_button(visitor, made)) }
        } @else if let Ok(choices) = choices(&now.rules, row) {
            @let text = if choices.who[0].starts_with("device:") {
                visitor.say("Permettre pour cet appareil…", "Allow for this device…")
            } else {
                visitor.say("Permettre pour ce compartiment…", "Allow for this compartment…")
            };
            a.do href={ "/names/" (id) } aria-label={ (text) " " (name) } { (text) }
        } @else {
            a href={ "/names/" (id) } aria-label={ (visitor.say("Que faire", "What to do")) ": " (name) } { (visitor.say("Que faire ?", "What to do?")) }
        }
    }
}

/// The exception, from 0, that now holds for what was blocked.
pub(super) fn excepted(now: &Now, row: &AskedName, today: jiff::civil::Date) -> Option<usize> {
    let place = asker(&now.rules, row);
    // An indicator stays one, whatever an exception of the pages says.
    if row.rule.starts_with("indicator/") {
        return None;
    }
    match now.rules.settle(place, Object::Name(&row.name), Known::default(), today) {
        Rule::Exception(at) => Some(at),
        _ => None,
    }
}
