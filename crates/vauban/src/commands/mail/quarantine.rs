//! `vauban mail quarantine`: what was kept back, and what becomes of it.

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
    process::ExitCode,
};

use jiff::Timestamp;
use vauban_guard::sensors::mail::{Keys, Post, Release, Sealed, delete, open_with};
use vauban_model::{Lang, Text, printable};
use vauban_record::{Held, HeldState, Quarantine};

use crate::{
    commands::config,
    failure::{Failure, chain},
    place::{Place, random, who},
    terminal,
};

/// List, show, release or delete the messages that were kept back
///
/// Messages are encrypted to the keys of `vauban.toml`; to see or release one, its key is needed: --identity names a file
/// with it, as age-keygen writes it.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// List the messages that nobody has decided on
    List {
        /// Those that were decided on, too
        #[arg(long)]
        all: bool,
    },
    /// Show one message: why it was kept back, and its header and text
    Show {
        /// Its short name, or the beginning of it
        id: String,
        /// The file with the private key
        #[arg(long, value_name = "FILE")]
        identity: PathBuf,
    },
    /// Hand a message over to its readers, exactly as it arrived
    Release {
        /// Its short name, or the beginning of it
        id: String,
        /// The file with the private key
        #[arg(long, value_name = "FILE")]
        identity: PathBuf,
        /// The configuration, which says where it is handed over
        #[arg(long, default_value = "vauban.toml", value_name = "FILE")]
        config: PathBuf,
    },
    /// Delete a message for good
    Delete {
        /// Its short name, or the beginning of it
        id: String,
    },
}

pub(crate) fn run(arguments: &Arguments, place: &Place) -> Result<ExitCode, Failure> {
    // Where nothing was ever kept there is no folder yet.
    let _ = place.make();
    let store = Quarantine::open(&place.quarantine()).map_err(|error| Failure::record(&error))?;
    let record = place.record();
    match &arguments.command {
        Command::List { all } => list(&store, *all, place.lang)?,
        Command::Show { id, identity } => {
            let held = find(&store, id)?;
            let (about, message) = open(&store, &held, identity)?;
            show(&held, &about, &message, place.lang)?;
        }
        Command::Release { id, identity, config } => {
            let held = find(&store, id)?;
            let mail = config::read(config)?.mail.unwrap_or_default();
            let keys = mail.openpgp.as_ref().map(Keys::read).transpose().map_err(|error| not_released(&error))?;
            let post = Post::new(&mail.handover);
            let (keys, now) = (keys.as_ref(), Timestamp::now());
            let release = Release { store: &store, record: &record, post: &post, keys, random, now };
            let key_file = identity.to_string_lossy();
            release.to_all(&held, &key_file, &who()).map_err(|error| not_released(&error))?;
            told(&held, HeldState::Released, place.lang);
        }
        Command::Delete { id } => {
            let held = find(&store, id)?;
            delete(&store, &record, &held, &who(), Timestamp::now()).map_err(|error| not_released(&error))?;
            told(&held, HeldState::Deleted, place.lang);
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn list(store: &Quarantine, all: bool, lang: Lang) -> Result<(), Failure> {
    let held = store.list(all).map_err(|error| Failure::record(&error))?;
    let mut text = String::new();
    for Held { arrived, message, state, asked } in &held {
        let to = message.recipients.join(", ");
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{}  {}  {}\n    {} → {}\n    {}",
            message.id,
            arrived.strftime("%Y-%m-%d %H:%M"),
            state_words(*state).get(lang),
            printable(if message.sender.is_empty() { "<>" } else { &message.sender }),
            printable(&to),
            message.codes.join(" "),
        );
        if !asked.is_empty() {
            let words = Text::new("demandé par", "asked for by");
            let _ = writeln!(text, "    {} {}", words.get(lang), printable(&asked.join(", ")));
        }
    }
    terminal::data(&text).map_err(|error| Failure::output(&error))?;
    if held.is_empty() {
        terminal::talk(Text::new("rien en quarantaine", "nothing is kept back").get(lang));
    }
    Ok(())
}

fn state_words(state: HeldState) -> Text {
    match state {
        HeldState::Held => Text::new("retenu", "kept back"),
        HeldState::Released => Text::new("remis", "released"),
        HeldState::Deleted => Text::new("supprimé", "deleted"),
        HeldState::Expired => Text::new("expiré", "expired"),
    }
}

fn show(held: &Held, about: &Sealed, message: &[u8], lang: Lang) -> Result<(), Failure> {
    let mut text = format!("{}  {}\n", held.message.id, held.arrived.strftime("%Y-%m-%d %H:%M"));
    let labels = match lang {
        Lang::Fr => ["de :", "objet :", "en tout", "message :"],
        Lang::En => ["from:", "subject:", "in all", "message:"],
    };
    let _ = writeln!(
        text,
        "{} {}\n{} {}",
        labels[0],
        printable(&about.said.from),
        labels[1],
        printable(&about.said.subject)
    );
    for (_, weight, fr, en, evidence) in &about.reasons {
        let sentence = if lang == Lang::Fr { fr } else { en };
        let _ = writeln!(text, "  +{weight}  {sentence}\n        {evidence}");
    }
    let _ = writeln!(text, "   {} {}\n\n{}", about.score, labels[2], labels[3]);
    // What an attacker wrote must not drive the terminal.
    for line in String::from_utf8_lossy(message).lines().take(200) {
        let _ = writeln!(text, "| {}", printable(line));
    }
    terminal::data(&text).map_err(|error| Failure::output(&error))
}

fn find(store: &Quarantine, id: &str) -> Result<Held, Failure> {
    let found = store.find(id).map_err(|error| Failure::record(&error))?;
    found.ok_or_else(|| {
        Failure::new(
            "quarantine",
            Text::new(
                format!("aucun message, ou plusieurs, commencent par {id:?}"),
                format!("no message, or several, begin with {id:?}"),
            ),
            Text::new(
                "`vauban mail quarantine list --all` les montre",
                "`vauban mail quarantine list --all` shows them",
            ),
        )
    })
}

/// Opens a message with the key in a file.
fn open(store: &Quarantine, held: &Held, identity: &Path) -> Result<(Sealed, Vec<u8>), Failure> {
    open_with(store, held, &identity.to_string_lossy()).map_err(|error| {
        let reason = printable(&error.to_string());
        Failure::new(
            "quarantine",
            Text::new(
                format!("le message ne peut pas être ouvert : {reason}"),
                format!("the message cannot be opened: {reason}"),
            ),
            Text::new(
                "la clé privée est dans le fichier qu'age-keygen a écrit pour l'une des clés de [mail.quarantine]",
                "the private key is in the file that age-keygen wrote for one of the keys of [mail.quarantine]",
            ),
        )
    })
}

fn not_released(error: &dyn std::error::Error) -> Failure {
    let reason = printable(&chain(error));
    Failure::new(
        "release",
        Text::new(format!("rien n'a été décidé : {reason}"), format!("nothing was decided: {reason}")),
        Text::new(
            "le message reste en quarantaine ; vérifiez `handover` dans [mail], et `vauban mail quarantine list --all`",
            "the message stays kept back; check `handover` in [mail], and `vauban mail quarantine list --all`",
        ),
    )
}

/// Says what was decided.
fn told(held: &Held, what: HeldState, lang: Lang) {
    let words = state_words(what);
    let text = Text::new(format!("{} : {}", held.message.id, words.fr), format!("{}: {}", held.message.id, words.en));
    terminal::talk(text.get(lang));
}
