//! `vauban sweep`: have we been hit?

mod keeper;
mod mailboxes;
mod told;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
    time::{Duration, Instant},
};

use clap::ValueEnum;
use jiff::Timestamp;
use vauban_examine::Terms;
use vauban_intake::{Limits, StopFlag};
use vauban_knowledge::{Prepared, Sources, Warning, prepare};
use vauban_model::{Lang, Marking, Secret, Summary, Text};
use vauban_record::{KnownStore, Record, RecordError, SqliteRecord, SweepFinished, SweepStarted};
use vauban_report::{Findings, SweepInfo, html, jsonl, stix, terminal as summary};
use vauban_sweep::{Backups, Basis, Known, Learner, Options, Start, run as sweep};

use self::{keeper::Keeper, told::Told};
use crate::{
    commands::readers::Readers,
    failure::{Failure, chain},
    place::{Place, random},
    terminal,
};

/// Have we been hit? Searches files, and everything inside them, for known traces of attackers.
///
/// Reads mailboxes, archives, documents, browser histories and logs to any depth, changes nothing, and connects to
/// nothing that it finds. Whatever cannot be read is listed with its reason. A mailbox on a server is swept where it
/// lies: imaps://user@server/ (read only; nothing is marked as read).
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
    /// Read everything again, whatever earlier sweeps read
    #[arg(long)]
    fresh: bool,
    /// Keep no history: what was seen cannot be asked again with later indicators
    #[arg(long)]
    no_history: bool,
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
    /// The most memory that one reader may take, in MiB
    #[arg(long, value_name = "MIB", default_value_t = 160)]
    max_memory: u64,
    /// Ask for the password of encrypted backups of phones
    #[arg(long, conflicts_with = "backup_password_file")]
    ask_backup_password: bool,
    /// The file whose first line is that password
    #[arg(long, value_name = "FILE")]
    backup_password_file: Option<PathBuf>,
    #[command(flatten)]
    mail: mailboxes::MailArguments,
    /// The most containers an item may lie in
    #[arg(long, value_name = "N", default_value_t = Limits::default().depth)]
    max_depth: usize,
    /// The most seconds one file may take
    #[arg(long, value_name = "SECONDS", default_value_t = 600)]
    max_seconds: u64,
    /// Files and folders to search, and mailboxes: imaps://user@server/, or imaps://user@server/INBOX for one of them
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
    let lang = place.lang;
    let begun = Instant::now();
    let clock: Arc<dyn Fn() -> Duration + Send + Sync> = Arc::new(move || begun.elapsed());
    let stop = stop_on_interrupt();
    let mut starts = Vec::new();
    for path in &arguments.paths {
        let mailbox = mailboxes::open(&path.to_string_lossy(), &arguments.mail, &stop, &clock, lang)?;
        starts.push((path, mailbox));
    }
    let is_there = |path: &PathBuf| std::fs::metadata(path).is_ok();
    let anything_else = starts.iter().any(|(path, mailbox)| mailbox.is_none() && is_there(path));
    if !anything_else && starts.iter().all(|(_, mailbox)| mailbox.is_none()) {
        return Err(nothing_there(&arguments.paths));
    }
    // With something else to sweep, a mailbox that does not open is an input that cannot be read, and is listed.
    let mut opened = anything_else;
    let mut failure = None;
    for (path, mailbox) in starts.iter().filter_map(|(path, mailbox)| Some((path, mailbox.as_ref()?))) {
        match mailbox.sign_in() {
            Ok(()) => opened = true,
            Err(error) => failure = Some(mailboxes::not_opened(&path.to_string_lossy(), &error)),
        }
    }
    if let (false, Some(failure)) = (opened, failure) {
        return Err(failure);
    }
    let password = backup_password(arguments, lang)?;
    let usable = place.make();
    if let Err(error) = &usable {
        say(
            lang,
            &Text::new(
                format!("attention : dossier d'état {} inutilisable ({error})", place.state.display()),
                format!("warning: the state folder {} cannot be used ({error})", place.state.display()),
            ),
        );
    }
    let sources = Sources {
        starter: !arguments.no_starter,
        state: usable.is_ok().then(|| place.state.clone()),
        paths: arguments.intel.clone(),
        benign: arguments.benign.clone(),
    };
    let mut prepared =
        prepare(&sources, &place.state, lang, &mut random).map_err(|error| Failure::knowledge(&error))?;
    let now = Timestamp::now();
    let limits = Limits { item_bytes: arguments.max_item_bytes, depth: arguments.max_depth, ..Limits::default() };
    let remember = !arguments.no_history && usable.is_ok();
    let terms = Terms {
        limits,
        memory: arguments.max_memory << 20,
        now,
        with_expired: arguments.expired,
        remember,
        onlooker: None,
    };
    let readers = Readers::start(&mut prepared, &terms).map_err(|error| Failure::knowledge(&error))?;
    warn(&prepared, &readers, lang);

    let basis = Basis {
        set: &prepared.set,
        names_matter: readers.rules_ask_for_names(),
        now,
        folder: std::env::current_dir().unwrap_or_default(),
        options: format!(
            "{} {} {} {} {}",
            env!("CARGO_PKG_VERSION"),
            u8::from(arguments.expired),
            limits.item_bytes,
            limits.depth,
            arguments.max_memory
        ),
    };
    let known_path = place.known();
    let learner = usable.is_ok().then(|| {
        let store = KnownStore::open(&known_path)?;
        Learner::begin(store, &basis, remember)
    });
    let known = match &learner {
        Some(Ok(learner)) if !arguments.fresh => {
            KnownStore::read_only(&known_path).ok().map(|store| Known::new(store, learner.knowledge(), &basis))
        }
        _ => None,
    };
    let learner = learner.and_then(|learner| told_apart(learner, lang));

    let backups = Backups { password, stop: stop.clone() };
    let options = Options {
        starts: starts
            .iter()
            .map(|(path, mailbox)| match mailbox {
                Some(mailbox) => Start::Source(mailbox),
                None => Start::Path((*path).clone()),
            })
            .collect(),
        unpack: &backups,
        // They are in memory, one for each reader.
        piece_bytes: limits.item_bytes.saturating_mul(2),
        jobs: arguments.jobs.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from)),
        known: known.as_ref(),
        time_limit: Duration::from_secs(arguments.max_seconds),
        stop,
        clock: &*clock,
    };
    let started = SweepStarted {
        paths: arguments.paths.iter().map(|path| path.display().to_string()).collect(),
        program: env!("CARGO_PKG_VERSION").to_owned(),
        set_version: prepared.set.version(),
        indicators: prepared.indicators,
        set_aside: prepared.set_aside.len() as u64,
    };
    let mut record = SqliteRecord::open(&place.record());
    let mut keeper = Keeper::begin(&mut record, &started, now, learner);
    let mut told = Told::new(arguments.format, lang);
    let account = sweep(&options, &readers, &mut |event| {
        keeper.event(&event);
        told.event(&event);
    });
    terminal::progress("");
    let not_kept = keeper.finish(&SweepFinished { summary: account, formats: told.formats() });
    let info = SweepInfo::new(&started, now, Timestamp::now(), told.formats());
    let findings = Findings { sightings: &told.sightings, unread: &told.unread, summary: &account, sweep: &info };
    report(arguments, &findings, lang)?;
    if let Some(error) = told.output {
        return Err(Failure::output(&error));
    }
    tell_record(record.as_ref().ok(), not_kept.as_deref(), lang);
    Ok(exit_code(&account))
}

