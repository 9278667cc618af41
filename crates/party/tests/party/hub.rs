//! A hub in memory that answers as a front does, and lies when it is told to.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    io::Cursor,
};

use data_encoding::BASE64;
use serde_json::json;
use vauban_blind::{Batch, BatchSize, EvaluateError, Signer};
use vauban_party::{Door, DoorError, Reply};
use vauban_release::{Countersignature, Release, SignedReceipt};

use crate::made::{day, key, rng, signer};

/// Changes an answer: method, path, what would be said.
type Lie = Box<dyn Fn(&str, &str, (u16, Vec<u8>)) -> (u16, Vec<u8>)>;

/// Method, path, bytes that came, how many went.
type Call = (String, String, Vec<u8>, usize);

pub(crate) struct Hub {
    pub(crate) streams: BTreeMap<String, Vec<Release>>,
    pub(crate) signer: Signer,
    pub(crate) lie: Option<Lie>,
    pub(crate) is_down: Cell<bool>,
    pub(crate) seen: RefCell<Vec<Call>>,
}

impl Hub {
    pub(crate) fn new(stream: &str, releases: Vec<Release>) -> Self {
        Self {
            streams: [(stream.to_owned(), releases)].into(),
            signer: signer(1),
            lie: None,
            is_down: Cell::new(false),
            seen: RefCell::default(),
        }
    }

    pub(crate) fn lies(mut self, lie: impl Fn(&str, &str, (u16, Vec<u8>)) -> (u16, Vec<u8>) + 'static) -> Self {
        self.lie = Some(Box::new(lie));
        self
    }

    /// What came to paths that end like this.
    pub(crate) fn came(&self, end: &str) -> Vec<Vec<u8>> {
        self.seen
            .borrow()
            .iter()
            .filter(|(_, path, ..)| path.ends_with(end))
            .map(|(_, _, body, _)| body.clone())
            .collect()
    }

    fn answer(&self, method: &str, path: &str, body: &[u8]) -> Result<Reply, DoorError> {
        if self.is_down.get() {
            return Err(DoorError::Failed("down".to_owned()));
        }
        let honest = self.honest(method, path, body);
        let (status, bytes) = match &self.lie {
            Some(lie) => lie(method, path, honest),
            None => honest,
        };
        self.seen.borrow_mut().push((method.to_owned(), path.to_owned(), body.to_vec(), bytes.len()));
        Ok(Reply { status, etag: None, retry_after: None, body: Box::new(Cursor::new(bytes)) })
    }

    fn honest(&self, method: &str, path: &str, body: &[u8]) -> (u16, Vec<u8>) {
        let parts: Vec<&str> = path.trim_start_matches("/hub/v1/").split(['/', '?', '=']).collect();
        match (method, &parts[..]) {
            ("GET", ["streams"]) => (200, self.list()),
            ("GET", ["streams", id, "manifests", "after", after]) => (200, self.manifests(id, after.parse().unwrap())),
            ("GET", ["streams", id, "releases", number]) => self.release(id, number),
            ("PUT", ["streams", _, "releases", _, "receipt"]) => {
                let receipt = SignedReceipt::from_text(std::str::from_utf8(body).unwrap()).unwrap();
                (200, Countersignature::sign(&receipt, &key(1), day(9)).unwrap().to_text().into_bytes())
            }
            ("PUT", ["streams", _, "counts", _]) => (201, body.to_vec()),
            ("POST", ["streams", _, "sightings"]) => (201, b"seen".to_vec()),
            ("POST", ["blind"]) => self.evaluate(body),
            _ => (404, Vec::new()),
        }
    }

    fn list(&self) -> Vec<u8> {
        let one = |(id, releases): (&String, &Vec<Release>)| {
            let last = releases.last().map(Release::signed);
            json!({
                "id": id, "title": "Group", "description": "",
                "number": last.map(|signed| signed.manifest().number),
                "digest": last.map(|signed| signed.digest()),
            })
        };
        serde_json::to_vec(&self.streams.iter().map(one).collect::<Vec<_>>()).unwrap()
    }

    fn manifests(&self, id: &str, after: u64) -> Vec<u8> {
        let later = self
            .streams
            .get(id)
            .into_iter()
            .flatten()
            .filter(|release| release.signed().manifest().number.get() > after);
        later.flat_map(|release| line(release).into_bytes()).collect()
    }

    fn release(&self, id: &str, number: &str) -> (u16, Vec<u8>) {
        let Some(releases) = self.streams.get(id) else { return (404, Vec::new()) };
        let is_it = |release: &&Release| release.signed().manifest().number.to_string() == number;
        let found = if number == "latest" { releases.last() } else { releases.iter().find(is_it) };
        found.map_or((404, Vec::new()), |release| (200, release.to_body()))
    }

    fn evaluate(&self, body: &[u8]) -> (u16, Vec<u8>) {
        let Some(size) = body.get(8..10).and_then(|two| BatchSize::new(u16::from_be_bytes(two.try_into().unwrap())))
        else {
            return (400, Vec::new());
        };
        let Ok(batch) = Batch::from_bytes(body, size) else { return (400, Vec::new()) };
        match self.signer.evaluate(&batch, &mut rng(body.len() as u64 + u64::from(body[60]))) {
            Ok(evaluated) => (200, evaluated.to_bytes()),
            Err(EvaluateError::Epoch { .. } | EvaluateError::Key(_)) => (409, Vec::new()),
            Err(EvaluateError::Batch) => (400, Vec::new()),
        }
    }
}

pub(crate) fn line(release: &Release) -> String {
    let signed = release.signed();
    let signature = signed.signature().to_string();
    let line = json!({"manifest": BASE64.encode(signed.bytes()), "signature": BASE64.encode(signature.as_bytes())});
    format!("{line}\n")
}

impl Door for Hub {
    fn get(&self, path: &str, _: Option<&str>) -> Result<Reply, DoorError> {
        self.answer("GET", path, b"")
    }

    fn put(&self, path: &str, body: &[u8]) -> Result<Reply, DoorError> {
        self.answer("PUT", path, body)
    }

    fn post(&self, path: &str, body: &[u8]) -> Result<Reply, DoorError> {
        self.answer("POST", path, body)
    }
}
