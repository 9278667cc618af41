//! `vauban intel check|add|list|show|update|remove|export`: what we look for, and where it comes from.

mod check;
mod counts;
mod hub;
mod hubs;

use std::{fmt::Write as _, path::PathBuf, process::ExitCode};

use clap::Subcommand;
use jiff::Timestamp;
use vauban_intel::{
    export::{ExportFormat, Selection, export},
    store::{AddOptions, Https, Shown, SourceId, SourceMeta, Store, StoreError, Updated},
};
use vauban_knowledge::{Sources, starter};
use vauban_model::{Indicator, Lang, Marking, Text, printable};

pub(super) use hubs::rounds;

use super::record::parse_marking;
use crate::{
    failure::{Failure, chain},
    place::Place,
    terminal,
};

/// Indicators: what to look for, and where it comes from.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Read documents and say what would be looked for, what not, and why
    Check {
        /// Files and folders
        #[arg(required = true, value_name = "PATH")]
        paths: Vec<PathBuf>,
    },
    /// Add a source: a file, a folder, an https address, or an agency's hub as hub:https://…
    Add {
        /// Where it is
        #[arg(value_name = "PATH|URL")]
        from: String,
        /// What to call it
        #[arg(long)]
        name: Option<String>,
        /// The publisher's minisign public key; then every document must be signed
        #[arg(long, value_name = "KEY")]
        key: Option<String>,
        /// The TLP label of what the documents do not mark
        #[arg(long, value_name = "TLP", default_value = "TLP:AMBER", value_parser = parse_marking)]
        tlp: Marking,
        /// For a hub: a file with the enrolment code; without it the code is asked for
        #[arg(long, value_name = "FILE")]
        code: Option<PathBuf>,
    },
    /// List the sources
    List,
    /// Show a source, an indicator by its id, or everything known of a value
    Show {
        /// The source's id, the indicator's id, or the value
        what: String,
    },
    /// Bring sources up to date from where they came
    Update {
        /// The source; all of them if none
        source: Option<String>,
        /// Accept an update that is empty or much smaller; never one with a wrong signature
        #[arg(long)]
        force: bool,
    },
    /// Remove a source
    Remove {
        /// The source's id
        source: String,
    },
    /// What there is to do with an agency's hub: words to compare, hits, sightings, counts, sticks
    Hub {
        #[command(subcommand)]
        command: hub::Command,
    },
    /// Write indicators out for other tools
    Export {
        /// stix, misp, rpz, hosts, csv, yara or suricata
        #[arg(long, value_name = "FORMAT", value_parser = parse_format)]
        format: ExportFormat,
        /// The strictest TLP label that the reader may see
        #[arg(long, value_name = "TLP", default_value = "TLP:AMBER", value_parser = parse_marking)]
        clearance: Marking,
        /// Expired ones, too
        #[arg(long)]
        expired: bool,
        /// Do without the built-in starter set
        #[arg(long)]
        no_starter: bool,
        /// Documents to export instead of the sources
        #[arg(value_name = "PATH")]
        paths: Vec<PathBuf>,
    },
}

fn parse_format(text: &str) -> Result<ExportFormat, String> {
    text.parse().map_err(|error: vauban_intel::export::UnknownExportFormat| error.to_string())
}

pub(crate) fn run(arguments: &Arguments, place: &Place) -> Result<ExitCode, Failure> {
    let store = Store::open(&place.state);
    let refused = |error: StoreError| Failure::store(&error);
    let lang = place.lang;
    let now = Timestamp::now();
    let mut code = ExitCode::SUCCESS;
    let text = match &arguments.action {
        Action::Check { paths } => {
            let (text, all_good) = check::check(paths, lang)?;
            if !all_good {
                code = ExitCode::from(1);
            }
            text
        }
        Action::Add { from, name, code, .. } if from.starts_with(hubs::SCHEME) => {
            place.make().map_err(|error| Failure::output(&error))?;
            hubs::add(from, name.as_deref(), code.as_deref(), place)?
        }
        Action::Hub { command } => hub::run(command, place)?,
        Action::Update { source: Some(name), .. } if hubs::is_one(place, name)? => hubs::update(name, place)?,
        Action::Remove { source } if hubs::is_one(place, source)? => hubs::remove(source, place)?,
        Action::Add { from, name, key, tlp, .. } => {
            place.make().map_err(|error| Failure::output(&error))?;
            let options = AddOptions { name: name.clone(), key: key.clone(), marking: *tlp };
            updated(&store.add(from, &options, &Https, now).map_err(refused)?, lang)
        }
        Action::List => list(&store, lang)? + &hubs::list(place)?,
        Action::Show { what } => show(&store, what, lang)?,
        Action::Update { source, force } => {
            let ids: Vec<SourceId> = match source {
                Some(id) => vec![source_id(id)?],
                None => store.list().map_err(refused)?.into_iter().flatten().map(|meta| meta.id).collect(),
            };
            let mut text = String::new();
            let mut failed = None;
            for id in ids {
                match store.update(&id, &Https, *force, now) {
                    Ok(done) => text.push_str(&updated(&done, lang)),
                    Err(error) => {
                        terminal::talk(&format!("{}: {}", id.as_str(), chain(&error)));
                        failed = Some(error);
                    }
                }
            }
            if source.is_none() {
                text.push_str(&hubs::update_all(place)?);
            }
            if let Some(error) = failed {
                terminal::data(&text).map_err(|error| Failure::output(&error))?;
                return Err(Failure::store(&error));
            }
            text
        }
        Action::Remove { source } => {
            let removed = store.remove(&source_id(source)?).map_err(refused)?;
            let words = Text::new("retirée", "removed");
            format!("{} {}\n", removed.meta.id.as_str(), words.get(lang))
        }
        Action::Export { format, clearance, expired, no_starter, paths } => {
            let sources = Sources {
                starter: !no_starter && paths.is_empty(),
                state: paths.is_empty().then(|| place.state.clone()),
                paths: paths.clone(),
                benign: None,
            };
            let gathered = sources.gather().map_err(|error| Failure::knowledge(&error))?;
            let selection = Selection { clearance: *clearance, now, expired_too: *expired };
            let exported = export(&gathered.reading.indicators, *format, &selection);
            let words = Text::new(
                format!(
                    "{} écrits, {} au-dessus de l'habilitation, {} expirés, {} inexprimables",
                    exported.written, exported.withheld, exported.expired, exported.inexpressible
                ),
                format!(
                    "{} written, {} above the clearance, {} expired, {} not expressible",
                    exported.written, exported.withheld, exported.expired, exported.inexpressible
                ),
            );
            terminal::talk(words.get(lang));
            exported.text
        }
    };
    terminal::data(&text).map_err(|error| Failure::output(&error))?;
    Ok(code)
}

