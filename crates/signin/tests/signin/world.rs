//! An organisation with two administrators, and its server.

use std::{
    collections::BTreeSet,
    path::Path,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, header},
    response::IntoResponse,
    routing::get,
};
use jiff::Timestamp;
use maud::{DOCTYPE, Markup, html};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng as _};
use tempfile::TempDir;
use tokio::net::TcpListener;
use vauban_model::Lang;
use vauban_people::{Actor, Binding, NewPerson, People, RequestId, Role, Rules, SessionToken, Tie};
use vauban_signin::{Settings, SignIn, cookie, serve};
use vauban_softkey::{SoftKey, honest};

use crate::browser::Browser;

/// Served until the test is over.
pub(crate) struct World {
    folder: TempDir,
    pub(crate) people: People,
    pub(crate) address: String,
    _runtime: tokio::runtime::Runtime,
}

/// Somebody who is in, with a key.
pub(crate) struct Person {
    pub(crate) browser: Browser,
    pub(crate) key: SoftKey,
}

/// A page as the program frames it, with its style.
fn frame(lang: Lang, title: &str, content: &Markup) -> Markup {
    let code = if lang == Lang::Fr { "fr" } else { "en" };
    html! {
        (DOCTYPE)
        html lang=(code) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                link rel="stylesheet" href="/style.css";
                link rel="icon" href="/icon.svg" type="image/svg+xml";
            }
            body { (content) }
        }
    }
}

/// What the program serves beside: the style, and the icon.
fn assets() -> Router {
    let file =
        |kind: &'static str, text: &'static str| get(move || async move { ([(header::CONTENT_TYPE, kind)], text) });
    Router::new()
        .route("/style.css", file("text/css", include_str!("../../../portal/src/style.css")))
        .route("/icon.svg", file("image/svg+xml", include_str!("../../../portal/src/icon.svg")))
}

/// Binds the session of a browser to a device, as a browser does by itself that can.
async fn bind(State(people): State<Arc<People>>, headers: HeaderMap) -> impl IntoResponse {
    let token: SessionToken = cookie(&headers, "vauban-session").unwrap().parse().unwrap();
    let device = Binding::Device { public_key: b"a device's".to_vec() };
    let bound = people.bind(&token.hash(), &device, &mut rng().unwrap(), Timestamp::now()).unwrap();
    let kept = format!("vauban-session={}; Path=/; HttpOnly; SameSite=Strict", &*bound.token.text());
    ([(header::SET_COOKIE, kept)], "bound")
}

