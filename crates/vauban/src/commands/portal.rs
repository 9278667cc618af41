//! `vauban portal`: the pages in the browser, and the way in.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use jiff::Timestamp;
use vauban_guard::config::{Config, PortalTable};
use vauban_model::{Lang, Text};
use vauban_portal::{Link, Portal};

use crate::{
    commands::config,
    failure::{Failure, chain},
    place::{Place, random, who},
    terminal,
};

/// Look at it in the browser: what happened, what waits for a decision, and why
///
/// Pages are served on this machine alone. `vauban guard` serves them when its configuration has a [portal]; `serve` does
/// without a guard. From elsewhere: ssh -L 9782:127.0.0.1:9782 THIS-MACHINE.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Print a link into the pages: good once, for ten minutes
    Link {
        /// The configuration, which says where pages are served; without the file, the default place
        #[arg(long, default_value = "vauban.toml", value_name = "FILE")]
        config: PathBuf,
    },
    /// Serve the pages until Ctrl-C
    Serve {
        /// The configuration; without the file, the default place and no filter of mail
        #[arg(long, default_value = "vauban.toml", value_name = "FILE")]
        config: PathBuf,
    },
}

pub(crate) fn run(arguments: &Arguments, place: &Place) -> Result<ExitCode, Failure> {
    place.make().map_err(|error| Failure::output(&error))?;
    match &arguments.command {
        Command::Link { config } => {
            let config = table_of(config)?;
            if let Some(signin) = &config.signin {
                return Err(people_sign_in(&signin.origin));
            }
            let table = config.portal.unwrap_or_default();
            let mut secret = [0; 32];
            random(&mut secret).map_err(|error| cannot(&error.to_string()))?;
            let who = who();
            let path = Link::keep(&place.portal_link(), secret, &who, Timestamp::now())
                .map_err(|error| cannot(&chain(&error)))?;
            terminal::data(&format!("http://{}{path}\n", table.listen)).map_err(|error| Failure::output(&error))?;
            let words = Text::new("bon une fois, pendant dix minutes", "good once, for ten minutes");
            terminal::talk(words.get(place.lang));
        }
        Command::Serve { config } => {
            let portal = prepared(&table_of(config)?.portal.unwrap_or_default(), config, place)?;
            serve(portal, place)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The configuration; the default where the file of that name is not there.
fn table_of(file: &Path) -> Result<Config, Failure> {
    if file.exists() { config::read(file) } else { Ok(Config::default()) }
}

/// The pages of this state. The configuration is read again whenever something is decided.
pub(super) fn prepared(table: &PortalTable, file: &Path, place: &Place) -> Result<Portal, Failure> {
    let file = file.to_owned();
    let config = move || table_of(&file).map_err(|failure| failure.words().get(Lang::En).to_owned());
    Ok(Portal {
        listen: table.listen.clone(),
        state: std::path::absolute(&place.state).map_err(|error| cannot(&error.to_string()))?,
        record: place.record(),
        journal: place.journal(),
        quarantine: place.quarantine(),
        link: place.portal_link(),
        names: place.names(),
        config: Arc::new(config),
        lang: place.lang,
        now: Timestamp::now,
        random,
    })
}

fn serve(portal: Portal, place: &Place) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .map_err(|error| cannot(&error.to_string()))?;
    runtime.block_on(async {
        let listener = vauban_portal::bind(&portal.listen).await.map_err(|error| cannot(&error.to_string()))?;
        let words = Text::new(
            format!("pages sur http://{} ; `vauban portal link` donne le lien d'entrée", portal.listen),
            format!("pages on http://{}; `vauban portal link` prints the way in", portal.listen),
        );
        terminal::talk(words.get(place.lang));
        tokio::select! {
            () = vauban_portal::serve(listener, portal) => {}
            _ = tokio::signal::ctrl_c() => {}
        }
        Ok(())
    })
}

/// No link leads in where people sign in.
fn people_sign_in(origin: &str) -> Failure {
    Failure::new(
        "portal",
        Text::new(
            format!("ici on se connecte, sur {origin} : aucun lien n'ouvre les pages"),
            format!("people sign in here, at {origin}: no link opens the pages"),
        ),
        Text::new(
            "pour les premiers administrateurs : vauban people found NOM",
            "for the first administrators: vauban people found NAME",
        ),
    )
}

fn cannot(reason: &str) -> Failure {
    Failure::new(
        "portal",
        Text::new(
            format!("les pages ne peuvent pas être servies : {reason}"),
            format!("the pages cannot be served: {reason}"),
        ),
        Text::new(
            "une autre adresse : `listen` dans [portal] de vauban.toml",
            "another address: `listen` in [portal] of vauban.toml",
        ),
    )
}
