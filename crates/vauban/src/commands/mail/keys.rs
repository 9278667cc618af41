//! `vauban mail keys`: whose mail is encrypted, and whose key is of no use.

use std::{fmt::Write as _, path::PathBuf, process::ExitCode};

use jiff::Timestamp;
use vauban_guard::sensors::mail::Keys;
use vauban_model::{Text, printable};

use crate::{commands::config, failure::Failure, place::Place, terminal};

/// List the readers whose mail is encrypted, with the fingerprint of each key
///
/// Exit code 1 when a key cannot be used, because it expired, say: ask its reader for a new one.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The configuration, which names the folder of keys
    #[arg(long, default_value = "vauban.toml", value_name = "FILE")]
    config: PathBuf,
}

pub(crate) fn run(arguments: &Arguments, place: &Place) -> Result<ExitCode, Failure> {
    let table = config::read(&arguments.config)?.mail.and_then(|mail| mail.openpgp);
    let Some(table) = table else {
        let words = Text::new("pas de [mail.openpgp] : rien n'est chiffré", "no [mail.openpgp]: nothing is encrypted");
        terminal::talk(words.get(place.lang));
        return Ok(ExitCode::SUCCESS);
    };
    let keys = Keys::read(&table).map_err(|error| {
        let reason = printable(&error.to_string());
        Failure::new(
            "keys",
            Text::new(format!("clés inutilisables : {reason}"), format!("keys cannot be used: {reason}")),
            Text::new(
                "un fichier par clé publique ; une clé privée n'y a pas sa place",
                "one public key a file; no private key belongs there",
            ),
        )
    })?;
    let mut text = String::new();
    let mut all_good = true;
    for (reader, fingerprint, unusable) in keys.list(Timestamp::now()) {
        all_good &= unusable.is_none();
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{}\n    {fingerprint}  {}", printable(&reader), unusable.as_deref().unwrap_or("ok"));
    }
    terminal::data(&text).map_err(|error| Failure::output(&error))?;
    Ok(if all_good { ExitCode::SUCCESS } else { ExitCode::from(1) })
}
