//! `vauban sweep`: have we been hit?

use std::{
    path::PathBuf,
    process::ExitCode,
    time::{Duration, Instant},
};

use clap::ValueEnum;
use jiff::Timestamp;
use vauban_intake::{Limits, StopFlag};
use vauban_knowledge::{Knowledge, Sources, Warning, load};
use vauban_model::{Lang, Marking, Sighting, Summary, Text, Unread};
use vauban_record::{CoverageRow, Record, RecordError, SqliteRecord, SweepLog, SweepStarted};
use vauban_report::{Findings, FormatCount, SweepInfo, html, jsonl, progress_line, stix, terminal as summary};
use vauban_sweep::{Event, FileResult, Options, Progress, Rules, run as sweep};

use crate::{
    failure::{Failure, chain},
    place::{Place, random},
    terminal,
};

/// Have we been hit? Searches files, and everything inside them, for known traces of attackers.
///
/// Reads mailboxes, archives, documents, browser histories and logs to any depth, changes nothing, and connects to
/// nothing. Whatever cannot be read is listed with its reason.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Indicators to look for besides the starter set and the added sources: a file or a folder, in any format that
    /// `vauban intel` reads
    #[arg(long, value_name = "PATH")]
    intel: Vec<PathBuf>,
    /// Do without the built-in starter set
    #[arg(long)]
    no_starter: bool,
    /// Names that are known to be harmless here, one a line
    #[arg(long, value_name = "FILE")]
    benign: Option<PathBuf>,
    /// Match indicators that have expired, too
    #[arg(long)]
    expired: bool,
    /// Read everything again, whatever earlier sweeps read (they keep nothing yet, so this is always so)
    #[arg(long)]
    fresh: bool,
    /// How many files to read at a time [default: the number of processors]
    #[arg(long, value_name = "N")]
    jobs: Option<usize>,
    /// Write a report to open in a browser
    #[arg(long, value_name = "FILE.html")]
    report: Option<PathBuf>,
    /// What stdout carries
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// The most bytes one item may have, unpacked
    #[arg(long, value_name = "BYTES", default_value_t = Limits::default().item_bytes)]
    max_item_bytes: u64,
    /// The most containers an item may lie in
    #[arg(long, value_name = "N", default_value_t = Limits::default().depth)]
    max_depth: usize,
    /// The most seconds one file may take
    #[arg(long, value_name = "SECONDS", default_value_t = 600)]
    max_seconds: u64,
    /// Files and folders to search
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum Format {
    #[default]
    Human,
    Jsonl,
    Stix,
}

pub(crate) fn run(arguments: &Arguments, place: &Place) -> Result<ExitCode, Failure> {
    if arguments.paths.iter().all(|path| std::fs::metadata(path).is_err()) {
        return Err(nothing_there(&arguments.paths));
    }
    let begun = Instant::now();
    let clock = move || begun.elapsed();
    let lang = place.lang;
    let usable = place.make();
    if let Err(error) = &usable {
        terminal::talk(&say(
            lang,
            &Text::new(
                format!("attention : dossier d'état {} inutilisable ({error})", place.state.display()),
                format!("warning: the state folder {} cannot be used ({error})", place.state.display()),
            ),
        ));
    }
    let sources = Sources {
        starter: !arguments.no_starter,
        state: usable.is_ok().then(|| place.state.clone()),
        paths: arguments.intel.clone(),
        benign: arguments.benign.clone(),
    };
    let knowledge = load(&sources, &place.state, lang, &mut random).map_err(|error| Failure::knowledge(&error))?;
    warn(&knowledge, lang);
    let stop = StopFlag::default();
    let raised = stop.clone();
    // Without a handler Ctrl-C ends the process at once, as everywhere: nothing to report.
    let _ = ctrlc::set_handler(move || {
        if raised.is_raised() {
            std::process::exit(130);
        }
        raised.raise();
    });
    let options = Options {
        paths: arguments.paths.clone(),
        jobs: arguments.jobs.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from)),
        limits: Limits { item_bytes: arguments.max_item_bytes, depth: arguments.max_depth, ..Limits::default() },
        time_limit: Duration::from_secs(arguments.max_seconds),
        stop,
        clock: &clock,
    };
    let rules = Rules {
        set: &knowledge.set,
        scanners: &knowledge,
        advice: vauban_report::advice,
        now: Timestamp::now(),
        with_expired: arguments.expired,
    };
    let mut record = SqliteRecord::open(&place.record());
    let mut keeper = Keeper::begin(&mut record, arguments, &knowledge, rules.now);
    let mut told = Told { format: arguments.format, lang, ..Told::default() };
    let account = sweep(&options, &rules, &mut |event| {
        keeper.event(&event);
        told.event(&event);
    });
    terminal::progress("");
    let not_kept = keeper.finish(&account);
    let info = SweepInfo {
        paths: arguments.paths.iter().map(|path| path.display().to_string()).collect(),
        started: rules.now,
        finished: Timestamp::now(),
        set_version: knowledge.set.version(),
        indicators: knowledge.indicators,
        set_aside: knowledge.set_aside.len() as u64,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        formats: FormatCount::tally(&told.coverage),
    };
    let findings = Findings { sightings: &told.sightings, unread: &told.unread, summary: &account, sweep: &info };
    report(arguments, &findings, lang)?;
    if let Some(error) = told.output {
        return Err(Failure::output(&error));
    }
    tell_record(record.as_ref().ok(), not_kept.as_deref(), lang);
    Ok(exit_code(&account))
}

