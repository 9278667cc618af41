//! `vauban list`: lists of names that others keep, how they are, and fetched by hand.

use std::{fmt::Write as _, path::PathBuf, process::ExitCode, sync::Arc};

use jiff::Timestamp;
use vauban_guard::{Lists, Metrics, config::Config};
use vauban_lists::{Meta, Store};
use vauban_model::{Lang, Text};

use crate::{
    commands::config,
    failure::Failure,
    place::{Place, random},
    terminal,
};

/// Say how the lists of names are that others keep, or fetch them now
///
/// Lists stand in vauban.toml as [[list]]. A list that cannot be had, is empty, shrank absurdly or blocks what everybody uses is
/// refused, and its last good copy stays in use. docs/lists.md says more.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Say how each list is; exit code 1 when one is not well
    Status {
        /// The configuration
        #[arg(long, default_value = "vauban.toml", value_name = "FILE")]
        config: PathBuf,
    },
    /// Fetch lists now, and say what became of each; exit code 1 when one was refused
    Fetch {
        /// Only these lists; all of them when none is named
        #[arg(value_name = "NAME")]
        names: Vec<String>,
        /// Take a list although it shrank absurdly, or wants to block much that no list may: somebody looked at it
        #[arg(long, requires = "names")]
        force: bool,
        /// The configuration
        #[arg(long, default_value = "vauban.toml", value_name = "FILE")]
        config: PathBuf,
    },
}

pub(crate) fn run(arguments: &Arguments, place: &Place) -> Result<ExitCode, Failure> {
    place.make().map_err(|error| Failure::output(&error))?;
    let (Command::Status { config: file } | Command::Fetch { config: file, .. }) = &arguments.command;
    let config = config::read(file)?;
    if let Command::Fetch { names, force, .. } = &arguments.command {
        fetch(&config, names, *force, place)?;
    }
    let store = Store::open(&place.state);
    let mut text = String::new();
    let mut is_well = true;
    for list in &config.list {
        let meta = store.meta(&list.name).unwrap_or_default();
        is_well &= meta.good.is_some() && meta.refused.is_none();
        let _ = writeln!(text, "{}", said(&list.name, &meta, place.lang));
    }
    terminal::data(&text).map_err(|error| Failure::output(&error))?;
    Ok(if is_well { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// Fetches those that are named, or all of them.
fn fetch(config: &Config, names: &[String], by_force: bool, place: &Place) -> Result<(), Failure> {
    if let Some(name) = names.iter().find(|name| !config.list.iter().any(|list| list.name == **name)) {
        return Err(Failure::new(
            "list",
            Text::new(format!("aucune liste ne s'appelle {name:?}"), format!("no list is called {name:?}")),
            Text::new("`vauban list status` les montre toutes", "`vauban list status` shows all of them"),
        ));
    }
    let fetcher = Arc::new(vauban_intel::store::Https);
    let lists = Lists::new(&place.state, fetcher, Timestamp::now, random, Metrics::default());
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| Failure::output(&error))?;
    let (config, names) = (config.clone(), names.to_vec());
    let fetch_all = move || {
        let mut wanted = config.list.iter().filter(|list| names.is_empty() || names.contains(&list.name));
        wanted.all(|list| lists.fetch(list, &config, by_force).is_some())
    };
    let fetched = runtime.block_on(async { tokio::task::spawn_blocking(fetch_all).await });
    if fetched.unwrap_or(false) {
        return Ok(());
    }
    Err(Failure::new(
        "list",
        Text::new("une liste n'a pas pu être gardée", "a list could not be kept"),
        Text::new(
            "le dossier d'état doit être accessible en écriture, et avoir de la place",
            "the state directory has to be writable, and to have room",
        ),
    ))
}

fn said(name: &str, meta: &Meta, lang: Lang) -> String {
    let good = match &meta.good {
        Some(good) => {
            let (entries, when) = (good.report.entries(), good.fetched);
            Text::new(
                format!("{name} : {entries} entrées, copie du {when}"),
                format!("{name}: {entries} entries, copy of {when}"),
            )
        }
        None => Text::new(
            format!("{name} : pas encore de bonne copie ; cette liste ne bloque rien"),
            format!("{name}: no good copy yet; this list blocks nothing"),
        ),
    };
    let mut text = good.get(lang).to_owned();
    if let Some(refused) = &meta.refused {
        let why = refused.why.text();
        let _ = write!(text, "\n  {} {}", refused.at, why.get(lang));
    }
    text
}
