//! `vauban hub desk`: review, grants, releases. One file for each family of commands.

mod audit;
mod counts;
mod front;
mod objects;
mod parties;
mod releases;
mod serve;

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
    process::ExitCode,
};

use jiff::Timestamp;
use rand_chacha::ChaCha20Rng;
use vauban_hub::{
    desk::{Desk, DeskError, Reach, Rest},
    store::Act,
};
use vauban_model::{Lang, Text};

use super::{cannot, failed, refused};
use crate::{
    failure::Failure,
    place::{Place, who},
    terminal,
};

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
    #[command(flatten)]
    Front(front::Command),
    /// Show who did what, and whether the trail is whole; exit code 1 when it is not
    Audit,
    Serve(serve::Serve),
    Link(serve::Enter),
}

pub(crate) fn run(arguments: &Arguments, place: &Place) -> Result<ExitCode, Failure> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| Failure::output(&error))?;
    runtime.block_on(async {
        let (text, is_well) = step(arguments, place.lang).await?;
        terminal::data(&text).map_err(|error| Failure::output(&error))?;
        Ok(if is_well { ExitCode::SUCCESS } else { ExitCode::from(1) })
    })
}

/// What to show, and whether all was well.
async fn step(arguments: &Arguments, lang: Lang) -> Result<(String, bool), Failure> {
    if let Command::Init { name, call } = &arguments.command {
        return Ok((init(&arguments.desk, name, call, lang).await?, true));
    }
    let desk = Desk::open(&arguments.desk).await.map_err(|error| opening(&error))?;
    let who = who();
    if let Command::Serve(serve) = &arguments.command {
        serve::serve(desk, &arguments.desk, serve, lang).await?;
        return Ok((String::new(), true));
    }
    let act = Act { who: &who, at: Timestamp::now() };
    Ok(match &arguments.command {
        Command::Init { .. } | Command::Serve(_) => (String::new(), true),
        Command::Link(enter) => (serve::link(&arguments.desk, enter, &who, lang)?, true),
        Command::Parties(command) => (parties::run(&desk, act, command, lang).await?, true),
        Command::Objects(command) => objects::run(&desk, act, command, lang).await?,
        Command::Releases(command) => (releases::run(&desk, act, command, lang).await?, true),
        Command::Front(command) => front::run(&desk, act, command, lang).await?,
        Command::Audit => audit::run(&desk, lang).await?,
    })
}

async fn init(folder: &Path, name: &str, call: &str, lang: Lang) -> Result<String, Failure> {
    let desk = Desk::init(folder, name, call, &mut rng()?).await.map_err(|error| match error {
        DeskError::There(..) => cannot(
            &error,
            Text::new("un bureau est déjà là ; il n'est pas touché", "a desk is there already; it is left alone"),
        ),
        DeskError::File(_, error) => Failure::output(&error),
        error => failed(&error),
    })?;
    let words = desk.key_log().map_err(|error| failed(&error))?.head().words();
    let made = Text::new(
        format!("Le bureau est dans {}. Sa clé publique :", folder.display()),
        format!("The desk is in {}. Its public key:", folder.display()),
    );
    let compare = match lang {
        Lang::Fr => ("Les mots que les organisations comparent au téléphone :", words.fr.join(" ")),
        Lang::En => ("The words that parties compare over the telephone:", words.en.join(" ")),
    };
    let roles = desk.roles_folder();
    let hand = Text::new(
        format!("Les fichiers des deux autres rôles, à remettre en main propre : {}", roles.display()),
        format!("The files of the other two roles, to be handed over: {}", roles.display()),
    );
    let mut text = made.get(lang).to_owned();
    let _ = write!(text, "\n{}\n{}\n{}\n{}\n", desk.public(), compare.0, compare.1, hand.get(lang));
    Ok(text)
}

/// Why the desk does not open, with what to do.
fn opening(error: &DeskError) -> Failure {
    let hint = Text::new(
        "`vauban hub desk init` fait un bureau ; --desk dit où il est",
        "`vauban hub desk init` makes a desk; --desk says where it is",
    );
    match error {
        DeskError::Store(_) => cannot(error, Text::default()),
        _ => cannot(error, hint),
    }
}

/// Why the front, or a stick that goes there, was not told.
fn unheard(error: &DeskError) -> Failure {
    if let DeskError::Stick(error) = error { refused(error) } else { failed(error) }
}

/// What to do with a stick; nothing where there is none.
fn carry(reach: &Reach, rest: Rest, lang: Lang) -> String {
    let Some(stick) = reach.stick() else { return String::new() };
    let orders = rest.orders;
    let words = Text::new(
        format!(
            "ordres sur la clé : {orders}. Portez-la à la façade, et là :\n    vauban hub front exchange {}\n",
            stick.display()
        ),
        format!(
            "orders on the stick: {orders}. Take it to the front, and there:\n    vauban hub front exchange {}\n",
            stick.display()
        ),
    );
    if orders == 0 { String::new() } else { words.get(lang).to_owned() }
}

/// Randomness for what wants a source of it.
fn rng() -> Result<ChaCha20Rng, Failure> {
    crate::place::rng().map_err(|error| failed(&error))
}
