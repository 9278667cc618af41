//! Pages: the filter becomes a question of the store, and what it finds becomes bytes.

use std::borrow::Cow;

use serde::Deserialize;
use vauban_taxii::{
    Answer, Filter, ManifestRecord, Missing, ObjectId, ObjectJson, Page, Paging, Refusal, Response, Span, SpecVersions,
    Stamp, Versions,
};

use super::{calls::Asker, door::refusal};
use crate::store::{self, Detail, Entry, Sequence, StreamView, Version};

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
        let found = self.found(stream, filter, page).await?;
        let span = found.entries.first().zip(found.entries.last());
        let paging = Paging {
            next: found
                .entries
                .last()
                .filter(|_| found.more)
                .map(|last| page.cursor(&self.settings.cursors, vauban_taxii::Sequence(last.sequence.0))),
            span: span.map(|(first, last)| Span { first: first.added, last: last.added }),
        };
        written(&found.entries, paging, kind).ok_or(Refusal::Internal)
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
        if self.versions(stream, object, store::Versions::all(), 1).await?.is_empty() {
            return Err(Refusal::NotFound(Missing::Object));
        }
        self.page(stream, filter, page, kind).await
    }

    /// Versions of an object, at most so many.
    pub(super) async fn versions(
        self,
        stream: &StreamView,
        object: &ObjectId,
        versions: store::Versions,
        most: u64,
    ) -> Result<Vec<Entry>, Refusal> {
        let object = store::ObjectId::new(object.as_str()).ok_or(Refusal::NotFound(Missing::Object))?;
        let filter = store::Filter { objects: vec![object], versions, ..store::Filter::default() };
        let (store, now) = (&self.front.store, (self.front.clock)());
        let page = store.page(self.credential, stream.info.id, &filter, Sequence(0), most, Detail::Manifest, now);
        Ok(page.await.map_err(refusal)?.map_or_else(Vec::new, |page| page.entries))
    }

    /// Objects are read for the manifest and the versions, too: a version is echoed as its author wrote it.
    async fn found(self, stream: &StreamView, filter: &Filter, page: &Page) -> Result<store::Page, Refusal> {
        let nothing = store::Page { entries: Vec::new(), more: false };
        let Some(filter) = question(filter) else { return Ok(nothing) };
        let after = Sequence(page.after.map_or(0, |after| after.0));
        let (most, now) = (u64::from(page.limit.get()), (self.front.clock)());
        let (credential, stream) = (self.credential, stream.info.id);
        let found = self.front.store.page(credential, stream, &filter, after, most, Detail::Objects, now).await;
        found.map_err(refusal)?.ok_or(Refusal::NotFound(Missing::Collection))
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

fn written(entries: &[Entry], paging: Paging, kind: Kind) -> Option<Response> {
    match kind {
        Kind::Objects => {
            let objects: Option<Vec<_>> =
                entries.iter().map(|entry| entry.json.as_deref().map(ObjectJson::kept)).collect();
            Some(Answer::Objects(&objects?, paging).response())
        }
        Kind::Versions => {
            let versions: Vec<Stamp> = entries.iter().map(stamp).collect();
            Some(Answer::Versions(&versions, paging).response())
        }
        Kind::Manifest => {
            let ids: Option<Vec<ObjectId>> =
                entries.iter().map(|entry| ObjectId::try_from(entry.object.as_str()).ok()).collect();
            let record = |(id, entry): (_, &Entry)| {
                let spec_version = entry.spec_version.as_str().parse().ok()?;
                Some(ManifestRecord { id, added: entry.added, version: stamp(entry), spec_version })
            };
            let ids = ids?;
            let records: Option<Vec<_>> = ids.iter().zip(entries).map(record).collect();
            Some(Answer::Manifest(&records?, paging).response())
        }
    }
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
