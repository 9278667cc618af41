//! Pages: the filter becomes a question of the store, and what it finds becomes bytes.

use std::borrow::Cow;

use serde::Deserialize;
use vauban_taxii::{
    Answer, Cursor, Filter, ManifestRecord, Missing, ObjectId, ObjectJson, Page, Paging, Refusal, Response, Span,
    SpecVersions, Stamp, Versions,
};

use super::{calls::Asker, door::refusal};
use crate::store::{self, Asked, Detail, Entry, Sequence, StreamView, Version};

/// What is told of the entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Manifest,
    Objects,
    Versions,
}

impl Asker<'_> {
    pub(super) async fn page(
        self,
        stream: &StreamView,
        filter: &Filter,
        page: &Page,
        kind: Kind,
    ) -> Result<Response, Refusal> {
        let Some(filter) = question(filter) else { return written(&[], Paging::default(), kind) };
        let after = Sequence(page.after.map_or(0, |after| after.0));
        let asked = Asked { after, most: page.limit.get().into(), ..self.asked(stream, &filter) };
        if kind == Kind::Objects { self.objects(asked, page).await } else { self.records(asked, page, kind).await }
    }

    /// As [`Self::page`], but an object that is not there at all is not found.
    pub(super) async fn of_object(
        self,
        stream: &StreamView,
        object: &ObjectId,
        filter: &Filter,
        page: &Page,
        kind: Kind,
    ) -> Result<Response, Refusal> {
        let missing = || Refusal::NotFound(Missing::Object);
        let object = store::ObjectId::new(object.as_str()).ok_or_else(missing)?;
        let any = store::Filter { objects: vec![object], ..store::Filter::default() };
        if self.entries(Asked { most: 1, ..self.asked(stream, &any) }, Detail::Manifest).await?.entries.is_empty() {
            return Err(missing());
        }
        self.page(stream, filter, page, kind).await
    }

    /// What all questions of this asker have in common.
    pub(super) fn asked<'q>(&self, stream: &StreamView, filter: &'q store::Filter) -> Asked<'q> {
        let (credential, stream, now) = (self.credential, stream.info.id, (self.front.clock)());
        Asked { credential, stream, filter, after: Sequence(0), most: 1, now }
    }

    pub(super) async fn entries(&self, asked: Asked<'_>, detail: Detail) -> Result<store::Page, Refusal> {
        let found = self.front.store.page(asked, detail).await.map_err(refusal)?;
        found.ok_or(Refusal::NotFound(Missing::Collection))
    }

    /// The database joins the objects; they pass through as one text.
    async fn objects(self, asked: Asked<'_>, page: &Page) -> Result<Response, Refusal> {
        let found = self.front.store.joined(asked).await.map_err(refusal)?;
        let found = found.ok_or(Refusal::NotFound(Missing::Collection))?;
        let objects = [ObjectJson::kept(&found.json)];
        let span = found.added.map(|(first, last)| Span { first, last });
        let paging = Paging { next: found.more.then(|| self.cursor(page, found.last)), span };
        Ok(Answer::Objects(if found.count == 0 { &[] } else { &objects }, paging).response())
    }

    /// Objects are read for the manifest and the versions, too: a version is echoed as its author wrote it.
    async fn records(self, asked: Asked<'_>, page: &Page, kind: Kind) -> Result<Response, Refusal> {
        let found = self.entries(asked, Detail::Objects).await?;
        let span = found.entries.first().zip(found.entries.last());
        let span = span.map(|(first, last)| Span { first: first.added, last: last.added });
        let next = found.entries.last().filter(|_| found.more).map(|last| self.cursor(page, last.sequence));
        written(&found.entries, Paging { next, span }, kind)
    }

    fn cursor(&self, page: &Page, last: Sequence) -> Cursor {
        page.cursor(&self.settings.cursors, vauban_taxii::Sequence(last.0))
    }
}

/// The filter in the store's words; nothing when it asks for what cannot be kept.
pub(super) fn question(filter: &Filter) -> Option<store::Filter> {
    let objects = filter.ids.iter().flatten().map(|id| store::ObjectId::new(id.as_str())).collect::<Option<_>>()?;
    let types =
        filter.types.iter().flatten().map(|kind| store::ObjectType::new(kind.as_str())).collect::<Option<_>>()?;
    let spec_versions = match &filter.spec_versions {
        SpecVersions::Latest => Vec::new(),
        SpecVersions::Among(versions) => {
            versions.iter().map(|version| store::SpecVersion::new(&version.to_string())).collect::<Option<_>>()?
        }
    };
    Some(store::Filter {
        added_after: filter.after.map(|after| after.instant()),
        objects,
        types,
        versions: versions(&filter.versions),
        spec_versions,
    })
}

pub(super) fn versions(versions: &Versions) -> store::Versions {
    match versions {
        Versions::All => store::Versions::all(),
        Versions::Chosen { first, last, at } => {
            let at = at.iter().map(|stamp| Version::new(stamp.instant())).collect();
            store::Versions { first: *first, last: *last, at }
        }
    }
}

fn written(entries: &[Entry], paging: Paging, kind: Kind) -> Result<Response, Refusal> {
    if kind != Kind::Manifest {
        let versions: Vec<Stamp> = entries.iter().map(stamp).collect();
        return Ok(Answer::Versions(&versions, paging).response());
    }
    let id = |entry: &Entry| ObjectId::try_from(entry.object.as_str()).map_err(|_| Refusal::Internal);
    let ids: Vec<ObjectId> = entries.iter().map(id).collect::<Result<_, _>>()?;
    let record = |(id, entry): (_, &Entry)| {
        let spec_version = entry.spec_version.as_str().parse().map_err(|()| Refusal::Internal)?;
        Ok(ManifestRecord { id, added: entry.added, version: stamp(entry), spec_version })
    };
    let records: Vec<_> = ids.iter().zip(entries).map(record).collect::<Result<_, Refusal>>()?;
    Ok(Answer::Manifest(&records, paging).response())
}

#[derive(Deserialize)]
struct Times<'t> {
    #[serde(borrow)]
    created: Option<Cow<'t, str>>,
    #[serde(borrow)]
    modified: Option<Cow<'t, str>>,
}

/// The version as its author wrote it; else with three decimals, as STIX has it.
pub(super) fn stamp(entry: &Entry) -> Stamp {
    let times = entry.json.as_deref().and_then(|json| serde_json::from_str::<Times<'_>>(json).ok());
    let text = times.and_then(|times| times.modified.or(times.created));
    let written = text.and_then(|text| text.parse::<Stamp>().ok());
    written
        .filter(|stamp| Version::new(stamp.instant()) == entry.version)
        .unwrap_or_else(|| milliseconds(entry.version))
}

pub(super) fn milliseconds(version: Version) -> Stamp {
    let at = version.at();
    if at.subsec_microsecond() != 0 {
        return Stamp::taxii(at);
    }
    at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string().parse().unwrap_or_else(|_| Stamp::taxii(at))
}
