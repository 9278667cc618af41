//! `vauban mail reports`: what people reported, and confirming what of it is bad.

use std::{fmt::Write as _, process::ExitCode};

use jiff::Timestamp;
use vauban_guard::sensors::mail::{Found, confirm};
use vauban_model::{Lang, Text, printable};
use vauban_record::{Candidate, Reported, confirmed, reported};

use super::history::table;
use crate::{
    commands::record,
    failure::{Failure, chain},
    place::{Place, who},
    terminal,
};

/// List the mail that people reported, and confirm what in it is bad
///
/// People forward suspicious mail, as an attachment, to the guard's address. What is confirmed is an indicator of the
/// organisation at once, for the guard and for sweeps; mail of the past in which it stood is listed.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// List what was reported, with what could be confirmed of each
    List,
    /// Confirm values of a report
    Confirm {
        /// The report's short name, or the beginning of it
        id: String,
        /// The values, as `list` shows them
        #[arg(required = true, value_name = "VALUE")]
        values: Vec<String>,
    },
}

pub(crate) fn run(arguments: &Arguments, place: &Place) -> Result<ExitCode, Failure> {
    let store = record::open(place)?;
    let reports = reported(&store).map_err(|error| Failure::record(&error))?;
    let text = match &arguments.command {
        Command::List => {
            let done = confirmed(&store).map_err(|error| Failure::record(&error))?;
            let is_done = |report: &Reported, one: &Candidate| {
                done.iter().any(|(_, entry)| entry.report == report.id && entry.values.contains(one))
            };
            if reports.is_empty() {
                terminal::talk(Text::new("rien n'a été signalé", "nothing was reported").get(place.lang));
            }
            reports.iter().map(|(at, report)| described(*at, report, &is_done, place.lang)).collect()
        }
        Command::Confirm { id, values } => {
            let mut found = reports.into_iter().filter(|(_, report)| report.id.starts_with(id.as_str()));
            let (Some((_, report)), None) = (found.next(), found.next()) else { return Err(no_report(id)) };
            let wanted: Vec<Candidate> =
                report.candidates.iter().filter(|one| values.contains(&one.value)).cloned().collect();
            let who = who();
            let files = (place.record(), place.journal());
            let files = (files.0.as_path(), files.1.as_path());
            let found = confirm(&place.state, files, &report, &wanted, &who, Timestamp::now())
                .map_err(|error| cannot(&chain(&error)))?;
            told(&found, place.lang)
        }
    };
    terminal::data(&text).map_err(|error| Failure::output(&error))?;
    Ok(ExitCode::SUCCESS)
}

fn described(at: Timestamp, report: &Reported, is_done: &dyn Fn(&Reported, &Candidate) -> bool, lang: Lang) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = writeln!(
        text,
        "{}  {}  {} ({})\n    {} {}\n    {}",
        report.id,
        at.strftime("%Y-%m-%d %H:%M"),
        report.verdict,
        report.score,
        Text::new("signalé par", "reported by").get(lang),
        printable(&report.reporter),
        report.codes.join(" "),
    );
    for candidate in &report.candidates {
        let mark = if is_done(report, candidate) { Text::new(" (confirmé)", " (confirmed)") } else { Text::default() };
        let _ = writeln!(text, "    - {}{}", printable(&candidate.value), mark.get(lang));
    }
    text
}

fn told(found: &Found, lang: Lang) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "{}", Text::new("confirmé :", "confirmed:").get(lang));
    for one in &found.confirmed {
        let _ = writeln!(text, "  {}", printable(&one.value));
    }
    for value in &found.set_aside {
        let words = Text::new("servent aussi à d'honnêtes gens, mis de côté", "used by honest people, too, set aside");
        let _ = writeln!(text, "  ! {} ({})", printable(value), words.get(lang));
    }
    let heading = if found.past.is_empty() {
        Text::new("aucun message du passé ne les contenait", "no message of the past contained them")
    } else {
        Text::new("messages du passé qui les contenaient :", "messages of the past that contained them:")
    };
    let _ = writeln!(text, "{}", heading.get(lang));
    text.push_str(&table(&found.past));
    text
}

fn no_report(id: &str) -> Failure {
    Failure::new(
        "report",
        Text::new(
            format!("aucun signalement, ou plusieurs, commencent par {id:?}"),
            format!("no report, or several, begin with {id:?}"),
        ),
        Text::new("`vauban mail reports list` les montre", "`vauban mail reports list` shows them"),
    )
}

fn cannot(reason: &str) -> Failure {
    Failure::new(
        "report",
        Text::new(format!("rien n'a été confirmé : {reason}"), format!("nothing was confirmed: {reason}")),
        Text::new(
            "donnez les valeurs comme `vauban mail reports list` les montre",
            "give the values as `vauban mail reports list` shows them",
        ),
    )
}
