//! A desk whose pages are served, and people with keys of minisign.

use std::{fs, io::Read as _, path::PathBuf, process::Command, sync::mpsc, thread};

use jiff::Timestamp;
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng as _};
use vauban_hub::{
    desk::{Desk, Reach},
    store::Place,
};
use vauban_model::Lang;
use vauban_portal::{
    Link,
    desk::{Pages, serve},
};

use crate::browser::Browser;

pub(crate) struct World {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) port: u16,
}

fn random(bytes: &mut [u8]) -> std::io::Result<()> {
    fs::File::open("/dev/urandom")?.read_exact(bytes)
}

impl World {
    /// An empty desk with its pages.
    pub(crate) fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (place, link, front) =
            (folder.path().join("desk"), folder.path().join("link"), folder.path().join("front.sqlite"));
        let (send, receive) = mpsc::channel();
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
            runtime.block_on(async {
                let mut rng = ChaCha20Rng::from_seed([7; 32]);
                let desk = Desk::init(&place, "CERT <Exemple>", "CERT, 01 00 00 00 00", &mut rng).await.unwrap();
                let front = Some(Reach::Database(Place::File(front)));
                let pages = Pages { desk, front, link, lang: Lang::Fr, now: Timestamp::now, random };
                let listener = vauban_portal::bind("127.0.0.1:0").await.unwrap();
                send.send(listener.local_addr().unwrap().port()).unwrap();
                serve(listener, pages).await;
            });
        });
        Self { port: receive.recv().unwrap(), folder }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The address that somebody opens.
    pub(crate) fn link(&self, who: &str) -> String {
        let mut secret = [0; 32];
        random(&mut secret).unwrap();
        Link::keep(&self.path("link"), secret, who, Timestamp::now()).unwrap()
    }

    /// Somebody who came in by their link.
    pub(crate) fn enter(&self, who: &str) -> Browser {
        let path = self.link(who);
        let mut browser = Browser::stranger(self.port);
        let entered = browser.get(&path);
        assert_eq!((entered.status, entered.location()), (303, "/"), "{entered:?}");
        browser
    }

    /// Makes a key of minisign, and names its holder on the page.
    pub(crate) fn person(&self, browser: &mut Browser, name: &str) {
        assert!(self.minisign(&["-G", "-W", "-p", &format!("{name}.pub"), "-s", &format!("{name}.key")]));
        let key = fs::read_to_string(self.path(&format!("{name}.pub"))).unwrap();
        let named = browser.post("/audience/people", &[("form", "person"), ("name", name), ("key", &key)]);
        assert_eq!(named.status, 303, "{named:?}");
    }

    /// Somebody's signature over bytes.
    pub(crate) fn sign(&self, name: &str, bytes: &[u8]) -> String {
        let out = format!("{name}.minisig");
        fs::write(self.path("manifest.json"), bytes).unwrap();
        assert!(self.minisign(&["-S", "-s", &format!("{name}.key"), "-m", "manifest.json", "-x", &out]));
        fs::read_to_string(self.path(&out)).unwrap()
    }

    pub(crate) fn minisign(&self, arguments: &[&str]) -> bool {
        let output = Command::new("minisign").current_dir(self.folder.path()).args(arguments).output();
        output.is_ok_and(|output| output.status.success())
    }

    /// Two parties; a stream of both, and one of the first alone. The ids of parties and streams.
    pub(crate) fn audience(&self, browser: &mut Browser) -> ([String; 2], [String; 2]) {
        for name in ["Parti A", "Parti B"] {
            let taken = browser.post("/audience/parties", &[("form", "party"), ("name", name)]);
            assert_eq!(taken.status, 200, "{taken:?}");
            let code = taken.between("<pre class=\"code\" tabindex=\"0\">", "</pre>");
            assert_eq!(code.split('-').count(), 12, "{code}");
            assert!(!browser.get("/audience").body.contains(&code), "shown once");
        }
        let page = browser.get("/audience");
        let id = |name: &str| {
            let label = format!("\">{name}</label>");
            page.body.split_once(&label).unwrap().0.rsplit_once("for=\"p-").unwrap().1.to_owned()
        };
        let parties = [id("Parti A"), id("Parti B")];
        let both = [("form", "stream"), ("title", "Tous"), ("party", &parties[0]), ("party", &parties[1])];
        assert_eq!(browser.post("/audience/streams", &both).status, 303);
        let one = [("form", "stream"), ("title", "A seul"), ("one", "yes"), ("party", &parties[0])];
        assert_eq!(browser.post("/audience/streams", &one).status, 303);
        let page = browser.get("/audience");
        let stream = |title: &str| {
            let heading = format!("\">{title}</h3>");
            page.body.split_once(&heading).unwrap().0.rsplit_once("id=\"t-").unwrap().1.to_owned()
        };
        let streams = [stream("Tous"), stream("A seul")];
        (parties, streams)
    }

    /// Takes STIX objects in.
    pub(crate) fn take(&self, browser: &mut Browser, objects: &[String]) -> crate::browser::Page {
        let feed = format!(
            r#"{{"type":"bundle","id":"bundle--00000000-0000-4000-8000-000000000001","objects":[{}]}}"#,
            objects.join(",")
        );
        let fields = [("source", "CERT-FR"), ("marking", "TLP:AMBER")];
        let taken = browser.send("/import", &fields, &[("files", "feed.json", feed.as_bytes())]);
        assert_eq!(taken.status, 200, "{taken:?}");
        taken
    }
}

/// The id of an indicator.
pub(crate) fn id(number: u32) -> String {
    format!("indicator--00000000-0000-4000-8000-{number:012}")
}

/// An indicator as a publisher writes one.
pub(crate) fn indicator(number: u32, name: &str, pattern: &str) -> String {
    format!(
        r#"{{"type":"indicator","spec_version":"2.1","id":"{}","created":"2026-11-01T00:00:00.000Z","modified":"2026-11-01T00:00:00.000Z",
"valid_from":"2026-11-01T00:00:00Z","pattern_type":"stix","name":{},"indicator_types":["malicious-activity"],"pattern":"{pattern}"}}"#,
        id(number),
        serde_json::Value::from(name)
    )
}

/// Whether minisign is here; where slow tests are asked for, it has to be.
pub(crate) fn has_minisign() -> bool {
    let is_here = Command::new("minisign").arg("-v").output().is_ok();
    assert!(is_here || std::env::var_os("VAUBAN_SLOW").is_none(), "minisign is missing");
    if !is_here {
        println!("skipped: there is no minisign");
    }
    is_here
}
