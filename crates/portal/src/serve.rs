//! The server of the guard's pages: routes, and what all of them share.

use std::{future::pending, io, path::PathBuf, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::FromRef,
    routing::{get, post},
};
use jiff::Timestamp;
use tokio::{net::TcpListener, sync::Semaphore};
use vauban_guard::config::Config;
use vauban_model::Lang;
use vauban_serve::Limits;
use vauban_signin::SignIn;

use crate::{
    door::{ByLink, Door, House, Way, among, behind},
    pages::{exception, lists, live, mail, names, overview, policy, quarantine, reports, sightings},
};

/// What the pages show, and where it lies.
#[derive(Clone)]
pub struct Portal {
    /// Where pages are served: an address of this machine alone.
    pub listen: String,
    /// The state directory.
    pub state: PathBuf,
    /// The file of the record.
    pub record: PathBuf,
    /// The file of what was judged.
    pub journal: PathBuf,
    /// The file of messages that are kept back.
    pub quarantine: PathBuf,
    /// The file of the link in.
    pub link: PathBuf,
    /// The file of names that were asked for.
    pub names: PathBuf,
    /// Reads the guard's configuration as it is now.
    pub config: Arc<dyn Fn() -> Result<Config, String> + Send + Sync>,
    /// The language of whoever asks for none.
    pub lang: Lang,
    /// The clock.
    pub now: fn() -> Timestamp,
    /// Randomness.
    pub random: fn(&mut [u8]) -> io::Result<()>,
}

/// What all requests share.
#[derive(Clone)]
pub(crate) struct Shared {
    pub(crate) portal: Arc<Portal>,
    pub(crate) door: Door,
    /// Room for those who follow what happens.
    pub(crate) followers: Arc<Semaphore>,
}

impl Shared {
    fn new(portal: Portal, door: Door) -> Self {
        Self { portal: Arc::new(portal), door, followers: Arc::new(Semaphore::new(FOLLOWERS)) }
    }
}

impl FromRef<Shared> for Door {
    fn from_ref(shared: &Shared) -> Self {
        shared.door.clone()
    }
}

/// The pages of the guard.
pub(crate) const HOUSE: House = House {
    rooms: &[
        ("/", "Vue d'ensemble", "Overview"),
        ("/sightings", "Traces", "Sightings"),
        ("/quarantine", "Quarantaine", "Quarantine"),
        ("/reports", "Signalés", "Reported"),
        ("/mail", "Verdicts", "Verdicts"),
        ("/names", "Noms", "Names"),
        ("/policy", "Règles", "Rules"),
        ("/lists", "Listes", "Lists"),
    ],
    next_door: &[],
    session: "vauban",
    command: "vauban portal link",
    leave: "/leave",
};

/// The same where people sign in.
const SIGNED_IN: House = House {
    rooms: HOUSE.rooms,
    next_door: &[("/people", "Personnes", "People"), ("/mine", "Mes clés", "My keys")],
    session: "",
    command: "",
    leave: "/signin/out",
};

/// Listens.
///
/// # Errors
/// When the address is taken, or not one of this machine alone.
pub async fn bind(listen: &str) -> io::Result<TcpListener> {
    let listener = TcpListener::bind(listen).await?;
    if !listener.local_addr()?.ip().is_loopback() {
        return Err(io::Error::other("pages are served on this machine alone until people sign in"));
    }
    Ok(listener)
}

/// Pages at a time that follow what happens.
const FOLLOWERS: usize = 16;
/// How long it is waited before pages are tried again.
const AGAIN: Duration = Duration::from_secs(30);

/// Serves beside something that must not end with it: whoever sits on the address keeps people from pages, and nothing else.
pub async fn keep_serving(portal: Portal) {
    loop {
        match bind(&portal.listen).await {
            Ok(listener) => serve(listener, portal.clone()).await,
            Err(error) => {
                tracing::error!(%error, listen = portal.listen, "pages cannot be served; they are tried again")
            }
        }
        tokio::time::sleep(AGAIN).await;
    }
}

/// Serves until the process ends.
pub async fn serve(listener: TcpListener, portal: Portal) {
    let port = listener.local_addr().map(|address| address.port()).unwrap_or_default();
    let link = ByLink { link: Arc::new(portal.link.clone()), random: portal.random, sessions: Arc::default(), port };
    let door = Door { house: &HOUSE, lang: portal.lang, now: portal.now, way: Way::Link(link.clone()) };
    let router = behind(door.clone(), &link, rooms()).with_state(Shared::new(portal, door));
    tracing::info!(port, "pages are served; `vauban portal link` prints the way in");
    vauban_serve::keep_serving(listener, router, Limits::default(), pending()).await;
}

/// The same pages among those of sign-in, for administrators: no link leads in.
pub fn signed_in(portal: Portal, site: &SignIn) -> Router {
    let door = Door { house: &SIGNED_IN, lang: portal.lang, now: portal.now, way: Way::SignedIn(site.clone()) };
    among(rooms()).with_state(Shared::new(portal, door))
}

fn rooms() -> Router<Shared> {
    Router::new()
        .route("/", get(overview::show))
        .route("/sightings", get(sightings::list))
        .route("/sightings/{name}", get(sightings::show))
        .route("/mail", get(mail::list))
        .route("/mail/{number}", get(mail::show))
        .route("/quarantine", get(quarantine::list))
        .route("/quarantine/{id}", get(quarantine::show))
        .route("/quarantine/{id}/release", post(quarantine::release))
        .route("/quarantine/{id}/delete", post(quarantine::delete))
        .route("/reports", get(reports::list))
        .route("/reports/{id}", get(reports::show).post(reports::confirm))
        .route("/policy", get(policy::show))
        .route("/policy/exceptions/{id}/end", post(exception::end_it))
        .route("/names", get(names::list))
        .route("/names/live", get(live::follow))
        .route("/names/{id}", get(exception::show).post(exception::make_it))
        .route("/lists", get(lists::show))
}
