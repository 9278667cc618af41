//! From the discovery to the last page of the last collection (sections 3.5, 4 and 5), one request at a time.

use std::collections::{HashSet, VecDeque};

use serde::Deserialize;
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};
use url::Url;

use super::{Ask, Bounds, Found, Overlooked, Reply, WalkError, Wanted, origin};
use crate::{
    answer::{ApiRoot, Collection, Collections, Discovery},
    credentials::Credentials,
    ids::CollectionId,
    media,
    stamp::Stamp,
};

/// The longest text of a server that is repeated to a person, in characters.
const LONGEST_TITLE: usize = 200;

/// The longest cursor of a server that is sent back, in bytes.
const LONGEST_CURSOR: usize = 4 << 10;

/// A way through a server: send what [`Walk::ask`] says, feed what came, until it says nothing more.
///
/// Only the origin of the URL that a person named is asked, so the credentials go nowhere else.
#[derive(Debug)]
pub struct Walk {
    credentials: Option<Credentials>,
    wanted: Wanted,
    bounds: Bounds,
    steps: VecDeque<Step>,
    places: usize,
    replies: u32,
    bytes: u64,
    overlooked: Vec<Overlooked>,
}

/// What is asked next.
#[derive(Debug)]
enum Step {
    Discovery(Url),
    Root(Url),
    Collections(Url),
    Objects(Place),
}

/// Where the walk is in a collection.
#[derive(Debug)]
struct Place {
    root: Url,
    collection: CollectionId,
    next: Option<String>,
    after: Option<Stamp>,
    /// Digests of the pages that came. The same page again is a circle; a cursor alone is not, because some servers give
    /// the same one for every page.
    seen: HashSet<[u8; 32]>,
}

#[derive(Deserialize)]
struct PageOfObjects<'r> {
    #[serde(default)]
    more: bool,
    next: Option<String>,
    #[serde(borrow, default)]
    objects: Vec<&'r RawValue>,
}

#[derive(Deserialize)]
struct ErrorMessage {
    title: String,
}

impl Walk {
    /// A walk through the server with this discovery URL, as in `https://hub.example/taxii2/`.
    ///
    /// # Errors
    /// [`WalkError::Url`].
    pub fn new(
        discovery: &str,
        credentials: Option<Credentials>,
        wanted: Wanted,
        bounds: Bounds,
    ) -> Result<Self, WalkError> {
        let steps = VecDeque::from([Step::Discovery(origin::start(discovery)?)]);
        Ok(Self { credentials, wanted, bounds, steps, places: 0, replies: 0, bytes: 0, overlooked: Vec::new() })
    }

    /// A walk through one API root alone, as in `https://hub.example/group/`.
    ///
    /// # Errors
    /// [`WalkError::Url`].
    pub fn of_root(
        root: &str,
        credentials: Option<Credentials>,
        wanted: Wanted,
        bounds: Bounds,
    ) -> Result<Self, WalkError> {
        let mut walk = Self::new(root, credentials, wanted, bounds)?;
        walk.steps = VecDeque::from([Step::Root(origin::start(root)?)]);
        Ok(walk)
    }

    /// The request to be sent now; nothing when the walk has ended.
    #[must_use]
    pub fn ask(&self) -> Option<Ask> {
        Some(Ask::new(self.steps.front()?.url(&self.wanted), self.credentials.as_ref()))
    }

    /// What was not looked at so far.
    #[must_use]
    pub fn overlooked(&self) -> &[Overlooked] {
        &self.overlooked
    }

