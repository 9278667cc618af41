//! `vauban mail history`: what was judged, and in which messages something stood.

use std::{fmt::Write as _, process::ExitCode};

use vauban_guard::sensors::mail::past;
use vauban_intel::classify;
use vauban_model::{Test, Text, printable};
use vauban_record::{Candidate, Journal, JudgedRow};

use crate::{failure::Failure, place::Place, terminal};

/// List the messages that the guard judged, or those in which a name, an address, a URL or a hash stood
///
/// What stood in messages is kept unreadable: it can be asked for, and not listed.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// What to look for: evil.example, https://evil.example/a, 203.0.113.9, a@evil.example, or a SHA-256
    #[arg(value_name = "VALUE")]
    values: Vec<String>,
    /// How many to list
    #[arg(long, default_value_t = 50, value_name = "N")]
    most: usize,
}

pub(crate) fn run(arguments: &Arguments, place: &Place) -> Result<ExitCode, Failure> {
    let mut rows = if arguments.values.is_empty() {
        latest(place, arguments.most)?
    } else {
        let mut values = Vec::new();
        for value in &arguments.values {
            values.extend(candidates(value)?);
        }
        past(&place.journal(), &values).map_err(|error| Failure::record(&error))?
    };
    rows.truncate(arguments.most);
    terminal::data(&table(&rows)).map_err(|error| Failure::output(&error))?;
    if rows.is_empty() {
        terminal::talk(Text::new("aucun message", "no message").get(place.lang));
    }
    Ok(ExitCode::SUCCESS)
}

fn latest(place: &Place, most: usize) -> Result<Vec<JudgedRow>, Failure> {
    let journal = Journal::existing(&place.journal()).map_err(|error| Failure::record(&error))?;
    let Some(journal) = journal else { return Ok(Vec::new()) };
    journal.latest(None, None, most).map_err(|error| Failure::record(&error))
}

/// Rows of messages, two lines each.
pub(super) fn table(rows: &[JudgedRow]) -> String {
    let mut text = String::new();
    for JudgedRow { at, message, .. } in rows {
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{}  {:<10}  {} → {}\n    {}  {}",
            at.strftime("%Y-%m-%d %H:%M"),
            message.verdict,
            printable(if message.sender.is_empty() { "<>" } else { &message.sender }),
            printable(&message.recipients.join(", ")),
            printable(&message.message_id),
            message.codes.join(" "),
        );
    }
    text
}

/// What a person means by a value: a URL without a path also names its host.
fn candidates(value: &str) -> Result<Vec<Candidate>, Failure> {
    let unknown = |reason: String| {
        let reason = printable(&format!("{value}: {reason}"));
        Failure::new(
            "value",
            Text::new(format!("valeur inconnue : {reason}"), format!("not a value: {reason}")),
            Text::new("par exemple evil.example, ou un SHA-256", "for example evil.example, or a SHA-256"),
        )
    };
    let tests = classify(value).map_err(|error| unknown(error.to_string()))?;
    let found = tests.into_iter().filter_map(|test| match test {
        Test::Observable(observable) => Some(Candidate { kind: observable.kind, value: observable.value.into() }),
        _ => None,
    });
    let found: Vec<Candidate> = found.collect();
    if found.is_empty() { Err(unknown("only a single thing can be asked for".to_owned())) } else { Ok(found) }
}
