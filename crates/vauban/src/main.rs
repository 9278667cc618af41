//! The program: arguments, environment, terminal and exit codes. It holds no logic of its own; each subcommand is one
//! file under `commands/`.

mod commands;
mod failure;
mod place;
mod terminal;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use failure::Failure;

/// Protects organisations that state hackers target.
///
/// Start with: vauban sweep FOLDER
///
/// Exit codes: 0 nothing found and everything read; 1 sightings; 2 could not run; 3 nothing found, but some input
/// could not be read.
#[derive(Debug, Parser)]
#[command(name = "vauban", version, arg_required_else_help = true)]
struct Arguments {
    /// Where state lives [default: $VAUBAN_STATE, else the XDG state directory]
    #[arg(long, global = true, value_name = "DIR")]
    state: Option<std::path::PathBuf>,
    /// Language of messages and reports: fr or en [default: from the environment]
    #[arg(long, global = true, value_name = "LANG", value_parser = terminal::parse_lang)]
    lang: Option<vauban_model::Lang>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Sweep(commands::sweep::Arguments),
    Guard(commands::guard::Arguments),
    Hub(commands::hub::Arguments),
    Config(commands::config::Arguments),
    Device(commands::device::Arguments),
    Intel(commands::intel::Arguments),
    List(commands::list::Arguments),
    Mail(commands::mail::Arguments),
    Pattern(commands::pattern::Arguments),
    People(commands::people::Arguments),
    Policy(commands::policy::Arguments),
    Portal(commands::portal::Arguments),
    Record(commands::record::Arguments),
    Show(commands::show::Arguments),
    Stix(commands::stix::Arguments),
    /// Reads hostile bytes for another process of this program; of no use by itself
    #[command(hide = true)]
    Worker,
}

fn main() -> ExitCode {
    // Readers of hostile bytes may fail; the pipeline catches that and says so in the report, not on the terminal.
    std::panic::set_hook(Box::new(|_| {}));
    let arguments = Arguments::parse();
    let lang = arguments.lang.unwrap_or_else(terminal::lang_of_environment);
    let place = place::Place::new(arguments.state.as_deref(), lang);
    let outcome = match &arguments.command {
        Command::Sweep(arguments) => commands::sweep::run(arguments, &place),
        Command::Guard(arguments) => commands::guard::run(arguments, &place),
        Command::Hub(arguments) => commands::hub::run(arguments, &place),
        Command::Config(arguments) => commands::config::run(arguments, &place),
        Command::Device(arguments) => commands::device::run(arguments, &place),
        Command::Intel(arguments) => commands::intel::run(arguments, &place),
        Command::List(arguments) => commands::list::run(arguments, &place),
        Command::Mail(arguments) => commands::mail::run(arguments, &place),
        Command::People(arguments) => commands::people::run(arguments, &place),
        Command::Policy(arguments) => commands::policy::run(arguments, &place),
        Command::Portal(arguments) => commands::portal::run(arguments, &place),
        Command::Pattern(arguments) => commands::pattern::run(arguments),
        Command::Record(arguments) => commands::record::run(arguments, &place),
        Command::Stix(arguments) => commands::stix::run(arguments, &place),
        Command::Show(arguments) => commands::show::run(arguments, &place),
        Command::Worker => commands::worker::run(),
    };
    outcome.unwrap_or_else(|failure: Failure| {
        failure.tell(lang);
        ExitCode::from(2)
    })
}
