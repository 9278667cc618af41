//! `vauban hub desk`: review, grants, releases. One file for each family of commands.

mod folder;
mod objects;
mod parties;
mod releases;

use std::{path::PathBuf, process::ExitCode};

use crate::{
    failure::Failure,
    place::{Place, who},
    terminal,
};
use folder::Desk;

/// The desk: what comes in, who decides, what goes out
///
/// Everything stays in one folder, which belongs on a machine without a network. Whoever gives a command is written into the audit trail.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The folder of the desk
    #[arg(long, default_value = "desk", value_name = "FOLDER")]
    desk: PathBuf,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Make a desk: its folder, the key that signs its releases, and the key of the blind tier
    Init {
        /// The name of the agency
        #[arg(long)]
        name: String,
        /// Whom parties call: a name and a number
        #[arg(long)]
        call: String,
    },
    #[command(flatten)]
    Parties(parties::Command),
    #[command(flatten)]
    Objects(objects::Command),
    #[command(flatten)]
    Releases(releases::Command),
    /// Show who did what, and whether the trail is whole; exit code 1 when it is not
    Audit,
}

pub(crate) fn run(arguments: &Arguments, place: &Place) -> Result<ExitCode, Failure> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| Failure::output(&error))?;
    runtime.block_on(async {
        if let Command::Init { name, call } = &arguments.command {
            let text = Desk::init(&arguments.desk, name, call, place.lang).await?;
            terminal::data(&text).map_err(|error| Failure::output(&error))?;
            return Ok(ExitCode::SUCCESS);
        }
        let desk = Desk::open(&arguments.desk, who()).await?;
        let (text, is_well) = match &arguments.command {
            Command::Init { .. } => (String::new(), true),
            Command::Parties(command) => (parties::run(&desk, command, place.lang).await?, true),
            Command::Objects(command) => objects::run(&desk, command, place.lang).await?,
            Command::Releases(command) => (releases::run(&desk, command, place.lang).await?, true),
            Command::Audit => desk.audit(place.lang).await?,
        };
        terminal::data(&text).map_err(|error| Failure::output(&error))?;
        Ok(if is_well { ExitCode::SUCCESS } else { ExitCode::from(1) })
    })
}
