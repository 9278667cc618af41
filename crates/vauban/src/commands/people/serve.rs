//! `vauban people serve`: where people sign in.

use std::{net::SocketAddr, time::Duration};

use jiff::Timestamp;
use tokio::net::TcpListener;
use vauban_guard::{
    config::{Config, SignInTable},
    sensors::signin::Tools,
};
use vauban_model::{Lang, Text};
use vauban_people::{People, PeopleError};
use vauban_signin::{
    Reach, SignIn,
    provider::{Desk, router},
    serve,
};

use super::{provider, settings};
use crate::{
    failure::Failure,
    place::{Place, rng},
    terminal,
};

/// How often what time does is done.
const MINUTE: Duration = Duration::from_secs(60);

/// Serve the pages where people sign in, until Ctrl-C
///
/// Behind a proxy that ends TLS: passkeys are bound to the origin, so that pages of others get nothing of them. The configuration's
/// [signin] counts here, too, where nothing else is said, and its policy says who reaches which tool.
#[derive(Debug, clap::Args)]
pub(super) struct Serve {
    /// The one address of sign-in as browsers write it; http is for localhost alone
    #[arg(long, value_name = "ORIGIN")]
    origin: Option<String>,
    /// Where to listen, on this machine
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
    /// What browsers call the organisation
    #[arg(long)]
    name: Option<String>,
    /// Whether the proxy asks browsers for certificates and hands over what it verified (Client-Cert)
    #[arg(long)]
    client_certificates: bool,
}

impl Serve {
    /// What the configuration says, with what was said here over it.
    fn over(&self, mut table: SignInTable) -> SignInTable {
        table.client_certificates |= self.client_certificates;
        let said =
            [(&self.origin, &mut table.origin), (&self.listen, &mut table.listen), (&self.name, &mut table.name)];
        for (said, kept) in said {
            if let Some(said) = said {
                kept.clone_from(said);
            }
        }
        table
    }
}

/// By the policy of the configuration, where there is one.
pub(super) fn run(people: People, told: &Serve, config: Option<&Config>, place: &Place) -> Result<(), Failure> {
    let lang = place.lang;
    let table = told.over(config.and_then(|config| config.signin.clone()).unwrap_or_default());
    let listen: SocketAddr = table.listen.parse().map_err(|_| cannot(&format!("listen = {:?}", table.listen)))?;
    if !listen.ip().is_loopback() {
        let words = Text::new(
            "seule cette machine est servie : TLS est l'affaire d'un proxy",
            "this machine alone is served: TLS is a proxy's",
        );
        return Err(Failure::new("people", words, Text::new("--listen 127.0.0.1:9783", "--listen 127.0.0.1:9783")));
    }
    let reach = match config {
        Some(config) => Tools::new(config).map_err(|error| cannot(&error))?.reach(),
        None => Reach::everything(),
    };
    let site = SignIn::new(people, settings::of(&table, reach, place)?, vauban_portal::frame, Timestamp::now, rng)
        .map_err(|error| cannot(&error.to_string()))?;
    let desk = Desk::new(site.clone(), provider::open(place, &table.origin)?);
    let pages = vauban_portal::assets().merge(router(desk.clone()));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.map_err(|error| cannot(&error.to_string()))?.block_on(async {
        let listener = TcpListener::bind(listen).await.map_err(|error| cannot(&error.to_string()))?;
        let words = Text::new(format!("connexion sur {}", table.origin), format!("signing in on {}", table.origin));
        terminal::talk(words.get(lang));
        if config.is_none() {
            let words = Text::new(
                "aucune configuration, donc aucune politique : tout outil est ouvert à quiconque entre ici (--config)",
                "no configuration, and so no policy: every tool is open to everybody who signs in here (--config)",
            );
            terminal::talk(words.get(lang));
        }
        let stop = async {
            tokio::select! {
                () = tend(&site, &desk, lang) => {}
                _ = tokio::signal::ctrl_c() => {}
            }
        };
        serve(listener, &site, pages, stop).await;
        Ok(())
    })
}

/// Each minute: who is past their end is out, what is over is cleared away, tools hear of it.
async fn tend(site: &SignIn, desk: &Desk, lang: Lang) {
    loop {
        let (own, desk) = (site.clone(), desk.clone());
        let tended = tokio::task::spawn_blocking(move || {
            if let Err(error) = provider::due(&desk) {
                terminal::talk(&error.to_string());
            }
            own.tend()
        });
        match tended.await {
            Ok(Ok(Some(warning))) => terminal::talk(warning.text().get(lang)),
            Ok(Ok(None)) | Err(_) => {}
            Ok(Err(error)) => terminal::talk(PeopleError::text(&error).get(lang)),
        }
        tokio::time::sleep(MINUTE).await;
    }
}

fn cannot(reason: &str) -> Failure {
    let words = Text::new(
        format!("la connexion ne peut pas être servie : {reason}"),
        format!("sign-in cannot be served: {reason}"),
    );
    let hint = Text::new(
        "--origin dit l'adresse du navigateur, --listen celle d'ici",
        "--origin is the browser's address, --listen the one here",
    );
    Failure::new("people", words, hint)
}
