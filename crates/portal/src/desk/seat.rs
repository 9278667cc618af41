//! The server of the desk's pages: routes, and what all of them share.

use std::{future::pending, io, path::PathBuf, sync::Arc};

use axum::{
    Router,
    extract::{DefaultBodyLimit, FromRef, FromRequestParts, Path},
    http::request::Parts,
    response::Response,
    routing::{get, post},
};
use jiff::Timestamp;
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng as _};
use tokio::net::TcpListener;
use uuid::Uuid;
use vauban_hub::{
    desk::{Desk, DeskError, Reach},
    store::Act,
};
use vauban_model::Lang;
use vauban_serve::{Limits, keep_serving};

use super::{
    approve, audience, audit, beginning, decide, draft, drafts, enrol, import, list, object, preview, publish, words,
};
use crate::{
    door::{ByLink, Door, House, Way, behind},
    page::{failed, missing},
    request::{Visitor, language},
};

/// The largest upload, in bytes: documents that are taken in at once.
const LARGEST: usize = 64 << 20;

/// A desk whose pages are served, and what is needed for it.
pub struct Pages {
    /// The desk.
    pub desk: Desk,
    /// The front that releases are published to, or the stick that goes there; none where pages publish nothing.
    pub front: Option<Reach>,
    /// The file of the link in, in which [`Link::keep`](crate::Link::keep) wrote it.
    pub link: PathBuf,
    /// The language of whoever asks for none.
    pub lang: Lang,
    /// The clock.
    pub now: fn() -> Timestamp,
    /// Randomness.
    pub random: fn(&mut [u8]) -> io::Result<()>,
}

/// What all requests share.
#[derive(Clone)]
pub(super) struct Seat {
    pub(super) desk: Arc<Desk>,
    pub(super) front: Option<Arc<Reach>>,
    door: Door,
    random: fn(&mut [u8]) -> io::Result<()>,
}

impl FromRef<Seat> for Door {
    fn from_ref(seat: &Seat) -> Self {
        seat.door.clone()
    }
}

impl Seat {
    /// Randomness for a step that wants a source of it.
    pub(super) fn rng(&self) -> io::Result<ChaCha20Rng> {
        let mut seed = [0; 32];
        (self.random)(&mut seed)?;
        Ok(ChaCha20Rng::from_seed(seed))
    }
}

/// An id of a path.
#[derive(Debug, Clone, Copy)]
pub(super) struct Id(pub(super) Uuid);

impl FromRequestParts<Seat> for Id {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, seat: &Seat) -> Result<Self, Response> {
        let Path(text) = Path::<String>::from_request_parts(parts, seat).await.unwrap_or_else(|_| Path(String::new()));
        text.parse().map(Self).map_err(|_| missing(language(&parts.headers, seat.door.lang)))
    }
}

const HOUSE: House = House {
    rooms: &[
        ("/", "Bureau", "Desk"),
        ("/import", "Prendre", "Take in"),
        ("/objects", "Objets", "Objects"),
        ("/audience", "Destinataires", "Audience"),
        ("/drafts", "Publications", "Releases"),
        ("/audit", "Journal", "Trail"),
    ],
    next_door: &[],
    session: "vauban-desk",
    command: "vauban hub desk link",
    leave: "/leave",
};

/// The pages of a desk, reached by a port of this machine.
pub fn router(pages: Pages, port: u16) -> Router {
    let Pages { desk, front, link, lang, now, random } = pages;
    let link = ByLink { link: Arc::new(link), random, sessions: Arc::default(), port };
    let door = Door { house: &HOUSE, lang, now, way: Way::Link(link.clone()) };
    let seat = Seat { desk: Arc::new(desk), front: front.map(Arc::new), door: door.clone(), random };
    let rooms = Router::new()
        .route("/", get(beginning::show))
        .route("/import", get(import::show).post(import::take))
        .route("/objects", get(list::show))
        .route("/objects/review", post(decide::review))
        .route("/objects/grant", post(decide::grant))
        .route("/objects/withdraw", post(decide::withdraw))
        .route("/objects/{id}", get(object::show))
        .route("/audience", get(audience::show))
        .route("/audience/people", post(enrol::person))
        .route("/audience/parties", post(enrol::party))
        .route("/audience/parties/{id}", get(preview::show))
        .route("/audience/parties/{id}/revoke", post(enrol::revoke))
        .route("/audience/streams", post(enrol::stream))
        .route("/audience/streams/{id}/join", post(enrol::join))
        .route("/audience/streams/{id}/leave", post(enrol::leave))
        .route("/drafts", get(drafts::show).post(drafts::make))
        .route("/drafts/{id}", get(draft::show))
        .route("/drafts/{id}/manifest.json", get(draft::manifest))
        .route("/drafts/{id}/objects.jsonl", get(draft::objects))
        .route("/drafts/{id}/approve", post(approve::approve))
        .route("/drafts/{id}/publish", post(publish::publish))
        .route("/drafts/{id}/drop", post(publish::throw_away))
        .route("/audit", get(audit::show))
        .layer(DefaultBodyLimit::max(LARGEST));
    behind(door, &link, rooms).with_state(seat)
}

/// Serves until the process ends.
pub async fn serve(listener: TcpListener, pages: Pages) {
    let port = listener.local_addr().map(|address| address.port()).unwrap_or_default();
    keep_serving(listener, router(pages, port), Limits::default(), pending()).await;
}

/// Who does something now.
pub(super) fn act(visitor: &Visitor) -> Act<'_> {
    Act { who: &visitor.who, at: visitor.now }
}

/// A page that says what failed.
pub(super) fn trouble(visitor: &Visitor, error: &DeskError) -> Response {
    let next = visitor.say("Rien d'autre n'a été changé.", "Nothing else was changed.");
    failed(visitor, visitor.tell(&words::said(error)), next)
}

/// The same for randomness that cannot be had.
pub(super) fn no_randomness(visitor: &Visitor, error: &io::Error) -> Response {
    let next = visitor.say("Rien n'a été changé.", "Nothing was changed.");
    failed(visitor, &error.to_string(), next)
}
