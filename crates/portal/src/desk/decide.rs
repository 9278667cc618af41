//! Deciding on objects: the fields, and what their buttons do.

use axum::{
    extract::State,
    response::{IntoResponse as _, Redirect, Response},
};
use jiff::{civil::Date, tz::TimeZone};
use maud::{Markup, html};
use vauban_hub::{
    desk::{Chosen, Decision, DeskError, can_be_blind, stays},
    store::{DeskObject, ObjectId, State as ObjectState, Stream, StreamId, Tier},
};
use vauban_model::{Marking, Text};

use super::{
    form::Filled,
    kept::{Again, Wrong, all_streams, marking, reason, streams},
    list,
    seat::{Seat, act, trouble},
    shown::Shown,
    words::{self, TIERS},
};
use crate::request::Visitor;

/// Objects that are named in one reason.
const NAMED: usize = 5;

/// Why nothing was decided.
enum Refused {
    Field(Wrong),
    Desk(DeskError),
}

impl From<DeskError> for Refused {
    fn from(error: DeskError) -> Self {
        Self::Desk(error)
    }
}

/// The fields for objects in a state.
pub(super) fn fields(
    visitor: &Visitor,
    state: ObjectState,
    all: &[(Stream, Vec<String>)],
    again: Option<Again<'_>>,
) -> Markup {
    html! { @match state {
        ObjectState::Imported => (review_fields(visitor, again, true)),
        ObjectState::Reviewed => { (grant_fields(visitor, all, again, true)) (review_fields(visitor, again, false)) },
        ObjectState::Granted => { (grant_fields(visitor, all, again, false)) (review_fields(visitor, again, false)) (withdraw_field(visitor)) },
        ObjectState::Withdrawn => p { (visitor.say("Ce qui est retiré ne revient pas.", "What is withdrawn does not come back.")) },
    } }
}

fn review_fields(visitor: &Visitor, again: Option<Again<'_>>, waits: bool) -> Markup {
    let tier = Again::text(again, "tier");
    html! {
        section.compartment aria-labelledby="review" {
            h2 id="review" { (visitor.say("Revoir", "Review")) }
            (marking(visitor, again, ""))
            p.soft { (visitor.say(
                "TLP:RED ne quitte jamais le bureau. TLP:AMBER+STRICT ne part que dans un flux qu'une seule organisation lit.",
                "TLP:RED never leaves the desk. TLP:AMBER+STRICT leaves only in a stream that one organisation reads.",
            )) }
            fieldset {
                legend { (visitor.say("Sous quelle forme", "In what form")) }
                (reason(visitor, again, "tier"))
                @for known in TIERS {
                    div.choice {
                        input type="radio" id={ "tier-" (known.name()) } name="tier" value=(known.name()) checked[tier == known.name()];
                        label for={ "tier-" (known.name()) } { (visitor.tell(&words::tier_means(known))) }
                    }
                }
            }
            div.field {
                label for="until" { (visitor.say("Dernier jour où cela compte (facultatif)", "Last day on which it counts (optional)")) }
                (reason(visitor, again, "until"))
                input type="date" id="until" name="until" value=(Again::text(again, "until"));
            }
            @if waits { (every(visitor, again)) }
            button type="submit" formaction="/objects/review" { (visitor.say("Revoir", "Review")) }
        }
    }
}

fn grant_fields(visitor: &Visitor, all: &[(Stream, Vec<String>)], again: Option<Again<'_>>, waits: bool) -> Markup {
    html! {
        section.compartment aria-labelledby="grant" {
            h2 id="grant" { (visitor.say("Accorder", "Grant")) }
            (streams(visitor, again, all))
            @if waits { (every(visitor, again)) }
            button type="submit" formaction="/objects/grant" { (visitor.say("Accorder", "Grant")) }
        }
    }
}

fn every(visitor: &Visitor, again: Option<Again<'_>>) -> Markup {
    html! {
        div.choice {
            input type="checkbox" id="every" name="every" value="yes" checked[again.is_some_and(|again| again.filled.has("every", "yes"))];
            label for="every" { (visitor.say("Tout ce qui attend, coché ou non, aussi sur les autres pages", "All that waits, ticked or not, on the other pages too")) }
        }
    }
}

fn withdraw_field(visitor: &Visitor) -> Markup {
    html! {
        section.compartment aria-labelledby="withdraw" {
            h2 id="withdraw" { (visitor.say("Retirer", "Withdraw")) }
            p { (visitor.say("Il part de tous les flux à la prochaine publication, et ne revient pas.", "It leaves every stream with the next release, and does not come back.")) }
            button.danger type="submit" formaction="/objects/withdraw" { (visitor.say("Retirer", "Withdraw")) }
        }
    }
}

pub(super) async fn review(State(seat): State<Seat>, visitor: Visitor, filled: Filled) -> Response {
    let done = reviewed(&seat, &visitor, &filled).await;
    answer(&seat, &visitor, &filled, done).await
}

async fn reviewed(seat: &Seat, visitor: &Visitor, filled: &Filled) -> Result<usize, Refused> {
    let ids = ids(filled)?;
    let decision = decision(visitor, filled)?;
    let chosen = ids.as_deref().map_or(Chosen::All, Chosen::These);
    if decision.tier == Tier::Blind {
        let objects = seat.desk.chosen(chosen, ObjectState::Imported).await?;
        let cannot = objects.iter().filter_map(|object| Some((object, words::not_blind(can_be_blind(object).err()?))));
        refuse("tier", &cannot.collect::<Vec<_>>(), ("Ne peuvent pas être aveugles", "Cannot be blind"))?;
    }
    Ok(seat.desk.review(act(visitor), chosen, decision).await?)
}

