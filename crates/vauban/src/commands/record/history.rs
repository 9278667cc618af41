//! `vauban record hunt` and `vauban record history`: asking the past, and how much of it is kept.

use std::{collections::BTreeMap, fmt::Write as _, fs, path::PathBuf, process::ExitCode};

use jiff::Timestamp;
use vauban_knowledge::Sources;
use vauban_matching::set::{IndicatorSet, SetBytes, build};
use vauban_model::{Lang, Marking, Summary, Text};
use vauban_record::{KnownStore, Retention, SqliteRecord, Stat, SweepFinished, SweepLog, SweepStarted};
use vauban_report::{SweepInfo, jsonl, stix};
use vauban_sweep::{Evidence, Hunt, Hunted};

use super::data;
use crate::{failure::Failure, place::Place, terminal};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub(super) enum Format {
    #[default]
    Human,
    Jsonl,
    Stix,
}

#[derive(Debug, clap::Args)]
pub(super) struct HuntArguments {
    /// Indicators to ask for: a file or a folder, in any format that `vauban intel` reads
    #[arg(long, required = true, value_name = "PATH")]
    intel: Vec<PathBuf>,
    /// Match indicators that have expired, too
    #[arg(long)]
    expired: bool,
    /// What stdout carries
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

#[derive(Debug, clap::Args)]
pub(super) struct HistoryArguments {
    /// Keep at most so many MiB; the oldest goes first
    #[arg(long, value_name = "MIB")]
    max_size: Option<u64>,
    /// Keep at most so many days
    #[arg(long, value_name = "DAYS")]
    max_days: Option<u64>,
    /// Forget all of history now
    #[arg(long)]
    forget: bool,
}

/// Matches indicators against everything that was ever swept; no file is opened.
pub(super) fn hunt(arguments: &HuntArguments, record: &mut SqliteRecord, place: &Place) -> Result<ExitCode, Failure> {
    let sources = Sources { paths: arguments.intel.clone(), ..Sources::default() };
    let gathered = sources.gather().map_err(|error| Failure::knowledge(&error))?;
    let built = build(&gathered.reading.indicators);
    let indicators = built.indicators as u64;
    let set = IndicatorSet::open(SetBytes::Owned(built.bytes))
        .map_err(|error| Failure::knowledge(&vauban_knowledge::LoadError::Open(error)))?;
    let store = known(place)?;
    let now = Timestamp::now();
    let hunt = Hunt {
        set: &set,
        advice: vauban_report::advice,
        now,
        with_expired: arguments.expired,
        stat: |path| fs::symlink_metadata(path).ok().map(|metadata| Stat::of(&metadata)),
    };
    let mut all: Vec<Hunted> = Vec::new();
    let asked = hunt.run(&store, &mut |hunted| all.push(hunted)).map_err(|error| Failure::record(&error))?;
    all.sort_by(|a, b| {
        b.sighting.severity.cmp(&a.sighting.severity).then(a.sighting.location.cmp(&b.sighting.location))
    });
    let started = SweepStarted {
        paths: vec!["(history)".to_owned()],
        program: env!("CARGO_PKG_VERSION").to_owned(),
        set_version: set.version(),
        indicators,
        set_aside: gathered.reading.set_aside.len() as u64,
    };
    keep(record, &started, &all, now).map_err(|error| Failure::record(&error))?;
    let text = match arguments.format {
        Format::Human => human(&all, asked, indicators, place.lang),
        Format::Jsonl => all.iter().map(|one| line(one) + "\n").collect(),
        Format::Stix => {
            let info = SweepInfo::new(&started, now, Timestamp::now(), Vec::new());
            let sightings: Vec<_> = all.iter().map(|one| one.sighting.clone()).collect();
            format!("{}\n", stix::bundle(&sightings, &info, Marking::Red))
        }
    };
    data(&text)?;
    not_asked(&set, place.lang);
    Ok(if all.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// What was found is in the record like the findings of any sweep.
fn keep(
    record: &mut SqliteRecord,
    started: &SweepStarted,
    all: &[Hunted],
    now: Timestamp,
) -> Result<(), vauban_record::RecordError> {
    let mut log = SweepLog::begin(record, now, started)?;
    for one in all {
        log.sighting(now, &one.sighting)?;
    }
    let summary = Summary { sightings: all.len() as u64, ..Summary::default() };
    log.finish(Timestamp::now(), &SweepFinished { summary, formats: Vec::new() })
}

/// Rules and patterns need more than history holds.
fn not_asked(set: &IndicatorSet, lang: Lang) {
    let rules = [set.rules(), set.sigma_rules()].into_iter().map(|rules| rules.map_or(0, |rules| rules.len()));
    let number = set.patterns().len() + rules.sum::<usize>();
    if number > 0 {
        let text = Text::new(
            format!("{number} règles ou motifs ont besoin des fichiers eux-mêmes : relancez `vauban sweep --intel`"),
            format!("{number} rules or patterns need the files themselves: run `vauban sweep --intel`"),
        );
        terminal::talk(text.get(lang));
    }
}

fn line(one: &Hunted) -> String {
    let mut text = jsonl::sighting(&one.sighting);
    text.pop();
    let _ = write!(text, r#","seen":"{}","evidence":"{}"}}"#, one.seen, one.evidence.as_str());
    text
}

fn human(all: &[Hunted], asked: u64, indicators: u64, lang: Lang) -> String {
    let mut out = String::new();
    for Hunted { sighting, seen, evidence } in all {
        let value = vauban_model::printable(&sighting.observable.value);
        let state = match (evidence, lang) {
            (Evidence::There, Lang::Fr) => "encore là",
            (Evidence::There, Lang::En) => "still there",
            (Evidence::Changed, Lang::Fr) => "a changé depuis",
            (Evidence::Changed, Lang::En) => "changed since",
            (Evidence::Gone, Lang::Fr) => "n'est plus là",
            (Evidence::Gone, Lang::En) => "gone",
            (Evidence::Elsewhere, Lang::Fr) => "sur un serveur, non vérifié",
            (Evidence::Elsewhere, Lang::En) => "on a server, not checked",
        };
        let read = if lang == Lang::Fr { "lu le" } else { "read on" };
        let day: String = seen.to_string().chars().take(10).collect();
        let _ = writeln!(
            out,
            "{:<6} {:<9} {value} <- {}\n       {read} {day}, {state}; vauban show {}",
            sighting.severity.as_str(),
            sighting.exposure.as_str(),
            sighting.location,
            sighting.short_name()
        );
    }
    let mut counts: BTreeMap<Evidence, u64> = BTreeMap::new();
    for one in all {
        *counts.entry(one.evidence).or_default() += 1;
    }
    let found = all.len();
    let gone = counts.get(&Evidence::Gone).copied().unwrap_or(0);
    let _ = match lang {
        Lang::Fr => writeln!(
            out,
            "{indicators} indicateurs comparés à {asked} traces du passé : {found} signalements, dont {gone} sur des fichiers disparus."
        ),
        Lang::En => writeln!(
            out,
            "{indicators} indicators against {asked} observables of the past: {found} sightings, {gone} of them in files that are gone."
        ),
    };
    out
}

/// Shows, limits or forgets history.
pub(super) fn history(arguments: &HistoryArguments, place: &Place) -> Result<ExitCode, Failure> {
    let failed = |error| Failure::record(&error);
    let mut store = known(place)?;
    if arguments.forget {
        store.forget_history().map_err(failed)?;
    }
    let before = store.retention().map_err(failed)?;
    let after = Retention {
        most_bytes: arguments.max_size.map_or(before.most_bytes, |size| size.saturating_mul(1 << 20)),
        most_days: arguments.max_days.unwrap_or(before.most_days),
    };
    if after != before {
        store.set_retention(&after).map_err(failed)?;
        store.tidy(&after, Timestamp::now().as_second()).map_err(failed)?;
    }
    let (observables, bytes) = store.history_size().map_err(failed)?;
    let each = if observables == 0 { 0.0 } else { bytes as f64 / observables as f64 };
    let most = after.most_bytes >> 20;
    let text = Text::new(
        format!(
            "{observables} traces en {:.1} Mio ({each:.1} octets chacune) ; au plus {most} Mio et {} jours\n",
            bytes as f64 / 1_048_576.0,
            after.most_days
        ),
        format!(
            "{observables} observables in {:.1} MiB ({each:.1} bytes each); at most {most} MiB and {} days\n",
            bytes as f64 / 1_048_576.0,
            after.most_days
        ),
    );
    data(text.get(place.lang))?;
    Ok(ExitCode::SUCCESS)
}

fn known(place: &Place) -> Result<KnownStore, Failure> {
    KnownStore::open(&place.known()).map_err(|error| Failure::record(&error))
}
