//! One name that was asked for, and the exception that somebody makes of it, or ends.

use axum::{
    extract::{Form, Path, State},
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use jiff::{ToSpan as _, civil::Date};
use maud::{Markup, html};
use serde::Deserialize;
use vauban_guard::exceptions::{ExceptionError, MOST_DAYS, Wanted, choices, end, make};
use vauban_model::{Text, printable};
use vauban_policy::{Exception, day};
use vauban_record::{AskedName, Names};

use super::{
    names::excepted,
    overview::{beside, unreadable},
    policy::{Now, end_button},
};
use crate::{
    page::{failed, missing, page, time},
    policy_words as words,
    request::Visitor,
    serve::{Portal, Shared},
};

/// The days that the form proposes.
const PROPOSED: i64 = 7;

/// What somebody filled in.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Filled {
    #[serde(default)]
    who: String,
    #[serde(default)]
    to: String,
    #[serde(default)]
    until: String,
    #[serde(default)]
    reason: String,
}

fn find(portal: &Portal, id: i64) -> Result<Option<(Now, AskedName)>, String> {
    let names = Names::existing(&portal.names).map_err(|error| error.to_string())?;
    let Some(names) = names else { return Ok(None) };
    let found = names.find(id).map_err(|error| error.to_string())?;
    found.map(|found| Ok((Now::read(portal)?, found.row))).transpose()
}

pub(crate) async fn show(State(shared): State<Shared>, visitor: Visitor, Path(id): Path<i64>) -> Response {
    let portal = shared.portal.clone();
    match beside(move || find(&portal, id)).await {
        Ok(Some((now, row))) => whole(&visitor, &now, &row, None),
        Ok(None) => missing(visitor.lang),
        Err(why) => unreadable(&visitor, &why),
    }
}

/// The page; with what somebody filled in, and what is wrong with it.
fn whole(visitor: &Visitor, now: &Now, row: &AskedName, wrong: Option<(&Filled, &Text)>) -> Response {
    let excepted = excepted(now, row, day(visitor.now)).and_then(|at| now.exception(at));
    let content = html! {
        dl.about {
            dt { (visitor.say("Nom", "Name")) } dd.place { (printable(&row.name)) }
            dt { (visitor.say("Demandé par", "Asked for by")) } dd.place { (printable(&row.asker)) " · " (printable(&row.compartment)) }
            dt { (visitor.say("Quand", "When")) } dd { (time(row.at)) @if row.times > 1 { " · × " (row.times) } }
            dt { (visitor.say("Résultat", "Result")) } dd.mark { (visitor.tell(&words::verdict(&row.verdict))) }
            dt { (visitor.say("Pourquoi", "Why")) } dd { (visitor.tell(&words::reason(&now.rules, row))) }
            @if !row.rule.is_empty() { dt { (visitor.say("Règle", "Rule")) } dd.place { code { (printable(&row.rule)) } } }
            dt { (visitor.say("Oublié le", "Forgotten on")) } dd { (time(row.until)) }
        }
        @if row.verdict == "block" {
            @match (excepted, choices(&now.rules, row)) {
                (Some((exception, made)), _) => (holds(visitor, exception, made)),
                (None, Ok(_)) => (form(visitor, now, row, wrong)),
                (None, Err(why)) => {
                    @let (what, next) = words::refused(why);
                    h2 { (visitor.say("Que faire", "What to do")) }
                    p.alarm { (visitor.tell(&what)) }
                    p { (visitor.tell(&next)) }
                }
            }
        }
        p { a href="/names?verdict=block" { (visitor.say("Tous les noms bloqués", "All blocked names")) } }
    };
    let title = match row.verdict.as_str() {
        "block" => visitor.say("Un nom bloqué", "A blocked name"),
        _ => visitor.say("Un nom demandé", "A name that was asked for"),
    };
    let status = if wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    (status, page(visitor, title, &content)).into_response()
}

