//! `vauban mail`: what the filter of mail would say.

mod check;

use std::process::ExitCode;

use crate::{failure::Failure, place::Place};

/// Judge e-mail: would it be delivered, flagged or kept back, and why?
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Check(check::Arguments),
}

pub(crate) fn run(arguments: &Arguments, place: &Place) -> Result<ExitCode, Failure> {
    match &arguments.command {
        Command::Check(arguments) => check::run(arguments, place),
    }
}
