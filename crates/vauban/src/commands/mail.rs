//! `vauban mail`: what the filter of mail would say, what it judged, and what it kept back.

mod check;
mod history;
mod keys;
mod quarantine;
mod reports;

use std::process::ExitCode;

use crate::{failure::Failure, place::Place};

/// Judge e-mail, look up what was judged, and decide on what was kept back or reported
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Check(check::Arguments),
    Quarantine(quarantine::Arguments),
    Reports(reports::Arguments),
    History(history::Arguments),
    Keys(keys::Arguments),
}

pub(crate) fn run(arguments: &Arguments, place: &Place) -> Result<ExitCode, Failure> {
    match &arguments.command {
        Command::Check(arguments) => check::run(arguments, place),
        Command::Reports(arguments) => reports::run(arguments, place),
        Command::History(arguments) => history::run(arguments, place),
        Command::Keys(arguments) => keys::run(arguments, place),
        Command::Quarantine(arguments) => quarantine::run(arguments, place),
    }
}
