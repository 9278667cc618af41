//! The desk in the browser: serving its pages, and the way in.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use vauban_hub::desk::{Desk, Reach};
use vauban_model::{Lang, Text, printable};
use vauban_portal::{Link, desk::Pages};

use super::super::{cannot, failed, wrong};
use crate::{failure::Failure, place::random, terminal};

/// Where pages are served if nothing else is said: beside those of the guard.
const LISTEN: &str = "127.0.0.1:9783";

/// Serve the desk's pages until Ctrl-C, on this machine alone
#[derive(Debug, clap::Args)]
pub(super) struct Serve {
    /// Where: an address of this machine alone
    #[arg(long, default_value = LISTEN)]
    listen: String,
    /// The front that releases are published to: its database, or stick:FOLDER; without it, they are published by command
    #[arg(long, value_name = "FRONT")]
    front: Option<String>,
}

/// Print a link into the desk's pages: good once, for ten minutes
#[derive(Debug, clap::Args)]
pub(super) struct Enter {
    /// Where they are served
    #[arg(long, default_value = LISTEN)]
    listen: String,
    /// Who comes in by it, and acts under this name; else whoever gives the command
    #[arg(long, value_name = "NAME")]
    who: Option<String>,
}

/// Serves the pages of an open desk.
pub(super) async fn serve(desk: Desk, folder: &Path, serve: &Serve, lang: Lang) -> Result<(), Failure> {
    let listener = vauban_portal::bind(&serve.listen).await.map_err(|error| {
        let hint =
            Text::new("une autre adresse de cette machine : --listen", "another address of this machine: --listen");
        cannot(&error, hint)
    })?;
    let front = serve.front.as_deref().map(Reach::named);
    let pages = Pages { desk, front, link: link_file(folder), lang, now: Timestamp::now, random };
    let words = Text::new(
        format!("pages sur http://{} ; `vauban hub desk link` donne le lien d'entrée", serve.listen),
        format!("pages on http://{}; `vauban hub desk link` prints the way in", serve.listen),
    );
    terminal::talk(words.get(lang));
    tokio::select! {
        () = vauban_portal::desk::serve(listener, pages) => {}
        _ = tokio::signal::ctrl_c() => {}
    }
    Ok(())
}

/// Makes a link for somebody; its address.
pub(super) fn link(folder: &Path, enter: &Enter, who: &str, lang: Lang) -> Result<String, Failure> {
    let who = enter.who.as_deref().unwrap_or(who);
    if who.is_empty() {
        return Err(wrong("who", "dites qui entre : --who NOM", "say who comes in: --who NAME"));
    }
    let mut secret = [0; 32];
    random(&mut secret).map_err(|error| failed(&error))?;
    let path = Link::keep(&link_file(folder), secret, who, Timestamp::now()).map_err(|error| failed(&error))?;
    let who = printable(who);
    let words = Text::new(
        format!("bon une fois, pendant dix minutes, au nom de {who}"),
        format!("good once, for ten minutes, in the name of {who}"),
    );
    terminal::talk(words.get(lang));
    Ok(format!("http://{}{path}\n", enter.listen))
}

fn link_file(folder: &Path) -> PathBuf {
    folder.join("pages-link")
}
