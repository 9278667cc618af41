//! `vauban pattern check|match`: STIX patterns, one JSON row a line.

use std::{
    io::{self, BufRead as _},
    process::ExitCode,
};

use clap::Subcommand;
use vauban_matching::pattern::{check_row, match_row};

use crate::{failure::Failure, terminal};

/// Check and evaluate STIX 2.1 patterns, one JSON row a line from stdin.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// {"pattern":P} gives {"valid":true|false,"error":…}
    Check,
    /// {"pattern":P,"observed":[observed-data or bundle,…]} gives {"result":"match|nomatch|error","error":…}
    Match,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let answer = match arguments.action {
        Action::Check => check_row,
        Action::Match => match_row,
    };
    for line in io::stdin().lock().split(b'\n') {
        let line = line.map_err(|error| Failure::output(&error))?;
        let line = String::from_utf8_lossy(&line);
        if !line.trim().is_empty() {
            terminal::data(&format!("{}\n", answer(&line))).map_err(|error| Failure::output(&error))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
