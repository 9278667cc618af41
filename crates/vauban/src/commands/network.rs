//! `vauban guard network`: what the kernel lets out, planned, tried, confirmed, taken back.

use std::{
    env, fs,
    net::IpAddr,
    path::{Path, PathBuf},
    process::ExitCode,
};

use jiff::Timestamp;
use serde::Deserialize;
use vauban_egress::{NetworkTable, Nft, Plan, Switch, SwitchError, tell};
use vauban_model::Text;

use crate::{commands::policy, failure::Failure, place::Place, terminal};

/// Say what the kernel is to let out of each compartment, try it, confirm it, take it back
///
/// As root, on the gateway. A plan is on trial until it is confirmed; the kernel itself takes it back when nobody does.
/// docs/network.md says what to do, and what to do when locked out.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Say everything that is wrong, or what the plan comes to; the kernel is asked, and nothing is changed
    Plan {
        /// The configuration
        #[arg(long, default_value = "vauban.toml", value_name = "FILE")]
        config: PathBuf,
        /// Print the transaction that nft would be given, instead
        #[arg(long)]
        json: bool,
    },
    /// Put the plan on trial
    Apply {
        /// The configuration
        #[arg(long, default_value = "vauban.toml", value_name = "FILE")]
        config: PathBuf,
    },
    /// Confirm the plan on trial: best from a new connection
    Confirm,
    /// Take back the plan on trial, or the confirmed one in favour of the one before it
    Undo,
    /// Put the confirmed plan in place: after a restart, or when somebody emptied the kernel's rules
    Restore,
    /// Say what holds, and what was counted
    Status,
}

/// What the file says of the network.
#[derive(Debug, Default, Deserialize)]
struct Holds {
    network: Option<NetworkTable>,
}

pub(super) fn run(arguments: &Arguments, place: &Place) -> Result<ExitCode, Failure> {
    let switch = Switch::new(&place.state, Nft::default());
    let lines = match &arguments.command {
        Command::Plan { config, json } => {
            let plan = plan(config, place)?;
            if *json {
                let text = format!("{}\n", plan.document());
                terminal::data(&text).map_err(|error| Failure::output(&error))?;
                return Ok(ExitCode::SUCCESS);
            }
            switch.check(&plan).map_err(|error| failure(&error))?;
            tell::planned(&plan)
        }
        Command::Apply { config } => {
            let plan = plan(config, place)?;
            made(place)?;
            switch.apply(&plan).map_err(|error| failure(&error))?;
            tell::applied(&plan)
        }
        Command::Confirm => done(switch.confirm(), tell::confirmed)?,
        Command::Undo => {
            made(place)?;
            done(switch.undo(), tell::undone)?
        }
        Command::Restore => done(switch.restore(), tell::restored)?,
        Command::Status => {
            made(place)?;
            tell::standing(&switch.standing().map_err(|error| failure(&error))?)
        }
    };
    let text: String = lines.iter().map(|line| format!("{}\n", line.get(place.lang))).collect();
    terminal::data(&text).map_err(|error| Failure::output(&error))?;
    Ok(ExitCode::SUCCESS)
}

/// The plan of a file; everything that is wrong with it is said, each with its line.
fn plan(file: &Path, place: &Place) -> Result<Plan, Failure> {
    let rules = policy::read(file, place)?;
    let text = fs::read_to_string(file).unwrap_or_default();
    let holds: Holds = toml::from_str(&text).unwrap_or_default();
    let table = holds.network.ok_or_else(|| {
        let shown = file.display();
        Failure::new(
            "network",
            Text::new(format!("{shown} n'a pas de [network]"), format!("{shown} has no [network]")),
            Text::new("docs/network.md en montre une", "docs/network.md shows one"),
        )
    })?;
    Plan::new(&rules, &table, connected_from(), Timestamp::now())
        .map_err(|problems| policy::wrong("network", file, &text, &problems, "docs/network.md"))
}

/// From where whoever gives the command is connected: SSH says so.
fn connected_from() -> Option<IpAddr> {
    let connection = env::var("SSH_CONNECTION").ok()?;
    connection.split_whitespace().next()?.parse().ok()
}

fn made(place: &Place) -> Result<(), Failure> {
    place.make().map_err(|error| failure(&SwitchError::State(error)))
}

fn done(outcome: Result<(), SwitchError>, words: fn() -> Text) -> Result<Vec<Text>, Failure> {
    outcome.map(|()| vec![words()]).map_err(|error| failure(&error))
}

fn failure(error: &SwitchError) -> Failure {
    let (what, hint) = error.words();
    Failure::new("network", what, hint)
}
