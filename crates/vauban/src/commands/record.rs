//! `vauban record`: what was seen, looked at and decided, and whether it still stands as written.

mod history;
mod keep;

use std::{fmt::Write as _, process::ExitCode};

use clap::{Subcommand, ValueEnum};
use jiff::Timestamp;
use vauban_model::{Lang, Marking, Text};
use vauban_record::{Head, Record as _, SqliteRecord, SweepStarted, Verification, sightings, sweeps, unread};
use vauban_report::{SweepInfo, jsonl, stix};

use crate::{failure::Failure, place::Place, terminal};

/// The append-only record of sweeps.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Check that no entry was changed or removed
    Verify {
        /// A head that was written down earlier; then a cut at the end shows, too
        #[arg(long, value_name = "N:HASH")]
        expect_head: Option<String>,
    },
    /// List sweeps, or the sightings of one
    List {
        /// The number of a sweep
        #[arg(long, value_name = "N")]
        sweep: Option<u64>,
    },
    /// Ask the past: match new indicators against everything that was ever swept, without opening a file
    Hunt(history::HuntArguments),
    /// Show how much history is kept, limit it, or forget it
    History(history::HistoryArguments),
    /// Put an encrypted copy of a sighting's evidence aside
    Keep(keep::KeepArguments),
    /// Write sightings out for other tools
    Export {
        /// The number of a sweep; all of them if none
        #[arg(long, value_name = "N")]
        sweep: Option<u64>,
        /// In which format
        #[arg(long, value_enum, default_value_t = Format::Jsonl)]
        format: Format,
        /// The strictest TLP label that the reader may see
        #[arg(long, value_name = "TLP", default_value = "TLP:AMBER+STRICT", value_parser = parse_marking)]
        clearance: Marking,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Jsonl,
    Stix,
}

pub(crate) fn parse_marking(text: &str) -> Result<Marking, String> {
    text.parse().map_err(|error: vauban_model::UnknownMarking| error.to_string())
}

pub(crate) fn run(arguments: &Arguments, place: &Place) -> Result<ExitCode, Failure> {
    let mut record = open(place)?;
    match &arguments.action {
        Action::Verify { expect_head } => verify(&record, expect_head.as_deref(), place.lang),
        Action::List { sweep } => list(&record, *sweep, place.lang),
        Action::Hunt(arguments) => history::hunt(arguments, &mut record, place),
        Action::History(arguments) => history::history(arguments, place),
        Action::Keep(arguments) => keep::keep(arguments, &mut record, place),
        Action::Export { sweep, format, clearance } => export(&record, *sweep, *format, *clearance),
    }
}

/// Opens the record that a sweep has made.
pub(crate) fn open(place: &Place) -> Result<SqliteRecord, Failure> {
    let path = place.record();
    if !path.exists() {
        return Err(Failure::new(
            "no-record",
            Text::new(
                format!("pas de registre dans {}", place.state.display()),
                format!("no record in {}", place.state.display()),
            ),
            Text::new("lancez d'abord `vauban sweep DOSSIER`", "run `vauban sweep FOLDER` first"),
        ));
    }
    SqliteRecord::open(&path).map_err(|error| Failure::record(&error))
}

fn verify(record: &SqliteRecord, expected: Option<&str>, lang: Lang) -> Result<ExitCode, Failure> {
    let expected: Option<Head> = match expected.map(str::parse) {
        None => None,
        Some(Ok(head)) => Some(head),
        Some(Err(())) => {
            return Err(Failure::new(
                "bad-head",
                Text::new("ce n'est pas une tête de registre", "not the head of a record"),
                Text::new(
                    "recopiez la ligne entière, par exemple 12:ab34…",
                    "copy the whole line, for example 12:ab34…",
                ),
            ));
        }
    };
    let outcome = record.verify(expected).map_err(|error| Failure::record(&error))?;
    let (text, code) = match outcome {
        Verification::Whole(head) => {
            (Text::new(format!("registre intact : {head}"), format!("the record is whole: {head}")), ExitCode::SUCCESS)
        }
        Verification::Broken { sequence } => (
            Text::new(
                format!("registre altéré : l'entrée {sequence} n'est pas celle qui fut écrite"),
                format!("the record was altered: entry {sequence} is not the one that was written"),
            ),
            ExitCode::from(1),
        ),
    };
    data(&format!("{}\n", text.get(lang)))?;
    Ok(code)
}

fn list(record: &SqliteRecord, sweep: Option<u64>, lang: Lang) -> Result<ExitCode, Failure> {
    let mut out = String::new();
    if sweep.is_some() {
        for sighting in sightings(record, sweep).map_err(|error| Failure::record(&error))? {
            let value = vauban_model::printable(&sighting.observable.value);
            let _ = writeln!(
                out,
                "{}  {:<6} {:<9} {} <- {}",
                sighting.short_name(),
                sighting.severity.as_str(),
                sighting.exposure.as_str(),
                value,
                sighting.location
            );
        }
        for unread in unread(record, sweep).map_err(|error| Failure::record(&error))? {
            let _ = writeln!(out, "unread {:<11} {}: {}", unread.reason.as_str(), unread.location, unread.detail);
        }
        return data(&out).map(|()| ExitCode::SUCCESS);
    }
    for swept in sweeps(record).map_err(|error| Failure::record(&error))? {
        let summary = swept.summary();
        let state = match (lang, swept.finished.is_some(), summary.partial) {
            (Lang::Fr, false, _) => "jamais finie",
            (Lang::En, false, _) => "never finished",
            (Lang::Fr, true, true) => "partielle",
            (Lang::En, true, true) => "partial",
            (Lang::Fr, true, false) => "finie",
            (Lang::En, true, false) => "finished",
        };
        let words = match lang {
            Lang::Fr => ("fichiers", "signalements", "non lus"),
            Lang::En => ("files", "sightings", "unread"),
        };
        let _ = writeln!(
            out,
            "{:>5}  {:.0}  {} {}, {} {}, {} {}  {state}  {}",
            swept.sweep,
            swept.started_at,
            summary.files,
            words.0,
            summary.sightings,
            words.1,
            summary.unread,
            words.2,
            vauban_model::printable(&swept.started.paths.join(" "))
        );
    }
    data(&out).map(|()| ExitCode::SUCCESS)
}

fn export(record: &SqliteRecord, sweep: Option<u64>, format: Format, clearance: Marking) -> Result<ExitCode, Failure> {
    let failed = |error| Failure::record(&error);
    let found = sightings(record, sweep).map_err(failed)?;
    let text = match format {
        Format::Jsonl => found
            .iter()
            .filter(|sighting| sighting.indicator.marking <= clearance)
            .map(|sighting| jsonl::sighting(sighting) + "\n")
            .collect(),
        Format::Stix => {
            let swept = sweeps(record).map_err(failed)?;
            let wanted = swept.iter().rev().find(|swept| sweep.is_none_or(|sweep| swept.sweep == sweep));
            let nothing = SweepStarted { program: env!("CARGO_PKG_VERSION").to_owned(), ..SweepStarted::default() };
            let now = Timestamp::now();
            let info = wanted.map_or_else(|| SweepInfo::new(&nothing, now, now, Vec::new()), SweepInfo::recorded);
            format!("{}\n", stix::bundle(&found, &info, clearance))
        }
    };
    data(&text).map(|()| ExitCode::SUCCESS)
}

fn data(text: &str) -> Result<(), Failure> {
    terminal::data(text).map_err(|error| Failure::output(&error))
}