/// 0 nothing and everything read, 1 sightings, 3 nothing but something unread.
fn exit_code(account: &Summary) -> ExitCode {
    match (account.sightings, account.unread, account.partial) {
        (1.., _, _) => ExitCode::from(1),
        (0, 0, false) => ExitCode::SUCCESS,
        _ => ExitCode::from(3),
    }
}

/// What is told at the end.
fn report(arguments: &Arguments, findings: &Findings<'_>, lang: Lang) -> Result<(), Failure> {
    let text = match arguments.format {
        Format::Human => summary::summary(findings, lang, terminal::wants_colour()),
        Format::Jsonl => format!("{}\n", jsonl::summary(findings.summary)),
        Format::Stix => format!("{}\n", stix::bundle(findings.sightings, findings.sweep, Marking::Red)),
    };
    // What was found is said first: a report file that cannot be written must not keep it back.
    terminal::data(&text).map_err(|error| Failure::output(&error))?;
    if let Some(path) = &arguments.report {
        std::fs::write(path, html::page(findings, lang)).map_err(|error| Failure::output(&error))?;
        terminal::talk(&say(
            lang,
            &Text::new(format!("rapport : {}", path.display()), format!("report: {}", path.display())),
        ));
    }
    Ok(())
}

/// What is kept for the reports and told while the sweep runs.
#[derive(Default)]
struct Told {
    format: Format,
    lang: Lang,
    sightings: Vec<Sighting>,
    unread: Vec<Unread>,
    coverage: Vec<CoverageRow>,
    last_progress: Duration,
    output: Option<std::io::Error>,
}

impl Told {
    fn event(&mut self, event: &Event<'_>) {
        match event {
            Event::Sighting(sighting) => {
                self.line(|| jsonl::sighting(sighting));
                self.sightings.push((*sighting).clone());
            }
            Event::Unread(unread) => {
                self.line(|| jsonl::unread(unread));
                self.unread.push((*unread).clone());
            }
            Event::File(result, path) => self.coverage.push(row(result, path)),
            Event::Progress(progress) => self.progress(progress),
        }
    }

    /// One line of data, if that is what stdout carries.
    fn line(&mut self, text: impl FnOnce() -> String) {
        if self.format == Format::Jsonl && self.output.is_none() {
            self.output = terminal::data(&format!("{}\n", text())).err();
        }
    }

    fn progress(&mut self, progress: &Progress) {
        const OFTEN: Duration = Duration::from_millis(250);
        if progress.elapsed.saturating_sub(self.last_progress) >= OFTEN {
            self.last_progress = progress.elapsed;
            let Progress { files_done, files_found, all_found, bytes_done, elapsed } = *progress;
            terminal::progress(&progress_line(self.lang, files_done, files_found, all_found, bytes_done, elapsed));
        }
    }
}

fn row(result: &FileResult, path: &str) -> CoverageRow {
    let mut unread: Vec<_> = result.unread.iter().map(|unread| unread.reason).collect();
    unread.sort_unstable();
    unread.dedup();
    CoverageRow {
        path: path.to_owned(),
        bytes: result.bytes,
        sha256: result.sha256.clone(),
        format: result.format.to_owned(),
        items: result.items,
        unread,
    }
}

