//! Releases: drafted, approved by a second person, published to a front and into a folder.

use std::path::PathBuf;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;
use vauban_blind::{CryptoRng, RngCore};
use vauban_release::{KeyLog, PartName, Release, SignedManifest, Words};

use super::{Desk, DeskError, open::uuid};
use crate::{
    desk::{Drafted, Drafting, Reach, Rest, publication, read_manifest, read_release, write_release},
    front::key_entry,
    store::{Act, Digest, Draft, Epoch, KeyEntry, ReleaseNumber, Sequence, StoreError, StreamId},
};

/// A release that is wanted.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// The stream.
    pub stream: StreamId,
    /// For how many days it counts as the newest.
    pub days: u16,
    /// What its readers should know first.
    pub advice: Words,
}

impl Wanted {
    /// A release of a stream that counts as the newest for so many days, with what its readers should know first in French and English.
    #[must_use]
    pub fn new(stream: StreamId, days: u16, (fr, en): (&str, &str)) -> Self {
        Self { stream, days, advice: Words::new(fr, en) }
    }
}

/// A release that is out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// Its number in its stream.
    pub number: ReleaseNumber,
    /// Its folder, for whoever takes it from there.
    pub folder: PathBuf,
    /// What is left to do until the front has it.
    pub rest: Rest,
}

impl Desk {
    /// Drafts the next release of a stream into a folder of its own. Whoever acts is its author.
    ///
    /// # Errors
    /// [`DeskError::Approvers`] for somebody who may not draft, [`DeskError::Draft`], and what keeps it from being kept.
    pub async fn draft<R: RngCore + CryptoRng>(
        &self,
        act: Act<'_>,
        wanted: &Wanted,
        rng: &mut R,
    ) -> Result<(Uuid, Drafted), DeskError> {
        self.approvers()?.knows(act.who)?;
        let drafted = self.drafted(wanted, act.at, rng).await?;
        let (id, signed) = (uuid(rng), drafted.release.signed());
        write_release(&self.draft_folder(id), &drafted.release)?;
        let kept = Draft {
            id,
            stream: wanted.stream,
            number: ReleaseNumber(signed.manifest().number.get()),
            epoch: Epoch(signed.manifest().epoch.get()),
            digest: Digest(*signed.digest().bytes()),
            manifest: signed.bytes().to_vec(),
            author: act.who.to_owned(),
            created: act.at,
            published: None,
        };
        self.store().draft(act, &kept).await?;
        Ok((id, drafted))
    }

    /// Drafts, and keeps nothing.
    pub(super) async fn drafted<R: RngCore + CryptoRng>(
        &self,
        wanted: &Wanted,
        now: Timestamp,
        rng: &mut R,
    ) -> Result<Drafted, DeskError> {
        let (before, blinding) = (self.manifests(wanted.stream).await?, self.blinding()?);
        let drafting = Drafting {
            store: self.store(),
            key: &self.key,
            hub: self.id(),
            blinding: Some(&blinding),
            before: &before,
            advice: wanted.advice.clone(),
            lifetime: SignedDuration::from_hours(24 * i64::from(wanted.days)),
            now,
        };
        Ok(drafting.draft(wanted.stream, rng).await?)
    }

    /// Approves a draft with somebody's signature over its manifest; whose it is. Who handed it in is written down, too.
    ///
    /// # Errors
    /// [`StoreError::SecondPerson`] for its author's, [`DeskError::Approvers`] for nobody's, and what keeps it from being kept.
    pub async fn approve(&self, act: Act<'_>, id: Uuid, signature: &[u8]) -> Result<String, DeskError> {
        let release = read_release(&self.draft_folder(id))?;
        let approvers = self.approvers()?;
        let who = approvers.who(release.signed(), signature)?;
        let digest = Digest(*release.signed().digest().bytes());
        self.store().approve(Act { who, ..act }, id, digest).await?;
        if who != act.who {
            self.store().note(act, &format!("the signature of {who} over draft {id} handed in")).await?;
        }
        Ok(who.to_owned())
    }

    /// Publishes an approved draft: at the front first, then in the desk's note of it. Killed in between, it is done again, and nothing
    /// happens twice.
    ///
    /// # Errors
    /// [`StoreError::SecondPerson`] when nobody approved it, [`StoreError::NotWhatWasApproved`] when its folder was changed, and what
    /// fails in either database or on the stick.
    pub async fn publish(&self, act: Act<'_>, id: Uuid, front: &Reach) -> Result<Published, DeskError> {
        let draft = self.store().approved(id).await?;
        let release = read_release(&self.draft_folder(id))?;
        if release.signed().digest().bytes() != &draft.digest.0 {
            return Err(StoreError::NotWhatWasApproved.into());
        }
        let publication = publication(&release, self.before(&draft)?.as_ref())?;
        let mut front = self.front(front, act.at).await?;
        for key in keys(&release, act.at)? {
            front.append_key(&key).await?;
        }
        front.set_audience(&self.store().audience().await?).await?;
        front.publish(&publication, act.at).await?;
        let rest = front.finish().await?;
        let folder = self.release_folder(draft.stream, draft.number);
        write_release(&folder, &release)?;
        self.store().published(act, id).await?;
        Ok(Published { number: draft.number, folder, rest })
    }

    /// The manifests of a stream's releases, the oldest first.
    async fn manifests(&self, stream: StreamId) -> Result<Vec<SignedManifest>, DeskError> {
        let last = self.store().last_published(stream).await?.map_or(0, |draft| draft.number.0);
        let manifest = |number| Ok(read_manifest(&self.release_folder(stream, ReleaseNumber(number)))?);
        (1..=last).map(manifest).collect()
    }

    /// The release that a draft follows.
    pub(super) fn before(&self, draft: &Draft) -> Result<Option<Release>, DeskError> {
        let number = draft.number.0.checked_sub(1).filter(|number| *number > 0).map(ReleaseNumber);
        Ok(number.map(|number| read_release(&self.release_folder(draft.stream, number))).transpose()?)
    }
}

/// The log of keys that a release carries, as the front keeps it.
fn keys(release: &Release, at: Timestamp) -> Result<Vec<KeyEntry>, DeskError> {
    let Some(text) = release.part(PartName::KeyLog) else { return Ok(Vec::new()) };
    let log: KeyLog = String::from_utf8_lossy(text).parse()?;
    let entries = (1..).zip(log.keys());
    Ok(entries.map(|(sequence, (epoch, key))| key_entry(Sequence(sequence), epoch, key, at)).collect())
}
