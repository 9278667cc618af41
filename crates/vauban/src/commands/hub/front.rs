//! `vauban hub front`: what the network sees of a hub.

mod exchange;

use std::{path::PathBuf, process::ExitCode, sync::Arc};

use jiff::Timestamp;
use tokio::net::TcpListener;
use vauban_hub::{
    FrontRole,
    front::{Front, serve},
    signer::{Evaluate, NoSigner, Remote},
    store::FrontStore,
};
use vauban_model::Text;

use super::{cannot, failed, handed, log, refused, stop};
use crate::{
    failure::Failure,
    place::{Place, random},
    terminal,
};

/// The front: hands releases out, takes receipts and sightings, passes blind look-ups on
///
/// It listens on this machine; a proxy before it ends TLS. It knows hashes of credentials, no party's name and no blind indicator. Several
/// fronts may share one PostgreSQL database. docs/front.md says what it answers, docs/threats.md what its thief gets.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The file that the desk wrote for it (`desk/roles/front.toml`)
    #[arg(long, default_value = "front.toml", value_name = "FILE", global = true)]
    config: PathBuf,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Exchange(exchange::Arguments),
}

pub(super) fn run(arguments: &Arguments, place: &Place) -> Result<ExitCode, Failure> {
    let role = handed(&arguments.config, "front.toml", FrontRole::read)?;
    match &arguments.command {
        Some(Command::Exchange(arguments)) => exchange::run(arguments, &role, place),
        None => listen(role, place),
    }
}

fn listen(role: FrontRole, place: &Place) -> Result<ExitCode, Failure> {
    log();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(|error| failed(&error))?;
    runtime.block_on(async {
        let store = FrontStore::open(&role.database).await.map_err(|error| failed(&error))?;
        let listener = TcpListener::bind(&role.listen).await.map_err(|error| {
            let hint = Text::new("une autre adresse : `listen`", "another address: `listen`");
            cannot(&error, hint)
        })?;
        let signer: Arc<dyn Evaluate> = match role.signer {
            Some((address, secret)) => Arc::new(Remote::new(address, secret)),
            None => Arc::new(NoSigner),
        };
        let front = Front { store: store.clone(), settings: role.settings, clock: Timestamp::now, random, signer };
        let address = listener.local_addr().map_err(|error| failed(&error))?;
        let words = Text::new(format!("façade sur http://{address}"), format!("front on http://{address}"));
        terminal::talk(words.get(place.lang));
        serve(front, listener, stop()).await;
        store.close().await.map_err(|error| failed(&error))
    })?;
    Ok(ExitCode::SUCCESS)
}
