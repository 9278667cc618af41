//! `vauban mail check`: a verdict on every message of files, folders, mbox files and Maildirs.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    time::{Duration, Instant},
};

use clap::ValueEnum;
use jiff::Timestamp;
use vauban_examine::Terms;
use vauban_intake::Limits;
use vauban_knowledge::{Sources, prepare};
use vauban_mail::{Organisation, Told, Verdict, Weights, json_line, paragraph};
use vauban_model::{Lang, Text};
use vauban_sweep::{Backups, Event, FileResult, Options, Start, run as walk};

use crate::{
    commands::{readers::Readers, sweep},
    failure::{Failure, chain},
    place::{Place, random},
    terminal,
};

/// Say of every message whether it would be delivered, flagged or kept back, and why.
///
/// Reads files (.eml, .msg), folders, mbox files and Maildirs; sends nothing, asks no server, opens no link. The reasons
/// are the score: their weights add up to it.
///
/// Exit codes: 0 nothing to warn of; 1 at least one message would be flagged or kept back; 2 could not run; 3 nothing to
/// warn of, but some input could not be read.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// What your organisation is: its domains, people, partners and providers (org.json, or a vauban.toml)
    #[arg(long, value_name = "FILE")]
    org: Option<PathBuf>,
    /// Indicators to look for besides the starter set and the added sources
    #[arg(long, value_name = "PATH")]
    intel: Vec<PathBuf>,
    /// Do without the built-in starter set
    #[arg(long)]
    no_starter: bool,
    /// What stdout carries
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// Show the messages that would be delivered, too (people only; programs get all of them)
    #[arg(long)]
    all: bool,
    /// How many files to read at a time [default: the number of processors]
    #[arg(long, value_name = "N")]
    jobs: Option<usize>,
    /// Files and folders with messages
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum Format {
    #[default]
    Human,
    Jsonl,
}

/// What one reader may take: a message is small, pictures in it are not.
const MEMORY: u64 = 256 << 20;
/// Seconds that one file may take: an mbox may hold years.
const SECONDS: u64 = 600;

pub(crate) fn run(arguments: &Arguments, place: &Place) -> Result<ExitCode, Failure> {
    let lang = place.lang;
    if !arguments.paths.iter().any(|path| std::fs::metadata(path).is_ok()) {
        return Err(sweep::nothing_there(&arguments.paths));
    }
    let organisation = organisation(arguments.org.as_deref())?;
    let setup = serde_json::to_vec(&organisation).unwrap_or_default();
    if organisation == Organisation::default() {
        terminal::talk(
            Text::new(
                "conseil : --org FICHIER dit qui vous êtes ; sans lui, ni les faux collègues ni les faux domaines de votre organisation ne sont vus",
                "hint: --org FILE says who you are; without it, false colleagues and false domains of your organisation are not seen",
            )
            .get(lang),
        );
    }
    let usable = place.make();
    let sources = Sources {
        starter: !arguments.no_starter,
        state: usable.is_ok().then(|| place.state.clone()),
        paths: arguments.intel.clone(),
        benign: None,
    };
    let mut prepared =
        prepare(&sources, &place.state, lang, &mut random).map_err(|error| Failure::knowledge(&error))?;
    let now = Timestamp::now();
    let limits = Limits::default();
    let terms = Terms { limits, memory: MEMORY, now, with_expired: false, remember: false, onlooker: Some(setup) };
    let readers = Readers::start(&mut prepared, &terms).map_err(|error| Failure::knowledge(&error))?;
    sweep::warn(&prepared, &readers, lang);
    let begun = Instant::now();
    let stop = sweep::stop_on_interrupt();
    let backups = Backups { password: None, stop: stop.clone() };
    let options = Options {
        starts: arguments.paths.iter().map(|path| Start::Path(path.clone())).collect(),
        unpack: &backups,
        piece_bytes: limits.item_bytes,
        jobs: arguments.jobs.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from)),
        known: None,
        time_limit: Duration::from_secs(SECONDS),
        stop,
        clock: &|| begun.elapsed(),
    };
    let mut tally = Tally { format: arguments.format, all: arguments.all, lang, ..Tally::default() };
    walk(&options, &readers, &mut |event| match event {
        Event::File(result, path) => tally.file(result, path),
        Event::Unread(unread) => {
            tally.unread += 1;
            terminal::talk(&format!("{}: {}", unread.location, vauban_model::printable(&unread.detail)));
        }
        Event::Sighting(_) | Event::Progress(_) => {}
    });
    if let Some(error) = tally.failed {
        return Err(Failure::output(&error));
    }
    tally.summary();
    Ok(match (tally.flagged + tally.quarantined, tally.unread) {
        (1.., _) => ExitCode::from(1),
        (0, 0) => ExitCode::SUCCESS,
        _ => ExitCode::from(3),
    })
}

/// What was judged so far.
#[derive(Default)]
struct Tally {
    format: Format,
    all: bool,
    lang: Lang,
    messages: u64,
    flagged: u64,
    quarantined: u64,
    unread: u64,
    failed: Option<std::io::Error>,
}

impl Tally {
    fn file(&mut self, result: &FileResult, path: &str) {
        let told: Vec<Told> = serde_json::from_slice(&result.examined.told).unwrap_or_default();
        for (number, mut told) in (1_u64..).zip(told) {
            told.met(&result.sightings);
            let judgement = Weights::built_in().judge(&told.facts);
            self.messages += 1;
            match judgement.verdict {
                Verdict::Deliver => {}
                Verdict::Flag => self.flagged += 1,
                Verdict::Quarantine => self.quarantined += 1,
            }
            let text = match self.format {
                Format::Jsonl => format!("{}\n", json_line(path, number, &told.said, &judgement)),
                Format::Human if self.all || judgement.verdict != Verdict::Deliver => {
                    format!("{}\n", paragraph(path, number, &told.said, &judgement, self.lang))
                }
                Format::Human => continue,
            };
            if self.failed.is_none() {
                self.failed = terminal::data(&text).err();
            }
        }
    }

    fn summary(&self) {
        let Self { messages, flagged, quarantined, unread, .. } = self;
        terminal::talk(
            Text::new(
                format!(
                    "{messages} messages : {flagged} à signaler, {quarantined} à mettre en quarantaine, {unread} entrées non lues"
                ),
                format!("{messages} messages: {flagged} to flag, {quarantined} to quarantine, {unread} inputs unread"),
            )
            .get(self.lang),
        );
    }
}

/// What the organisation says of itself.
fn organisation(path: Option<&Path>) -> Result<Organisation, Failure> {
    let Some(path) = path else { return Ok(Organisation::default()) };
    let wrong = |reason: String| {
        let path = path.display();
        Failure::new(
            "org",
            Text::new(format!("{path} est inutilisable : {reason}"), format!("{path} cannot be used: {reason}")),
            Text::new(
                "il y faut au moins : {\"domains\": [\"votre-domaine.fr\"]}",
                "it needs at least: {\"domains\": [\"your-domain.org\"]}",
            ),
        )
    };
    let text = std::fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
    if path.extension().is_some_and(|extension| extension == "toml") {
        #[derive(serde::Deserialize)]
        struct Whole {
            organisation: Organisation,
        }
        return toml::from_str::<Whole>(&text).map(|whole| whole.organisation).map_err(|error| wrong(chain(&error)));
    }
    serde_json::from_str(&text).map_err(|error| wrong(chain(&error)))
}
