//! A server in memory: the smallest thing that answers every call. Its selection is the crate's own oracle.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::value::RawValue;
use uuid::Uuid;
use vauban_taxii::{
    Answer, ApiRoot, Call, Collection, CollectionId, Collections, Credentials, Discovery, Entry, Envelope, Filter,
    ManifestRecord, Missing, ObjectId, ObjectJson, Page, Paging, Refusal, Request, Response, RootName, Sequence,
    Settings, Span, Stamp, Status, StatusDetails, StatusId, Submitted, read,
};

/// A server with one user.
pub(crate) struct Store {
    pub(crate) settings: Settings,
    pub(crate) discovery: Discovery,
    pub(crate) user: (String, String),
    pub(crate) roots: BTreeMap<String, Root>,
}

/// An API root.
pub(crate) struct Root {
    pub(crate) about: ApiRoot,
    pub(crate) statuses: Vec<Status>,
    pub(crate) collections: Vec<Held>,
}

/// A collection with what is in it.
pub(crate) struct Held {
    pub(crate) about: Collection,
    pub(crate) entries: Vec<(Entry, Box<RawValue>)>,
    pub(crate) last: u64,
}

impl Store {
    /// Answers a request that came at this instant.
    pub(crate) fn serve(&mut self, authorization: Option<&str>, request: &Request<'_>, now: Timestamp) -> Response {
        let answered = match self.knows(authorization) {
            true => read(request, &self.settings).and_then(|call| self.answer(call, now)),
            false => Err(Refusal::Unauthenticated("Basic realm=\"test\"".to_owned())),
        };
        answered.unwrap_or_else(|refusal| refusal.response(None))
    }

    fn knows(&self, authorization: Option<&str>) -> bool {
        matches!(authorization.and_then(Credentials::read),
            Some(Credentials::Basic { user, password }) if (user.as_str(), password.as_str()) == (&self.user.0, &self.user.1))
    }

    fn answer(&mut self, call: Call<'_>, now: Timestamp) -> Result<Response, Refusal> {
        let settings = self.settings.clone();
        Ok(match call {
            Call::Discovery => Answer::Discovery(&self.discovery).response(),
            Call::ApiRoot { root } => Answer::ApiRoot(&self.root(&root)?.about).response(),
            Call::Status { root, id } => {
                let status = self.root(&root)?.statuses.iter().find(|status| status.id == id);
                Answer::Status(status.ok_or(Refusal::NotFound(Missing::Status))?).response()
            }
            Call::Collections { root } => {
                let collections = self.root(&root)?.collections.iter().map(|held| held.about.clone()).collect();
                Answer::Collections(&Collections { collections }).response()
            }
            Call::Collection { root, id } => Answer::Collection(&self.held(&root, &id)?.about).response(),
            Call::Manifest { root, collection, filter, page } => {
                self.readable(&root, &collection)?.manifest(&filter, &page, &settings)
            }
            Call::Objects { root, collection, filter, page } => {
                self.readable(&root, &collection)?.objects(&filter, &page, &settings)
            }
            Call::Object { root, collection, id, filter, page } => {
                self.readable(&root, &collection)?.with(&id)?.objects(&filter, &page, &settings)
            }
            Call::Versions { root, collection, id, filter, page } => {
                self.readable(&root, &collection)?.with(&id)?.versions(&filter, &page, &settings)
            }
            Call::AddObjects { root, collection, envelope } => {
                let held = self.held(&root, &collection)?;
                if !held.about.can_write {
                    return Err(Refusal::Forbidden);
                }
                let status = held.add(&envelope, now);
                let response = Answer::Added(&status).response();
                self.root(&root)?.statuses.push(status);
                response
            }
            Call::DeleteObject { root, collection, filter, .. } => {
                let held = self.held(&root, &collection)?;
                match (held.about.can_read, held.about.can_write) {
                    (true, true) => held.delete(&filter)?,
                    (false, false) => return Err(Refusal::NotFound(Missing::Collection)),
                    _ => return Err(Refusal::Forbidden),
                }
                Answer::Deleted.response()
            }
        })
    }

    fn root(&mut self, name: &RootName) -> Result<&mut Root, Refusal> {
        self.roots.get_mut(name.as_str()).ok_or(Refusal::NotFound(Missing::Root))
    }

    pub(crate) fn held(&mut self, root: &RootName, id: &CollectionId) -> Result<&mut Held, Refusal> {
        let held = self.root(root)?.collections.iter_mut().find(|held| held.about.id == *id);
        held.ok_or(Refusal::NotFound(Missing::Collection))
    }

