//! The first page: what waits for a decision, and what happened.

use axum::{
    extract::State,
    response::{IntoResponse as _, Response},
};
use jiff::SignedDuration;
use maud::{Markup, html};
use vauban_guard::sensors::mail::came_by_mail;
use vauban_lists::{Meta, Store};
use vauban_model::{Severity, Sighting};
use vauban_record::{
    Journal, Names, Quarantine, RecordError, SqliteRecord, Swept, Tally, confirmed, reported, sightings, sweeps,
};

use crate::{
    page::{failed, page, time},
    request::Visitor,
    serve::{Portal, Shared},
    words::{self, count},
};

/// What the page shows.
#[derive(Default)]
struct Overview {
    held: usize,
    asked: usize,
    unconfirmed: usize,
    high: usize,
    sightings: usize,
    sweep: Option<Swept>,
    week: Vec<Tally>,
    /// Lists whose new copy was refused, and those without any.
    lists: usize,
    /// How often names were kept out in the last seven days, and how many different ones; none where no name is written down.
    blocked: Option<(usize, usize)>,
}

pub(crate) async fn show(State(shared): State<Shared>, visitor: Visitor) -> Response {
    let portal = shared.portal.clone();
    let now = visitor.now;
    match blocking(move || gather(&portal, now)).await {
        Ok(overview) => {
            page(&visitor, visitor.say("Vue d'ensemble", "Overview"), &content(&visitor, &overview)).into_response()
        }
        Err(why) => unreadable(&visitor, &why),
    }
}

/// What reads files does so beside the server.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, RecordError> + Send + 'static,
) -> Result<T, String> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done.map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    }
}

/// The same, for what fails with words.
pub(super) async fn beside<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, String> + Send + 'static,
) -> Result<T, String> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| Err(error.to_string()))
}

/// The page for a store that cannot be read.
pub(super) fn unreadable(visitor: &Visitor, why: &str) -> Response {
    let next = visitor.say(
        "Vérifiez la place sur le disque et les droits du dossier d'état, puis rechargez la page.",
        "Check the room on the disk and the rights of the state directory, then load the page again.",
    );
    failed(visitor, why, next)
}

fn gather(portal: &Portal, now: jiff::Timestamp) -> Result<Overview, RecordError> {
    let mut overview = Overview::default();
    if portal.quarantine.exists() {
        let held = Quarantine::open(&portal.quarantine)?.list(false)?;
        overview.held = held.len();
        overview.asked = held.iter().filter(|held| !held.asked.is_empty()).count();
    }
    if portal.record.exists() {
        let record = SqliteRecord::open(&portal.record)?;
        let done: Vec<String> = confirmed(&record)?.into_iter().map(|(_, one)| one.report).collect();
        let open = reported(&record)?.into_iter().filter(|(_, report)| !report.candidates.is_empty());
        overview.unconfirmed =
            open.filter(|(_, report)| report.verdict != "deliver" && !done.contains(&report.id)).count();
        let all = sightings(&record, None)?;
        // What came by mail and was kept back hurt nobody: it waits in the quarantine, and is no alarm.
        let is_alarm = |one: &Sighting| one.severity == Severity::High && !came_by_mail(one);
        let mut names: Vec<(String, bool)> = all.iter().map(|one| (one.short_name(), is_alarm(one))).collect();
        names.sort();
        names.dedup();
        overview.sightings = names.len();
        overview.high = names.iter().filter(|(_, is_alarm)| *is_alarm).count();
        overview.sweep = sweeps(&record)?.pop();
    }
    let since = now.saturating_sub(SignedDuration::from_hours(24 * 7)).unwrap_or(now);
    if let Some(journal) = Journal::existing(&portal.journal)? {
        overview.week = journal.tally(since)?;
    }
    if let Some(names) = Names::existing(&portal.names)? {
        overview.blocked = Some(names.blocked_since(since)?);
    }
    let store = Store::open(&portal.state);
    // A configuration that cannot be read is told of where rules and lists are shown.
    let lists = (portal.config)().map(|config| config.list).unwrap_or_default();
    let is_well = |meta: &Meta| meta.good.is_some() && meta.refused.is_none();
    overview.lists = lists.iter().filter(|list| !store.meta(&list.name).is_ok_and(|meta| is_well(&meta))).count();
    Ok(overview)
}

