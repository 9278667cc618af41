//! `vauban mail`: what the filter of mail would say, and what it kept back.

mod check;
mod quarantine;

use std::process::ExitCode;

use crate::{failure::Failure, place::Place};

/// Judge e-mail, and decide on what was kept back
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Check(check::Arguments),
    Quarantine(quarantine::Arguments),
}

pub(crate) fn run(arguments: &Arguments, place: &Place) -> Result<ExitCode, Failure> {
    match &arguments.command {
        Command::Check(arguments) => check::run(arguments, place),
        Command::Quarantine(arguments) => quarantine::run(arguments, place),
    }
}