fn decision(visitor: &Visitor, filled: &Filled) -> Result<Decision, Refused> {
    let marking: Option<Marking> = words::MARKINGS.into_iter().find(|known| known.as_str() == filled.text("marking"));
    let tier = TIERS.into_iter().find(|known| known.name() == filled.text("tier"));
    let wrong = |field, fr, en| Refused::Field(Wrong::new(field, fr, en));
    let day = filled.text("until");
    let today = TimeZone::UTC.to_datetime(visitor.now).date();
    let last_day = match day.parse::<Date>() {
        Ok(day) if day >= today => Some(day),
        Ok(_) => {
            return Err(wrong(
                "until",
                "Ce jour est passé : cela ne partirait plus.",
                "This day is past: it would not leave any more.",
            ));
        }
        Err(_) if day.is_empty() => None,
        Err(_) => return Err(wrong("until", "Écrivez le jour ainsi : 2026-12-31.", "Write the day so: 2026-12-31.")),
    };
    Ok(Decision {
        marking: marking.ok_or_else(|| wrong("marking", "Choisissez qui peut savoir.", "Choose who may know."))?,
        tier: tier.ok_or_else(|| wrong("tier", "Choisissez sous quelle forme.", "Choose in what form."))?,
        last_day,
    })
}

pub(super) async fn grant(State(seat): State<Seat>, visitor: Visitor, filled: Filled) -> Response {
    let done = granted(&seat, &visitor, &filled).await;
    answer(&seat, &visitor, &filled, done).await
}

async fn granted(seat: &Seat, visitor: &Visitor, filled: &Filled) -> Result<usize, Refused> {
    let ids = ids(filled)?;
    let all = all_streams(&seat.desk).await?;
    let wanted: Vec<&Stream> = all
        .iter()
        .map(|(stream, _)| stream)
        .filter(|stream| filled.has("stream", &stream.info.id.0.to_string()))
        .collect();
    if wanted.is_empty() {
        return Err(Refused::Field(Wrong::new(
            "stream",
            "Choisissez au moins un flux.",
            "Choose one stream at least.",
        )));
    }
    let chosen = ids.as_deref().map_or(Chosen::All, Chosen::These);
    let objects = seat.desk.chosen(chosen, ObjectState::Reviewed).await?;
    let stay = objects.iter().flat_map(|object| {
        let why = wanted.iter().find_map(|stream| stays(object, stream, visitor.now));
        why.map(|why| (object, words::stays(why)))
    });
    refuse(
        "stream",
        &stay.collect::<Vec<_>>(),
        ("Ne partiraient pas dans tous ces flux", "Would not leave in all of these streams"),
    )?;
    let streams: Vec<StreamId> = wanted.iter().map(|stream| stream.info.id).collect();
    Ok(seat.desk.grant(act(visitor), chosen, &streams).await?)
}

pub(super) async fn withdraw(State(seat): State<Seat>, visitor: Visitor, filled: Filled) -> Response {
    let done = withdrawn(&seat, &visitor, &filled).await;
    answer(&seat, &visitor, &filled, done).await
}

async fn withdrawn(seat: &Seat, visitor: &Visitor, filled: &Filled) -> Result<usize, Refused> {
    let ids = ids(filled)?.unwrap_or_default();
    for id in &ids {
        seat.desk.withdraw(act(visitor), id).await?;
    }
    Ok(ids.len())
}

/// The objects that are ticked; none for all that wait.
fn ids(filled: &Filled) -> Result<Option<Vec<ObjectId>>, Refused> {
    if filled.has("every", "yes") {
        return Ok(None);
    }
    let ids: Vec<ObjectId> = filled.all("object").filter_map(ObjectId::new).collect();
    if ids.is_empty() {
        return Err(Refused::Field(Wrong::new("object", "Cochez au moins un objet.", "Tick one object at least.")));
    }
    Ok(Some(ids))
}

/// Refuses objects, each with its reason; the first few are named.
fn refuse(field: &'static str, objects: &[(&DeskObject, Text)], (fr, en): (&str, &str)) -> Result<(), Refused> {
    if objects.is_empty() {
        return Ok(());
    }
    let named = |pick: fn(&Text) -> &str| {
        let first = objects.iter().take(NAMED);
        let first: Vec<String> =
            first.map(|(object, why)| format!("{} ({})", Shown::of(&object.json).title(), pick(why))).collect();
        let rest = if objects.len() > NAMED { " …" } else { "" };
        format!("{}{rest}", first.join(" ; "))
    };
    let number = objects.len();
    let fr = format!("{fr} ({number}) : {}. Rien n'a été décidé.", named(|text| &text.fr));
    let en = format!("{en} ({number}): {}. Nothing was decided.", named(|text| &text.en));
    Err(Refused::Field(Wrong::new(field, fr, en)))
}

async fn answer(seat: &Seat, visitor: &Visitor, filled: &Filled, done: Result<usize, Refused>) -> Response {
    match done {
        Ok(number) => {
            let state = list::Asked::of(filled).state();
            Redirect::to(&format!("/objects?state={}&done={number}", state.name())).into_response()
        }
        Err(Refused::Field(wrong)) => list::again(seat, visitor, filled, &wrong).await,
        Err(Refused::Desk(error)) => trouble(visitor, &error),
    }
}