fn content(visitor: &Visitor, overview: &Overview) -> Markup {
    let Overview { held, asked, unconfirmed, high, sightings, sweep, week, lists, blocked } = overview;
    let lang = visitor.lang;
    let quiet = held + unconfirmed + high + lists == 0;
    html! {
        section aria-labelledby="next" {
            h2 id="next" { (visitor.say("Que faire maintenant", "What to do now")) }
            @if quiet {
                p.calm { (visitor.say("Rien n'attend de décision.", "Nothing waits for a decision.")) }
            } @else {
                ol.next {
                    @if *high > 0 { li {
                        a href="/sightings" { (count(lang, *high, ("trace grave", "traces graves"), ("sighting of high severity", "sightings of high severity"))) }
                        (visitor.say(" : commencez par là, et appelez votre agence ou votre CERT.", ": begin there, and call your agency or CERT."))
                    } }
                    @if *asked > 0 { li { a href="/quarantine" {
                        (count(lang, *asked, ("message retenu, que son destinataire demande", "messages retenus, que leurs destinataires demandent"), ("message kept back that its reader asks for", "messages kept back that their readers ask for")))
                    } } }
                    @if held > asked { li { a href="/quarantine" {
                        (count(lang, held - asked, ("message retenu à regarder", "messages retenus à regarder"), ("message kept back to look at", "messages kept back to look at")))
                    } } }
                    @if *unconfirmed > 0 { li { a href="/reports" {
                        (count(lang, *unconfirmed, ("mail suspect à confirmer", "mails suspects à confirmer"), ("reported mail to confirm", "reported mails to confirm")))
                    } } }
                    @if *lists > 0 { li { a href="/lists" {
                        (count(lang, *lists, ("liste de noms qui n'a pas pu être renouvelée", "listes de noms qui n'ont pas pu être renouvelées"), ("list of names that could not be renewed", "lists of names that could not be renewed")))
                    } } }
                }
            }
        }
        section aria-labelledby="week" {
            h2 id="week" { (visitor.say("Le mail des sept derniers jours", "Mail of the last seven days")) }
            @if week.is_empty() {
                p { (visitor.say("Aucun message jugé.", "No message was judged.")) }
            } @else {
                dl.figures {
                    @for Tally { verdict, messages } in week {
                        div { dt { (visitor.tell(&words::verdict(verdict))) } dd { (messages) } }
                    }
                }
            }
        }
        @if let Some((times, names)) = blocked {
            section aria-labelledby="names" {
                h2 id="names" { (visitor.say("Les noms des sept derniers jours", "Names of the last seven days")) }
                @if *times == 0 {
                    p { (visitor.say("Aucun nom n'a été bloqué.", "No name was blocked.")) }
                } @else {
                    p { a href="/names?verdict=block" {
                        (count(lang, *names, ("nom bloqué", "noms bloqués"), ("blocked name", "blocked names")))
                    } ", " (count(lang, *times, ("fois demandé", "fois demandés"), ("question", "questions"))) "." }
                }
            }
        }
        section aria-labelledby="sweep" {
            h2 id="sweep" { (visitor.say("Les analyses", "Sweeps")) }
            @match sweep {
                None => p { (visitor.say("Aucune analyse. Pour commencer :", "No sweep yet. To begin:")) " " code { "vauban sweep ~/Mail" } },
                Some(swept) => {
                    p {
                        (visitor.say("La dernière a commencé le", "The last one began on")) " " (time(swept.started_at)) ". "
                        @let summary = swept.summary();
                        (summary.files) " " (visitor.say("fichiers,", "files,")) " "
                        (summary.items) " " (visitor.say("éléments à l'intérieur,", "items inside,")) " "
                        (summary.unread) " " (visitor.say("non lus,", "unread,")) " "
                        (summary.sightings) " " (visitor.say("traces.", "sightings."))
                        @if summary.partial { " " strong { (visitor.say("Elle n'est pas allée au bout.", "It did not reach its end.")) } }
                    }
                    p { a href="/sightings" { (count(lang, *sightings, ("trace en tout", "traces en tout"), ("sighting in all", "sightings in all"))) } }
                },
            }
        }
    }
}
