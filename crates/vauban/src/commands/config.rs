//! `vauban config`: the configuration, checked, shown, described.

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use vauban_guard::config::{self, Config, with_peers};
use vauban_model::Text;

use crate::{commands::people::models, failure::Failure, place::Place, terminal};

/// Check the configuration, show the commented default, or print its JSON Schema
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Say whether a configuration can be used, and if not, on which line and why
    Check {
        /// The file
        #[arg(default_value = "vauban.toml", value_name = "FILE")]
        file: PathBuf,
    },
    /// Print the commented default: `vauban config print > vauban.toml` is how to begin
    Print,
    /// Print the JSON Schema of the file, for editors
    Schema,
}

pub(crate) fn run(arguments: &Arguments, place: &Place) -> Result<ExitCode, Failure> {
    match &arguments.command {
        Command::Check { file } => {
            if let Some(signin) = &read(file)?.signin {
                models::read(signin)?;
            }
            let text =
                Text::new(format!("{} : utilisable", file.display()), format!("{}: can be used", file.display()));
            terminal::talk(text.get(place.lang));
        }
        Command::Print => terminal::data(config::DEFAULT).map_err(|error| Failure::output(&error))?,
        Command::Schema => {
            terminal::data(&format!("{}\n", config::schema())).map_err(|error| Failure::output(&error))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Reads a configuration.
pub(super) fn read(file: &Path) -> Result<Config, Failure> {
    let shown = file.display();
    let text = fs::read_to_string(file).map_err(|error| {
        Failure::new(
            "config",
            Text::new(format!("{shown} ne peut pas être lu : {error}"), format!("{shown} cannot be read: {error}")),
            Text::new(
                "`vauban config print > vauban.toml` écrit une configuration commentée",
                "`vauban config print > vauban.toml` writes a commented configuration",
            ),
        )
    })?;
    let parsed = config::parse(&text).map(|config| beside(file, config)).map_err(|error| error.to_string());
    parsed.and_then(|config| with_peers(config, |path| fs::read_to_string(path))).map_err(|error| {
        let error = vauban_model::printable(&error);
        Failure::new(
            "config",
            Text::new(format!("{shown}, {error}"), format!("{shown}, {error}")),
            Text::new("`vauban config print` montre toutes les clés", "`vauban config print` shows all keys"),
        )
    })
}

/// The folder of models lies beside the file, wherever the program was started: whoever forgot where must not sign in by other rules.
fn beside(file: &Path, mut config: Config) -> Config {
    if let (Some(signin), Some(folder)) = (&mut config.signin, file.parent())
        && !signin.models.is_empty()
    {
        signin.models = folder.join(&signin.models).display().to_string();
    }
    config
}