/// Writes the sweep into the record while it runs. A record that fails costs the record, never the report: the person
/// is told.
struct Keeper<'r> {
    log: Option<SweepLog<'r, SqliteRecord>>,
    problem: Option<String>,
}

impl<'r> Keeper<'r> {
    fn begin(
        record: &'r mut Result<SqliteRecord, RecordError>,
        arguments: &Arguments,
        knowledge: &Knowledge,
        began: Timestamp,
    ) -> Self {
        let started = SweepStarted {
            paths: arguments.paths.iter().map(|path| path.display().to_string()).collect(),
            program: env!("CARGO_PKG_VERSION").to_owned(),
            set_version: knowledge.set.version(),
            indicators: knowledge.indicators,
            set_aside: knowledge.set_aside.len() as u64,
        };
        let begun = match record {
            Ok(record) => SweepLog::begin(record, began, &started).map_err(|error| chain(&error)),
            Err(error) => Err(chain(error)),
        };
        match begun {
            Ok(log) => Self { log: Some(log), problem: None },
            Err(problem) => Self { log: None, problem: Some(problem) },
        }
    }

    fn event(&mut self, event: &Event<'_>) {
        let Some(log) = &mut self.log else { return };
        let now = Timestamp::now();
        let written = match event {
            Event::Sighting(sighting) => log.sighting(now, sighting),
            Event::Unread(unread) => log.unread(now, unread),
            Event::File(result, path) => log.coverage(now, row(result, path)),
            Event::Progress(_) => Ok(()),
        };
        self.fail(written);
    }

    /// Ends the sweep in the record; says why it is not there, if it is not.
    fn finish(mut self, account: &Summary) -> Option<String> {
        if let Some(log) = self.log.take() {
            let written = log.finish(Timestamp::now(), account);
            self.fail(written);
        }
        self.problem
    }

    /// The log of a record that failed once is not written on.
    fn fail(&mut self, written: Result<(), RecordError>) {
        if let Err(error) = written {
            self.problem = Some(chain(&error));
            self.log = None;
        }
    }
}

/// The record's head to write down elsewhere, or why the sweep is not in it.
fn tell_record(record: Option<&SqliteRecord>, not_kept: Option<&str>, lang: Lang) {
    if let Some(problem) = not_kept {
        terminal::talk(&say(
            lang,
            &Text::new(
                format!("attention : cette analyse n'est pas entière dans le registre ({problem})"),
                format!("warning: this sweep is not wholly in the record ({problem})"),
            ),
        ));
    } else if let Some(Ok(head)) = record.map(Record::head) {
        terminal::talk(&say(lang, &Text::new(format!("registre : {head}"), format!("record: {head}"))));
    }
}

/// What a person should know of the indicators before the sweep.
fn warn(knowledge: &Knowledge, lang: Lang) {
    for warning in &knowledge.warnings {
        let text = match warning {
            Warning::Source(reason) => Text::new(
                format!("attention : source inutilisable : {reason}"),
                format!("warning: a source cannot be used: {reason}"),
            ),
            Warning::NotKept(reason) => Text::new(
                format!("attention : indicateurs compilés non conservés ({reason})"),
                format!("warning: compiled indicators are not kept ({reason})"),
            ),
        };
        terminal::talk(&say(lang, &text));
    }
    if !knowledge.refused.is_empty() {
        let number = knowledge.refused.len();
        terminal::talk(&say(
            lang,
            &Text::new(
                format!("{number} lignes ou règles d'indicateurs refusées : voir `vauban intel check`"),
                format!("{number} indicator rows or rules refused: see `vauban intel check`"),
            ),
        ));
    }
}

fn nothing_there(paths: &[PathBuf]) -> Failure {
    let shown = paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ");
    let shown = vauban_model::printable(&shown);
    Failure::new(
        "no-input",
        Text::new(
            format!("rien à analyser : {shown} n'existe pas"),
            format!("nothing to sweep: {shown} does not exist"),
        ),
        Text::new("vérifiez l'orthographe du chemin", "check the spelling of the path"),
    )
}

fn say(lang: Lang, text: &Text) -> String {
    text.get(lang).to_owned()
}
