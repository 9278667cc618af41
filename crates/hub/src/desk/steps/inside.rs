//! What is in a release, beside the one before it: what the second person reads before signing.
//!
//! The blind tier is read as a party reads it: what the desk knows is looked up in the table itself, so that what is told is what
//! is in there, not what was meant to be.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Map, Value};
use uuid::Uuid;
use vauban_blind::{CryptoRng, Epoch as BlindEpoch, Output, RngCore, Table};
use vauban_release::{PartName, Release};

use super::{Desk, DeskError, Wanted, checks::parsed};
use crate::{
    desk::{Blinding, draft::LabelIds, observables::observables, read_release},
    store::{DeskObject, Draft, State, StoreError, StreamId},
};

/// What changes between two releases, each object as its line of JSON.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Difference {
    /// What was not in the one before.
    pub added: Vec<String>,
    /// What is in both, and not the same.
    pub changed: Vec<String>,
    /// What is in it no more.
    pub gone: Vec<String>,
    /// How many stay as they are.
    pub kept: usize,
}

/// What is in a draft.
#[derive(Debug)]
pub struct Inside {
    /// The draft.
    pub draft: Draft,
    /// Who approved it.
    pub approvers: Vec<String>,
    /// What its readers can read.
    pub open: Difference,
    /// What its readers can match; none when the release before was made with another key.
    pub blind: Option<Difference>,
    /// From when on nobody should rely on it as the newest.
    pub expires: Timestamp,
    /// What its readers should know first, in French and English.
    pub advice: (String, String),
}

/// What a stream's readers would get now. The tags of what is drafted later are others: each table has its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trial {
    /// The objects to read, line by line as they would be sent, without the definitions of markings that come along.
    pub open: Vec<String>,
    /// How many objects only match.
    pub blind: usize,
    /// All tags of the table, among them those that match nothing.
    pub tags: Vec<u64>,
}

impl Desk {
    /// What is in a draft that is not published.
    ///
    /// # Errors
    /// [`StoreError::UnknownRelease`], and what is wrong with its folder or the one before.
    pub async fn inside(&self, id: Uuid) -> Result<Inside, DeskError> {
        let drafts = self.store().drafts().await?;
        let found = drafts.into_iter().find(|(draft, _)| draft.id == id);
        let (draft, approvers) = found.ok_or(StoreError::UnknownRelease)?;
        let (release, before) = (read_release(&self.draft_folder(id))?, self.before(&draft)?);
        let manifest = release.signed().manifest();
        let open = difference(before.as_ref().map(lines).unwrap_or_default(), lines(&release));
        let blind = self.blind_difference(before.as_ref(), &release).await?;
        let expires = manifest.expires.timestamp();
        let advice = (manifest.advice.fr.clone(), manifest.advice.en.clone());
        Ok(Inside { draft, approvers, open, blind, expires, advice })
    }

    /// What a stream's readers would get if its release were drafted now.
    ///
    /// # Errors
    /// Whatever would keep it from being drafted.
    pub async fn trial<R: RngCore + CryptoRng>(
        &self,
        stream: StreamId,
        now: Timestamp,
        rng: &mut R,
    ) -> Result<Trial, DeskError> {
        let drafted = self.drafted(&Wanted::new(stream, 1, ("", "")), now, rng).await?;
        let table = drafted.release.part(PartName::BlindTable).map(Table::open).transpose()?;
        let tags = table.iter().flat_map(|table| table.tags().map(vauban_blind::Tag::number)).collect();
        Ok(Trial { open: lines(&drafted.release).into_values().collect(), blind: drafted.blind, tags })
    }

    async fn blind_difference(
        &self,
        before: Option<&Release>,
        release: &Release,
    ) -> Result<Option<Difference>, DeskError> {
        let (blinding, epoch) = (self.blinding()?, release.signed().manifest().epoch);
        let is_one_key = before.is_none_or(|before| before.signed().manifest().epoch == epoch);
        if !is_one_key || blinding.log.last().0 != epoch {
            return Ok(None);
        }
        let mut known = Vec::new();
        for state in [State::Reviewed, State::Granted, State::Withdrawn] {
            known.extend(self.objects(state).await?);
        }
        let outputs = outputs(&blinding, &known)?;
        let old = before.map(|before| self.matched(before, &outputs)).transpose()?.unwrap_or_default();
        Ok(Some(difference(old, self.matched(release, &outputs)?)))
    }

    /// The known objects whose labels open in a release's table.
    fn matched(
        &self,
        release: &Release,
        outputs: &[(&DeskObject, Output)],
    ) -> Result<BTreeMap<String, String>, DeskError> {
        let Some(table) = release.part(PartName::BlindTable) else { return Ok(BTreeMap::new()) };
        let (table, ids, mut found) = (Table::open(table)?, LabelIds::of(&self.key), BTreeMap::new());
        for (object, output) in outputs {
            let label = table.look(output)?;
            if label.is_some_and(|label| label.id == ids.id(object.id.as_str())) {
                found.insert(object.id.to_string(), object.json.clone());
            }
        }
        Ok(found)
    }
}

/// What the signer would answer to each thing that a known object names, beside the object.
fn outputs<'o>(blinding: &Blinding, known: &'o [DeskObject]) -> Result<Vec<(&'o DeskObject, Output)>, DeskError> {
    let Ok(epoch) = u32::try_from(blinding.log.last().0.get()) else { return Ok(Vec::new()) };
    let mut outputs = Vec::new();
    for object in known {
        let named = parsed(object).and_then(|object| observables(&object)).unwrap_or_default();
        // What cannot be looked up is in no table.
        let named = named.iter().filter_map(|one| vauban_blind::Observable::new(one.kind.as_str(), &one.value).ok());
        for observable in named {
            outputs.push((object, blinding.secret.output(BlindEpoch::new(epoch), &observable)?));
        }
    }
    Ok(outputs)
}

/// The objects of a release by id. What defines markings comes along with any, and is left out.
fn lines(release: &Release) -> BTreeMap<String, String> {
    let text = String::from_utf8_lossy(release.part(PartName::Objects).unwrap_or_default());
    let keyed = |line: &str| {
        let json: Map<String, Value> = serde_json::from_str(line).ok()?;
        let id = json.get("id")?.as_str()?.to_owned();
        let is_definition = ["marking-definition--", "extension-definition--"].iter().any(|kind| id.starts_with(kind));
        (!is_definition).then(|| (id, line.to_owned()))
    };
    text.lines().filter_map(keyed).collect()
}

fn difference(mut old: BTreeMap<String, String>, new: BTreeMap<String, String>) -> Difference {
    let mut difference = Difference::default();
    for (id, line) in new {
        match old.remove(&id) {
            None => difference.added.push(line),
            Some(before) if before != line => difference.changed.push(line),
            Some(_) => difference.kept += 1,
        }
    }
    difference.gone = old.into_values().collect();
    difference
}
