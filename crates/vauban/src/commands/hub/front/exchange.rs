//! `vauban hub front exchange`: a stick between the desk and the front.

use std::{path::PathBuf, process::ExitCode};

use jiff::Timestamp;
use vauban_hub::{
    FrontRole,
    stick::{Exchange, Exchanged},
    store::FrontStore,
};
use vauban_model::{Lang, Text};

use super::{failed, refused};
use crate::{failure::Failure, place::Place, terminal};

/// Do what the desk wrote on a stick, and put on it what waits for the desk
///
/// Orders of the desk are signed, numbered and done once each: an old stick, another hub's, or one that was changed or copied by half does nothing.
/// What goes back (who joined, receipts, objects, sightings) is sealed to the desk. The front may run meanwhile. docs/hub.md goes
/// through it step by step.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The folder of the stick
    #[arg(value_name = "FOLDER")]
    stick: PathBuf,
}

pub(super) fn run(arguments: &Arguments, role: &FrontRole, place: &Place) -> Result<ExitCode, Failure> {
    let Some(stick) = &role.stick else {
        return Err(Failure::new(
            "stick",
            Text::new(
                "ce fichier ne dit pas de quel bureau prendre les clés USB",
                "this file does not say of which desk to take sticks",
            ),
            Text::new(
                "remettez desk/roles/front.toml du bureau : sa table [stick] le dit",
                "hand over desk/roles/front.toml of the desk: its table [stick] says it",
            ),
        ));
    };
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| Failure::output(&error))?;
    let exchanged = runtime.block_on(async {
        let store = FrontStore::open(&role.database).await.map_err(|error| failed(&error))?;
        let (hub, secret) = (role.settings.hub, &role.settings.secret);
        let exchange = Exchange { store: &store, hub, role: stick, secret, now: Timestamp::now() };
        let exchanged = exchange.exchange(&arguments.stick).await.map_err(|error| refused(&error));
        store.close().await.map_err(|error| failed(&error))?;
        exchanged
    })?;
    terminal::data(&shown(&exchanged, place.lang)).map_err(|error| Failure::output(&error))?;
    Ok(ExitCode::SUCCESS)
}

fn shown(exchanged: &Exchanged, lang: Lang) -> String {
    let Exchanged { done, last, waiting: (joined, receipts, sent), more } = exchanged;
    let last = last.map_or_else(|| "0".to_owned(), |last| last.to_string());
    let words = Text::new(
        format!(
            "ordres exécutés : {done} ; le dernier est le numéro {last}\nsur la clé pour le bureau : inscriptions {joined}, accusés de réception {receipts}, envois {sent}\n"
        ),
        format!(
            "orders done: {done}; the last is number {last}\non the stick for the desk: joinings {joined}, receipts {receipts}, things sent {sent}\n"
        ),
    );
    let rest = Text::new(
        "il en reste à la façade : refaites l'échange quand le bureau aura lu la clé.\n",
        "more waits at the front: exchange again when the desk has read the stick.\n",
    );
    let rest = if *more { rest.get(lang) } else { "" };
    format!("{}{rest}", words.get(lang))
}