/// The exception that holds now.
fn holds(visitor: &Visitor, exception: &Exception, made: Option<&str>) -> Markup {
    html! {
        h2 { (visitor.say("C'est permis maintenant", "It is allowed now")) }
        p.calm {
            (visitor.say("Jusqu'au", "Until the end of")) " " strong { (exception.until) } ". "
            strong { (printable(&exception.owner)) } " " (visitor.say("en répond :", "answers for it:")) " " (printable(&exception.reason))
        }
        p { (visitor.say(
            "Cela vaut en une seconde. Rechargez la page qui était bloquée ; un navigateur peut se souvenir du refus une dizaine de secondes.",
            "It counts within a second. Load the page again that was blocked; a browser may remember the refusal for some ten seconds.",
        )) }
        @match made {
            Some(id) => (end_button(visitor, id)),
            None => p.soft { (visitor.say("Cette exception est écrite dans vauban.toml.", "This exception is written in vauban.toml.")) },
        }
    }
}

fn form(visitor: &Visitor, now: &Now, row: &AskedName, wrong: Option<(&Filled, &Text)>) -> Markup {
    let (policy, today) = (now.rules.policy(), day(visitor.now));
    let choices = choices(&now.rules, row).unwrap_or_default();
    let after = |days: i64| today.checked_add(days.days()).unwrap_or(today).to_string();
    let filled = wrong.map(|(filled, _)| filled);
    let value =
        |pick: fn(&Filled) -> &String, otherwise: String| filled.map_or(otherwise, |filled| pick(filled).clone());
    let until = value(|filled| &filled.until, after(PROPOSED));
    let reason = value(|filled| &filled.reason, String::new());
    let is_chosen = |chosen: Option<&String>, at: usize, word: &String| chosen.map_or(at == 0, |chosen| chosen == word);
    html! {
        h2 id="allow" { (visitor.say("Le permettre pour un temps", "Allow it for a while")) }
        @if let Some((_, text)) = wrong { p.alarm role="alert" { (visitor.tell(text)) } }
        p { (visitor.say(
            "Demandez d'abord à qui se sert de l'appareil s'il veut bien ce nom. Dans le doute, laissez-le bloqué : rien n'est perdu. Si ce nom se révèle malveillant, il sera bloqué malgré l'exception.",
            "First ask whoever uses the device whether this name is wanted. In doubt, leave it blocked: nothing is lost. If this name turns out to be bad, it will be blocked in spite of the exception.",
        )) }
        form method="post" action={ (visitor.path) } {
            fieldset {
                legend { (visitor.say("Pour qui", "For whom")) }
                @for (at, word) in choices.who.iter().enumerate() {
                    (choice("who", at, word, visitor.tell(&words::subject(policy, word)), is_chosen(filled.map(|filled| &filled.who), at, word)))
                }
                @if !choices.who.iter().any(|word| word.starts_with("device:")) {
                    p.soft { (visitor.say(
                        "Cet appareil n'a pas de nom dans vauban.toml : une exception pour lui seul n'est pas possible.",
                        "This device has no name in vauban.toml: an exception for it alone is not possible.",
                    )) }
                }
            }
            fieldset {
                legend { (visitor.say("Vers quoi", "To what")) }
                @for (at, word) in choices.to.iter().enumerate() {
                    (choice("to", at, word, visitor.tell(&words::object(word)), is_chosen(filled.map(|filled| &filled.to), at, word)))
                }
            }
            div.field {
                label for="until" { (visitor.say("Jusqu'au (dernier jour)", "Until (last day)")) }
                input type="date" id="until" name="until" value=(until) min=(today) max=(after(MOST_DAYS)) required;
            }
            div.field {
                label for="reason" { (visitor.say("Raison, pour qui la lira dans un mois", "Reason, for whoever reads it in a month")) }
                input type="text" id="reason" name="reason" value=(reason) maxlength="300" required autocomplete="off";
            }
            p { (visitor.say("Vous en répondez :", "You answer for it:")) " " strong { (printable(&visitor.who)) } ". " (visitor.say("Cela est inscrit au registre.", "That is written into the record.")) }
            button type="submit" { (visitor.say("Permettre", "Allow")) }
        }
    }
}

