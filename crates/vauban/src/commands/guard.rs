//! `vauban guard`: keeps it out.

mod signin;

use std::{path::PathBuf, process::ExitCode, sync::Arc, time::Duration};

use jiff::Timestamp;
use tracing::Level;
use tracing_subscriber::{Layer as _, filter::filter_fn, fmt, layer::SubscriberExt as _, util::SubscriberInitExt as _};
use vauban_examine::{Confined, Terms};
use vauban_guard::{
    Guard, GuardError, MailParts, NamesParts,
    config::{Config, MailTable},
    sensors::mail::{History, Memory},
};
use vauban_intake::Limits;
use vauban_knowledge::{Sources, prepare};
use vauban_mail::Organisation;
use vauban_model::{Lang, Text};

use crate::{
    commands::{config, intel, network, portal, readers},
    failure::{Failure, chain},
    place::{Place, random},
};

/// How often hubs are asked whether there is anything new.
const ROUND: Duration = Duration::from_secs(600);

/// Keep it out: judge mail while it arrives, and names while they are asked for.
///
/// One process; `vauban config print > vauban.toml` writes its commented configuration. SIGHUP reads the configuration and
/// the indicators again without dropping a message; SIGTERM finishes what was begun. Logs go to stderr, one JSON object a
/// line. docs/guard.md says how to connect Postfix.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    /// The configuration
    #[arg(long, default_value = "vauban.toml", value_name = "FILE")]
    config: PathBuf,
    /// Do without the built-in starter set of indicators
    #[arg(long)]
    no_starter: bool,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Network(network::Arguments),
}

pub(crate) fn run(arguments: &Arguments, place: &Place) -> Result<ExitCode, Failure> {
    if let Some(Command::Network(arguments)) = &arguments.command {
        return network::run(arguments, place);
    }
    let config = config::read(&arguments.config)?;
    place.make().map_err(|error| cannot(&error.to_string()))?;
    log();
    let file = arguments.config.clone();
    let reload = move || config::read(&file).map_err(|failure| failure.words().get(Lang::En).to_owned());
    let (mut salt, mut key) = ([0; 16], [0; 32]);
    let mut seed = [0; 16];
    random(&mut salt)
        .and_then(|()| random(&mut key))
        .and_then(|()| random(&mut seed))
        .map_err(|error| cannot(&error.to_string()))?;
    let (state, starter) = (place.state.clone(), !arguments.no_starter);
    let prepare = Arc::new(move |organisation: &Organisation, table: &MailTable| {
        readers_for(organisation, table, state.clone(), starter)
    });
    let sources = Sources { starter, state: Some(place.state.clone()), paths: Vec::new(), benign: None };
    let pages = config.portal.as_ref().map(|table| portal::prepared(table, &arguments.config, place)).transpose()?;
    let names = names(place, starter, seed);
    let indicators = Arc::clone(&names.indicators);
    // Where people sign in they sign in to the pages, too; else a link leads to them.
    let (signin, portal) = match &config.signin {
        Some(table) => (Some(signin::prepared(table, &config, pages, indicators, place)?), None),
        None => (None, pages),
    };
    let guard = Guard {
        config,
        reload: Box::new(reload) as Box<dyn Fn() -> Result<Config, String> + Send + Sync>,
        knowledge: Arc::new(move || sources.digest().unwrap_or_default()),
        mail: MailParts {
            prepare,
            record: place.record(),
            quarantine: place.quarantine(),
            memory: Memory::new(place.correspondents(), salt),
            history: History::new(place.journal(), key),
            now: Timestamp::now,
            random,
        },
        names,
        signin,
    };
    let watched = Place { state: place.state.clone(), lang: Lang::En };
    // It ends with the process: whoever is killed in a round goes on from there the next time.
    std::thread::spawn(move || {
        loop {
            keep_up(&watched);
            std::thread::sleep(ROUND);
        }
    });
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| cannot(&error.to_string()))?;
    let outcome: Result<(), GuardError> = runtime.block_on(async {
        if let Some(portal) = portal {
            tokio::spawn(vauban_portal::keep_serving(portal));
        }
        vauban_guard::run(guard).await
    });
    outcome.map_err(|error| cannot(&chain(&error)))?;
    Ok(ExitCode::SUCCESS)
}

/// A round at every agency's hub: releases come, blind look-ups go when it is their time. The log says how it went, and nothing of what was met.
fn keep_up(place: &Place) {
    for (hub, outcome) in intel::rounds(place) {
        match outcome {
            Ok(met) => tracing::info!(hub, met, "a round at a hub"),
            Err(failure) => tracing::warn!(hub, reason = failure.words().get(Lang::En), "a round at a hub failed"),
        }
    }
}

/// What the filter of names is told.
fn names(place: &Place, starter: bool, seed: [u8; 16]) -> NamesParts {
    let state = place.state.clone();
    let sources = Sources { starter, state: Some(state.clone()), paths: Vec::new(), benign: None };
    let seed = u128::from_le_bytes(seed);
    NamesParts {
        indicators: Arc::new(move || vauban_knowledge::indicators(&sources, &state).map_err(|error| chain(&error))),
        state: place.state.clone(),
        log: place.names(),
        fetch: Arc::new(vauban_intel::store::Https),
        page: Arc::new(vauban_portal::blocked),
        now: Timestamp::now,
        random,
        seed: [(seed >> 64) as u64, seed as u64],
    }
}

/// Readers with the indicators as they are now.
fn readers_for(
    organisation: &Organisation,
    table: &MailTable,
    state: PathBuf,
    starter: bool,
) -> Result<Confined, String> {
    let sources = Sources { starter, state: Some(state.clone()), paths: Vec::new(), benign: None };
    let mut prepared = prepare(&sources, &state, Lang::En, &mut random).map_err(|error| chain(&error))?;
    let terms = Terms {
        limits: Limits::default(),
        memory: table.reader_memory_mib << 20,
        now: Timestamp::now(),
        with_expired: false,
        // The past is asked for what somebody confirms later.
        remember: true,
        onlooker: Some(serde_json::to_vec(organisation).map_err(|error| error.to_string())?),
    };
    readers::confined(&mut prepared, &terms)
}

/// Libraries that log what strangers send.
const TALKATIVE: [&str; 2] = ["webauthn_rs_core", "crypto_glue"];

/// Logs as JSON lines. What stands in messages is never logged.
fn log() {
    let is_ours = filter_fn(|told| {
        *told.level() <= Level::INFO && TALKATIVE.iter().all(|library| !told.target().starts_with(library))
    });
    let lines = fmt::layer().json().flatten_event(true).with_target(false).with_writer(std::io::stderr);
    tracing_subscriber::registry().with(lines.with_filter(is_ours)).init();
}

fn cannot(reason: &str) -> Failure {
    Failure::new(
        "guard",
        Text::new(format!("la garde ne peut pas commencer : {reason}"), format!("the guard cannot begin: {reason}")),
        Text::new("`vauban config check` vérifie la configuration", "`vauban config check` checks the configuration"),
    )
}