fn source_id(text: &str) -> Result<SourceId, Failure> {
    text.parse().map_err(|error: StoreError| Failure::store(&error))
}

fn updated(done: &Updated, lang: Lang) -> String {
    let state = if done.changed {
        Text::new("à jour, changée", "up to date, changed")
    } else {
        Text::new("inchangée", "unchanged")
    };
    let mut text = line(&done.meta, lang);
    let _ = writeln!(
        text,
        "  {}: {} -> {}; {} {}",
        state.get(lang),
        done.before,
        done.meta.indicators,
        done.reading.refused.len(),
        Text::new("refusés", "refused").get(lang)
    );
    text
}

fn line(meta: &SourceMeta, lang: Lang) -> String {
    let signed =
        if meta.key.is_some() { Text::new("signée", "signed") } else { Text::new("non signée", "not signed") };
    format!(
        "{:<24} {:>7} {}  {}  {}  {}\n",
        meta.id.as_str(),
        meta.indicators,
        Text::new("indicateurs", "indicators").get(lang),
        meta.marking,
        signed.get(lang),
        printable(&meta.from)
    )
}

fn list(store: &Store, lang: Lang) -> Result<String, Failure> {
    let built_in = starter();
    let mut text = format!(
        "{:<24} {:>7} {}  TLP:CLEAR  {}\n",
        "starter",
        built_in.indicators.len(),
        Text::new("indicateurs", "indicators").get(lang),
        Text::new("fourni avec le programme", "built into the program").get(lang)
    );
    for meta in store.list().map_err(|error| Failure::store(&error))? {
        match meta {
            Ok(meta) => text.push_str(&line(&meta, lang)),
            Err(error) => terminal::talk(&chain(&error)),
        }
    }
    Ok(text)
}

fn show(store: &Store, what: &str, lang: Lang) -> Result<String, Failure> {
    let mut text = String::new();
    let (mut found, mut aside) = (Vec::new(), Vec::new());
    match store.show(what) {
        Ok(Shown::Source { meta, reading }) => {
            text.push_str(&line(&meta, lang));
            found = reading.indicators.clone();
        }
        Ok(Shown::Indicators { indicators, set_aside }) => {
            found = indicators;
            aside = set_aside;
        }
        // The store may know nothing of it while the starter set does.
        Err(error) if starter_indicators(what).is_empty() => return Err(Failure::store(&error)),
        Err(_) => {}
    }
    found.extend(starter_indicators(what));
    for indicator in &found {
        describe(&mut text, indicator);
    }
    for one in &aside {
        describe(&mut text, &one.indicator);
        let _ = writeln!(text, "  {}", one.reason.get(lang));
    }
    Ok(text)
}

fn starter_indicators(what: &str) -> Vec<Indicator> {
    let wanted = |indicator: &Indicator| {
        indicator.id.as_str() == what || indicator.tests.iter().any(|test| test.value().eq_ignore_ascii_case(what))
    };
    starter().indicators.into_iter().filter(|indicator| what == "starter" || wanted(indicator)).collect()
}

fn describe(out: &mut String, indicator: &Indicator) {
    let values = indicator.tests.iter().map(|test| printable(test.value())).collect::<Vec<_>>().join(" | ");
    let _ = writeln!(out, "{values}");
    let _ = writeln!(out, "  {}  {}", indicator.id, indicator.marking);
    if indicator.name != values {
        let _ = writeln!(out, "  {}", printable(&indicator.name));
    }
    let line = indicator.source.line.map_or(String::new(), |line| format!(":{line}"));
    let _ = writeln!(out, "  {} ({}{line})", printable(&indicator.source.name), printable(&indicator.source.document));
    for reference in &indicator.source.references {
        let _ = writeln!(out, "  {}", printable(reference));
    }
}