fn choice(name: &str, at: usize, word: &str, text: &str, is_chosen: bool) -> Markup {
    let id = format!("{name}{at}");
    html! {
        div.choice {
            input type="radio" id=(id) name=(name) value=(word) checked[is_chosen] required;
            label for=(id) { span.place { (text) } }
        }
    }
}

pub(crate) async fn make_it(
    State(shared): State<Shared>,
    visitor: Visitor,
    Path(id): Path<i64>,
    Form(filled): Form<Filled>,
) -> Response {
    let (portal, who, at) = (shared.portal.clone(), visitor.who.clone(), visitor.now);
    let done = beside(move || {
        let Some((now, row)) = find(&portal, id)? else { return Ok(None) };
        let made = except(&portal, &now, &row, &filled, (&who, at));
        Ok(Some((now, row, filled, made)))
    });
    match done.await {
        Ok(Some((.., Ok(())))) => Redirect::to(&visitor.path).into_response(),
        Ok(Some((now, row, filled, Err(why)))) => whole(&visitor, &now, &row, Some((&filled, &why))),
        Ok(None) => missing(visitor.lang),
        Err(why) => unreadable(&visitor, &why),
    }
}

/// Makes the exception, if it is one of those that this row leaves to choose.
fn except(
    portal: &Portal,
    now: &Now,
    row: &AskedName,
    filled: &Filled,
    (who, at): (&str, jiff::Timestamp),
) -> Result<(), Text> {
    let choices = choices(&now.rules, row).map_err(|why| words::refused(why).0)?;
    if !choices.who.contains(&filled.who) || !choices.to.contains(&filled.to) {
        return Err(Text::new("Choisissez pour qui, et vers quoi.", "Choose for whom, and to what."));
    }
    let until: Date = filled.until.trim().parse().map_err(|_| said(&ExceptionError::Day))?;
    let Filled { who: subject, to, reason, .. } = filled;
    let wanted = Wanted { who: subject.clone(), to: to.clone(), reason: reason.clone(), until };
    make(&now.config, (&portal.state, &portal.record), wanted, who, at).map(|_| ()).map_err(|error| said(&error))
}

/// What is wrong, for a person.
fn said(error: &ExceptionError) -> Text {
    match error {
        ExceptionError::NoOwner => Text::new(
            "Le lien d'entrée ne dit pas qui vous êtes : imprimez-le depuis votre propre compte.",
            "The link in does not say who you are: print it from your own account.",
        ),
        ExceptionError::NoReason => {
            Text::new("Dites pourquoi, en 300 caractères au plus.", "Say why, in 300 characters at the most.")
        }
        ExceptionError::Day => Text::new(
            format!(
                "Le dernier jour est entre aujourd'hui et dans {MOST_DAYS} jours ; ce qui dure plus longtemps s'écrit dans vauban.toml."
            ),
            format!(
                "The last day lies between today and {MOST_DAYS} days from now; what lasts longer is written in vauban.toml."
            ),
        ),
        ExceptionError::Wrong(problem) => problem.what.clone(),
        other => {
            let words = other.to_string();
            Text::new(
                format!("L'exception n'a pas pu être inscrite : {words}"),
                format!("The exception could not be written down: {words}"),
            )
        }
    }
}

pub(crate) async fn end_it(State(shared): State<Shared>, visitor: Visitor, Path(id): Path<String>) -> Response {
    let (portal, who, at) = (shared.portal.clone(), visitor.who.clone(), visitor.now);
    let ended = beside(move || {
        let ended = end((&portal.state, &portal.record), &id, &who, at);
        ended.map_err(|error| error.to_string())
    });
    match ended.await {
        // Ended by somebody else in between is ended, too.
        Ok(_) => Redirect::to("/policy#exceptions").into_response(),
        Err(why) => failed(
            &visitor,
            &why,
            visitor.say("L'exception vaut encore. Essayez de nouveau.", "The exception still holds. Try again."),
        ),
    }
}
