//! An organisation with two administrators, and its server.

use std::{
    net::SocketAddr,
    path::Path,
    sync::{Arc, Mutex},
};

use axum::{Router, middleware};
use jiff::Timestamp;
use maud::{Markup, html};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng as _};
use tempfile::TempDir;
use tokio::net::TcpListener;
use vauban_model::Lang;
use vauban_people::{Actor, People, RequestId, Rules};
use vauban_signin::{Reach, Settings, SignIn, gate, router};
use vauban_softkey::SoftKey;

use crate::browser::Browser;

/// Served until the test is over.
pub(crate) struct World {
    _folder: TempDir,
    pub(crate) people: People,
    pub(crate) address: String,
    _runtime: tokio::runtime::Runtime,
}

/// Somebody who is in, with a key.
pub(crate) struct Person {
    pub(crate) browser: Browser,
    pub(crate) key: SoftKey,
}

fn frame(lang: Lang, title: &str, content: &Markup) -> Markup {
    let code = if lang == Lang::Fr { "fr" } else { "en" };
    html! { html lang=(code) { head { title { (title) } } body { (content) } } }
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
        Self::serving(Reach::everything(), |site, _| router(site.clone()))
    }

    /// With more than the pages of signing in.
    pub(crate) fn serving(reach: Reach, routes: impl FnOnce(&SignIn, &Path) -> Router) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("people.sqlite");
        let open = || People::open(&path, Rules::default()).unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = format!("localhost:{}", listener.local_addr().unwrap().port());
        let settings = Settings {
            origin: format!("http://{address}"),
            name: "Campagne".to_owned(),
            lang: Lang::En,
            is_behind_proxy: false,
            home: "/mine",
            reach,
        };
        let site = SignIn::new(open(), settings, frame, Timestamp::now, rng).unwrap();
        let app = routes(&site, folder.path()).layer(middleware::from_fn_with_state(site, gate));
        let app = app.into_make_service_with_connect_info::<SocketAddr>();
        runtime.spawn(async move { axum::serve(listener, app).await });
        Self { people: open(), _folder: folder, address, _runtime: runtime }
    }

    /// A browser that nobody used yet.
    pub(crate) fn browser(&self) -> Browser {
        Browser::new(&self.address)
    }

    /// Two founders, each with a key.
    pub(crate) fn with_founders() -> (Arc<Self>, [Person; 2]) {
        let world = Arc::new(Self::new());
        let founders = world.found();
        (world, founders)
    }

    /// Ana and Bob found it.
    pub(crate) fn found(&self) -> [Person; 2] {
        [("Ana", 1), ("Bob", 2)].map(|(name, seed)| {
            let request = self.people.found(name.parse().unwrap(), &mut rng().unwrap(), Timestamp::now()).unwrap();
            self.person(request.id, seed)
        })
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