/// Randomness of the system's, since tests run beside each other.
pub(crate) fn rng() -> std::io::Result<ChaCha20Rng> {
    static NEXT: Mutex<u64> = Mutex::new(0);
    let mut next = NEXT.lock().unwrap();
    *next += 1;
    Ok(ChaCha20Rng::seed_from_u64(*next))
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with(|_| ())
    }

    /// One that is set otherwise.
    pub(crate) fn with(change: impl FnOnce(&mut Settings)) -> Self {
        Self::ruled(&Rules::default(), change)
    }

    /// One with rules of its own, too.
    pub(crate) fn ruled(rules: &Rules, change: impl FnOnce(&mut Settings)) -> Self {
        Self::serving(rules, change, |_, _| Router::new())
    }

    /// One with more than the pages of signing in.
    pub(crate) fn serving(
        rules: &Rules,
        change: impl FnOnce(&mut Settings),
        more: impl FnOnce(&SignIn, &Path) -> Router,
    ) -> Self {
        Self::clocked(rules, change, more, Timestamp::now)
    }

    /// One with a clock of its own.
    pub(crate) fn clocked(
        rules: &Rules,
        change: impl FnOnce(&mut Settings),
        more: impl FnOnce(&SignIn, &Path) -> Router,
        clock: fn() -> Timestamp,
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("people.sqlite");
        let open = || People::open(&path, rules.clone()).unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = format!("localhost:{}", listener.local_addr().unwrap().port());
        let mut settings = Settings::of(&format!("http://{address}"), Lang::En);
        change(&mut settings);
        let site = SignIn::new(open(), settings, frame, clock, rng).unwrap();
        let test = Router::new().route("/test/bind", get(bind)).with_state(Arc::new(open()));
        let more = assets().merge(test).merge(more(&site, folder.path()));
        runtime.spawn(async move { serve(listener, &site, more, std::future::pending()).await });
        Self { people: open(), folder, address, _runtime: runtime }
    }

    /// Has the store fail from now on: another hand takes a table away.
    pub(crate) fn break_store(&self, table: &str) {
        let sql = rusqlite::Connection::open(self.folder.path().join("people.sqlite")).unwrap();
        sql.execute_batch(&format!("DROP TABLE {table}")).unwrap();
    }

    /// All bytes of the store's files.
    pub(crate) fn files(&self) -> Vec<u8> {
        let files = std::fs::read_dir(self.folder.path()).unwrap();
        files.flat_map(|file| std::fs::read(file.unwrap().path()).unwrap()).collect()
    }

    /// A browser that nobody used yet.
    pub(crate) fn browser(&self) -> Browser {
        Browser::new(&self.address)
    }

    /// Two founders, each with a key.
    pub(crate) fn with_founders() -> (Arc<Self>, [Person; 2]) {
        Self::new().founded()
    }

    pub(crate) fn founded(self) -> (Arc<Self>, [Person; 2]) {
        let world = Arc::new(self);
        let founders = world.found();
        (world, founders)
    }

    /// Ana and Bob found it.
    pub(crate) fn found(&self) -> [Person; 2] {
        [("Ana", 1), ("Bob", 2)].map(|(name, seed)| self.founder(name, seed))
    }

    /// A founder, with a key.
    pub(crate) fn founder(&self, name: &str, seed: u8) -> Person {
        let request = self.people.found(name.parse().unwrap(), &mut rng().unwrap(), Timestamp::now()).unwrap();
        self.person(request.id, seed)
    }

    /// Binds the session of a browser to a device.
    pub(crate) fn bind(&self, browser: &mut Browser) {
        assert_eq!((browser.get("/test/bind").status, &browser.address), (200, &self.address));
    }

    /// A member whom both founders let in, with a key and a session.
    pub(crate) fn member(&self, name: &str, founders: &mut [Person; 2], seed: u8) -> Person {
        let request = self.asked(name, founders);
        self.person(request, seed)
    }

    /// The request for a member, with the word of both founders.
    pub(crate) fn asked(&self, name: &str, founders: &mut [Person; 2]) -> RequestId {
        let request = self.invited(name);
        for founder in founders {
            let path = format!("/requests/{request}");
            assert_eq!(founder.browser.sign(&path, &mut founder.key, honest).status, 200);
        }
        request
    }

    /// The request for a member, which waits.
    pub(crate) fn invited(&self, name: &str) -> RequestId {
        let new = NewPerson {
            name: name.parse().unwrap(),
            tie: Tie::Staff,
            role: Role::Member,
            groups: BTreeSet::new(),
            until: None,
        };
        self.people.invite(&Actor::Machine, &new, &mut rng().unwrap(), Timestamp::now()).unwrap().id
    }

    /// The address at which a founder makes their first key.
    pub(crate) fn founders_page(&self, origin: &str, name: &str) -> String {
        let request = self.people.found(name.parse().unwrap(), &mut rng().unwrap(), Timestamp::now()).unwrap();
        format!("{origin}/enrol#{}", self.link(request.id))
    }

    /// Whoever has the link of a request that can be done.
    pub(crate) fn person(&self, request: RequestId, seed: u8) -> Person {
        let link = self.link(request);
        let mut browser = self.browser();
        let key = browser.enrol(&link, seed).unwrap_or_else(|came| panic!("{came:?}"));
        Person { browser, key }
    }

    pub(crate) fn link(&self, request: RequestId) -> String {
        let token = self.people.give_link(&Actor::Machine, request, &mut rng().unwrap(), Timestamp::now()).unwrap();
        token.text().to_string()
    }
}