/// The password of encrypted backups. Never an argument: those stand in the list of processes and in the history of the
/// shell.
fn backup_password(arguments: &Arguments, lang: Lang) -> Result<Option<Secret>, Failure> {
    if arguments.ask_backup_password {
        let what = Text::new("mot de passe de la sauvegarde", "password of the backup");
        return terminal::secret(&what, lang).map(|password| Some(Secret::new(password)));
    }
    let Some(path) = &arguments.backup_password_file else { return Ok(None) };
    let hint = Text::new(
        "ou donnez le mot de passe dans le terminal avec --ask-backup-password",
        "or give the password in the terminal with --ask-backup-password",
    );
    first_line(path, "backup-password", hint).map(Some)
}

/// The secret in the first line of a file, and what to do where that cannot be read.
fn first_line(path: &Path, code: &'static str, hint: Text) -> Result<Secret, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        let path = path.display();
        let what =
            Text::new(format!("{path} ne peut pas être lu : {error}"), format!("{path} cannot be read: {error}"));
        Failure::new(code, what, hint)
    })?;
    Ok(Secret::new(text.lines().next().unwrap_or_default().to_owned()))
}

/// A flag that Ctrl-C raises; a second Ctrl-C ends the process.
pub(super) fn stop_on_interrupt() -> StopFlag {
    let stop = StopFlag::default();
    let raised = stop.clone();
    // Without a handler Ctrl-C ends the process at once, as everywhere: nothing to report.
    let _ = ctrlc::set_handler(move || {
        if raised.is_raised() {
            std::process::exit(130);
        }
        raised.raise();
    });
    stop
}

/// Whoever cannot remember goes on without, and says so.
fn told_apart<T>(outcome: Result<T, RecordError>, lang: Lang) -> Option<T> {
    outcome
        .inspect_err(|error| {
            let reason = chain(error);
            say(
                lang,
                &Text::new(
                    format!("attention : rien n'est retenu pour la prochaine analyse ({reason})"),
                    format!("warning: nothing is kept for the next sweep ({reason})"),
                ),
            );
        })
        .ok()
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
        say(lang, &Text::new(format!("rapport : {}", path.display()), format!("report: {}", path.display())));
    }
    Ok(())
}

/// The record's head to write down elsewhere, or why the sweep is not in it.
fn tell_record(record: Option<&SqliteRecord>, not_kept: Option<&str>, lang: Lang) {
    if let Some(problem) = not_kept {
        say(
            lang,
            &Text::new(
                format!("attention : cette analyse n'est pas entière dans le registre ({problem})"),
                format!("warning: this sweep is not wholly in the record ({problem})"),
            ),
        );
    } else if let Some(Ok(head)) = record.map(Record::head) {
        say(lang, &Text::new(format!("registre : {head}"), format!("record: {head}")));
    }
}

/// What a person should know of the indicators before the sweep.
pub(super) fn warn(knowledge: &Prepared, readers: &Readers, lang: Lang) {
    if let Some(text) = readers.warning() {
        say(lang, &text);
    }
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
        say(lang, &text);
    }
    if !knowledge.refused.is_empty() {
        let number = knowledge.refused.len();
        say(
            lang,
            &Text::new(
                format!("{number} lignes ou règles d'indicateurs refusées : voir `vauban intel check`"),
                format!("{number} indicator rows or rules refused: see `vauban intel check`"),
            ),
        );
    }
}

pub(super) fn nothing_there(paths: &[PathBuf]) -> Failure {
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

fn say(lang: Lang, text: &Text) {
    terminal::talk(text.get(lang));
}