    /// Takes the response to [`Walk::ask`].
    ///
    /// # Errors
    /// Any [`WalkError`]; then the walk has ended.
    pub fn feed<'r>(&mut self, reply: &Reply<'r>) -> Result<Found<'r>, WalkError> {
        let found = self.step(reply);
        if found.is_err() {
            self.steps.clear();
        }
        found
    }

    fn step<'r>(&mut self, reply: &Reply<'r>) -> Result<Found<'r>, WalkError> {
        let step = self.steps.pop_front().ok_or(WalkError::NotAsked)?;
        self.count(reply)?;
        if matches!(reply.status, 403 | 404) && !matches!(step, Step::Discovery(_)) {
            self.overlooked.push(Overlooked::Refused(step.url(&self.wanted), reply.status));
            return Ok(Found::Nothing);
        }
        check(reply)?;
        match step {
            Step::Discovery(url) => self.discovery(&url, read(reply, "discovery")?),
            Step::Root(url) => Ok(self.root(url, read(reply, "API root")?)),
            Step::Collections(root) => self.collections(root, read(reply, "list of collections")?),
            Step::Objects(place) => self.objects(place, reply),
        }
    }

    fn count(&mut self, reply: &Reply<'_>) -> Result<(), WalkError> {
        self.replies += 1;
        self.bytes += reply.body.len() as u64;
        if reply.body.len() > self.bounds.reply {
            return Err(WalkError::ReplyTooLong(self.bounds.reply));
        }
        if self.bytes > self.bounds.bytes {
            return Err(WalkError::TooManyBytes(self.bounds.bytes));
        }
        if self.replies > self.bounds.replies {
            return Err(WalkError::TooManyReplies(self.bounds.replies));
        }
        Ok(())
    }

    fn visit(&mut self, step: Step) -> Result<(), WalkError> {
        self.places += 1;
        if self.places > self.bounds.places {
            return Err(WalkError::TooManyPlaces(self.bounds.places));
        }
        self.steps.push_back(step);
        Ok(())
    }

    fn discovery<'r>(&mut self, url: &Url, discovery: Discovery) -> Result<Found<'r>, WalkError> {
        let mut known = HashSet::new();
        for text in &discovery.api_roots {
            match origin::root(url, text) {
                Some(root) if known.insert(root.clone()) => self.visit(Step::Root(root))?,
                Some(_) => {}
                None => self.overlooked.push(Overlooked::Elsewhere(shortened(text))),
            }
        }
        Ok(Found::Discovery(discovery))
    }

    fn root<'r>(&mut self, url: Url, root: ApiRoot) -> Found<'r> {
        let is_ours = root.versions.iter().any(|version| media::is_taxii(Some(version)));
        if is_ours {
            self.steps.push_front(Step::Collections(url.clone()));
        } else {
            self.overlooked.push(Overlooked::OtherVersion(url.to_string()));
        }
        Found::ApiRoot(url.into(), root)
    }

    fn collections<'r>(&mut self, root: Url, all: Collections) -> Result<Found<'r>, WalkError> {
        for Collection { id, can_read, .. } in &all.collections {
            let is_wanted = self.wanted.collections.as_ref().is_none_or(|wanted| wanted.contains(id));
            if is_wanted && *can_read {
                self.visit(Step::Objects(Place::new(root.clone(), id.clone())))?;
            } else if is_wanted {
                self.overlooked.push(Overlooked::NotReadable(format!("{root}collections/{id}/")));
            }
        }
        Ok(Found::Collections(root.into(), all))
    }

    fn objects<'r>(&mut self, mut place: Place, reply: &Reply<'r>) -> Result<Found<'r>, WalkError> {
        let page: PageOfObjects<'r> = read(reply, "envelope")?;
        let added_last = reply.added_last.and_then(|text| text.parse().ok());
        let (root, collection) = (place.root.to_string(), place.collection.clone());
        if page.more {
            place.go_on(page.next, added_last, reply.body)?;
            self.steps.push_front(Step::Objects(place));
        }
        Ok(Found::Objects { root, collection, objects: page.objects, added_last })
    }
}

impl Place {
    fn new(root: Url, collection: CollectionId) -> Self {
        Self { root, collection, next: None, after: None, seen: HashSet::new() }
    }

    /// Turns to the next page: behind the cursor, or behind the time of the last object when there is none (section 3.5).
    fn go_on(&mut self, next: Option<String>, added_last: Option<Stamp>, body: &[u8]) -> Result<(), WalkError> {
        if !self.seen.insert(Sha256::digest(body).into()) {
            return Err(WalkError::Circle);
        }
        if next.as_ref().is_some_and(|next| next.len() > LONGEST_CURSOR) {
            return Err(WalkError::Malformed("cursor"));
        }
        self.next = next.filter(|next| !next.is_empty());
        if self.next.is_none() {
            let later = added_last.filter(|last| self.after.is_none_or(|before| before < *last));
            self.after = Some(later.ok_or(WalkError::NoWayOn)?);
        }
        Ok(())
    }
}

impl Step {
    fn url(&self, wanted: &Wanted) -> String {
        match self {
            Self::Discovery(url) | Self::Root(url) => url.to_string(),
            Self::Collections(root) => format!("{root}collections/"),
            Self::Objects(place) => {
                let query = wanted.query(place.next.as_deref(), place.after.as_ref());
                format!("{}collections/{}/objects/?{query}", place.root, place.collection)
            }
        }
    }
}

/// Whether the response is one of TAXII at all.
fn check(reply: &Reply<'_>) -> Result<(), WalkError> {
    match reply.status {
        200 if media::is_taxii(reply.content_type) => Ok(()),
        200 => Err(WalkError::MediaType(shortened(reply.content_type.unwrap_or_default()))),
        300..=399 => Err(WalkError::Redirect(reply.status)),
        401 => Err(WalkError::Unauthenticated),
        status => {
            let title = serde_json::from_slice(reply.body).map(|ErrorMessage { title }| shortened(&title));
            Err(WalkError::Status { status, title: title.unwrap_or_default() })
        }
    }
}

fn read<'r, T: Deserialize<'r>>(reply: &Reply<'r>, what: &'static str) -> Result<T, WalkError> {
    serde_json::from_slice(reply.body).map_err(|_| WalkError::Malformed(what))
}

fn shortened(text: &str) -> String {
    text.chars().filter(|character| !character.is_control()).take(LONGEST_TITLE).collect()
}