    fn readable(&mut self, root: &RootName, id: &CollectionId) -> Result<&Held, Refusal> {
        let held = self.held(root, id)?;
        if held.about.can_read { Ok(held) } else { Err(Refusal::Forbidden) }
    }
}

impl Held {
    fn with(&self, id: &ObjectId) -> Result<&Self, Refusal> {
        let has = self.entries.iter().any(|(entry, _)| entry.id == *id);
        if has { Ok(self) } else { Err(Refusal::NotFound(Missing::Object)) }
    }

    fn objects(&self, filter: &Filter, page: &Page, settings: &Settings) -> Response {
        let (entries, paging) = self.page(filter, page, settings);
        let objects: Vec<ObjectJson<'_>> = entries.iter().map(|entry| self.json(entry).into()).collect();
        Answer::Objects(&objects, paging).response()
    }

    fn manifest(&self, filter: &Filter, page: &Page, settings: &Settings) -> Response {
        let (entries, paging) = self.page(filter, page, settings);
        let records: Vec<ManifestRecord<'_>> = entries.iter().map(|entry| record(entry)).collect();
        Answer::Manifest(&records, paging).response()
    }

    fn versions(&self, filter: &Filter, page: &Page, settings: &Settings) -> Response {
        let (entries, paging) = self.page(filter, page, settings);
        let versions: Vec<Stamp> = entries.iter().map(|entry| entry.version).collect();
        Answer::Versions(&versions, paging).response()
    }

    fn page(&self, filter: &Filter, page: &Page, settings: &Settings) -> (Vec<&Entry>, Paging) {
        let selected = filter.select(self.entries.iter().map(|(entry, _)| entry));
        let (entries, is_more) = page.cut(&selected);
        let (Some(first), Some(last)) = (entries.first(), entries.last()) else {
            return (Vec::new(), Paging::default());
        };
        let next = is_more.then(|| page.cursor(&settings.cursors, last.sequence));
        (entries.to_vec(), Paging { next, span: Some(Span { first: first.added, last: last.added }) })
    }

    fn json(&self, entry: &Entry) -> &RawValue {
        let at = self.entries.binary_search_by_key(&entry.sequence, |(other, _)| other.sequence).unwrap();
        &self.entries[at].1
    }

    pub(crate) fn add(&mut self, envelope: &Envelope<'_>, now: Timestamp) -> Status {
        let id = StatusId::try_from(Uuid::new_v4().to_string().as_str()).unwrap();
        let mut status =
            Status { id, requested: Stamp::taxii(now), successes: vec![], failures: vec![], pendings: vec![] };
        for object in &envelope.objects {
            match object.version {
                Ok(stated) => status.successes.push(self.add_one(object, stated, now)),
                Err(error) => status.failures.push(StatusDetails {
                    id: object.id.clone(),
                    version: Stamp::taxii(now),
                    message: Some(error.to_string()),
                }),
            }
        }
        status
    }

    fn add_one(&mut self, object: &Submitted<'_>, stated: Option<Stamp>, now: Timestamp) -> StatusDetails {
        let version = stated.unwrap_or(Stamp::taxii(now));
        let is_twin = |entry: &Entry| entry.id == object.id && (stated.is_none() || entry.version == version);
        let is_known = self.entries.iter().any(|(entry, _)| is_twin(entry));
        if !is_known {
            self.last += 1;
            let (id, sequence) = (object.id.clone(), Sequence(self.last));
            let entry = Entry { sequence, added: now, id, version, spec_version: object.spec_version };
            self.entries.push((entry, object.json.to_owned()));
        }
        let message = is_known.then(|| "it is in the collection already".to_owned());
        StatusDetails { id: object.id.clone(), version, message }
    }

    fn delete(&mut self, filter: &Filter) -> Result<(), Refusal> {
        let selected = filter.select(self.entries.iter().map(|(entry, _)| entry));
        let gone: Vec<Sequence> = selected.iter().map(|entry| entry.sequence).collect();
        if gone.is_empty() {
            return Err(Refusal::NotFound(Missing::Object));
        }
        self.entries.retain(|(entry, _)| !gone.contains(&entry.sequence));
        Ok(())
    }
}

fn record(entry: &Entry) -> ManifestRecord<'_> {
    let Entry { ref id, added, version, spec_version, .. } = *entry;
    ManifestRecord { id, added, version, spec_version }
}
