//! A release comes into a stream: whole or not at all, after the one before it, at most once.

use jiff::Timestamp;

use super::{FrontStore, NewEntry, entries};
use crate::store::{
    CredentialHash, Digest, Epoch, ObjectId, PartName, ReleaseNumber, StoreError, StreamId, Version,
    engine::{Session, values},
};

/// How much of a file stands in one row.
pub(super) const CHUNK: usize = 1 << 20;

/// A release and what it changes in its stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publication {
    /// The stream.
    pub stream: StreamId,
    /// The number: one more than the last.
    pub number: ReleaseNumber,
    /// The epoch: not below the last.
    pub epoch: Epoch,
    /// The digest of the manifest.
    pub digest: Digest,
    /// The digest of the release before; none before the first.
    pub previous: Option<Digest>,
    /// The manifest as it was signed.
    pub manifest: Vec<u8>,
    /// The signature over it.
    pub signature: Vec<u8>,
    /// The files it names.
    pub parts: Vec<PartFile>,
    /// What leaves the stream; done first, so that the same version may come back changed.
    pub withdrawn: Vec<Withdrawal>,
    /// What comes into it, in this order.
    pub entries: Vec<NewEntry>,
}

/// A file of a release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartFile {
    /// Its name.
    pub name: PartName,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// What leaves a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withdrawal {
    /// The object.
    pub object: ObjectId,
    /// One version of it; all of them when none is named.
    pub version: Option<Version>,
}

/// What became of a publication.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Published {
    /// It is there now.
    Now,
    /// This very release was there: whoever is not sure that it arrived may send it again.
    Before,
}

impl FrontStore {
    /// Publishes a release in one transaction. `now` is the front's time: entries count as added then, and never before earlier ones.
    ///
    /// # Errors
    /// [`StoreError::Fork`], [`StoreError::NotNext`], [`StoreError::EpochWentBack`], [`StoreError::TooSecret`], [`StoreError::Twice`],
    /// [`StoreError::UnknownStream`], [`StoreError::UnknownObject`] for a withdrawal of what is not there, and what fails in the database.
    pub async fn publish(&self, new: &Publication, now: Timestamp) -> Result<Published, StoreError> {
        let mut session = self.write().await?;
        let published = publish(&mut *session, new, now).await?;
        session.commit().await?;
        Ok(published)
    }

    /// Adds objects to a stream without a release, where the credential may write (TAXII 2.1 section 5.5).
    ///
    /// # Errors
    /// [`StoreError::Denied`], [`StoreError::TooSecret`], [`StoreError::Twice`], and what fails in the database.
    pub async fn add(
        &self,
        credential: CredentialHash,
        stream: StreamId,
        new: &[NewEntry],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut session = self.write().await?;
        may_write(&mut *session, credential, stream).await?;
        let mut held = entries::hold(&mut *session, stream).await?;
        entries::add(&mut *session, &mut held, new, now).await?;
        session.commit().await
    }

    /// Deletes versions of an object, or all of them, where the credential may write (TAXII 2.1 section 5.7). Returns how many went.
    ///
    /// # Errors
    /// [`StoreError::Denied`], and what fails in the database.
    pub async fn remove(
        &self,
        credential: CredentialHash,
        stream: StreamId,
        object: &ObjectId,
        versions: Option<&[Version]>,
    ) -> Result<u64, StoreError> {
        let mut session = self.write().await?;
        may_write(&mut *session, credential, stream).await?;
        let held = entries::hold(&mut *session, stream).await?;
        let mut gone = 0;
        match versions {
            None => gone = entries::remove(&mut *session, held.id, object, None).await?,
            Some(versions) => {
                for version in versions {
                    gone += entries::remove(&mut *session, held.id, object, Some(*version)).await?;
                }
            }
        }
        session.commit().await?;
        Ok(gone)
    }
}

/// Publishes a release in a session that writes.
pub(super) async fn publish(
    session: &mut dyn Session,
    new: &Publication,
    now: Timestamp,
) -> Result<Published, StoreError> {
    let mut held = entries::hold(session, new.stream).await?;
    if new.number <= held.number {
        return already(session, held.id, new).await;
    }
    if new.number != held.number.next() {
        return Err(StoreError::NotNext { expected: held.number.next().0, found: new.number.0 });
    }
    if new.previous != held.digest {
        return Err(StoreError::Fork { number: held.number.0 });
    }
    if new.epoch < held.epoch {
        return Err(StoreError::EpochWentBack { last: held.epoch.0, found: new.epoch.0 });
    }
    insert_release(session, held.id, new, now).await?;
    for withdrawal in &new.withdrawn {
        let gone = entries::remove(session, held.id, &withdrawal.object, withdrawal.version).await?;
        if gone == 0 {
            return Err(StoreError::UnknownObject);
        }
    }
    entries::add(session, &mut held, &new.entries, now).await?;
    let sql = "UPDATE stream SET head_number = $2, head_epoch = $3, head_digest = $4 WHERE id = $1";
    session.run(sql, values![held.id, new.number, new.epoch, new.digest]).await?;
    Ok(Published::Now)
}

/// The same release again is no news; another one under its number is a fork.
async fn already(session: &mut dyn Session, stream: i64, new: &Publication) -> Result<Published, StoreError> {
    let sql = "SELECT digest FROM release WHERE stream = $1 AND number = $2";
    let there = session.row(sql, values![stream, new.number]).await?;
    match there.map(|mut row| row.take::<Digest>()).transpose()? {
        Some(digest) if digest == new.digest => Ok(Published::Before),
        _ => Err(StoreError::Fork { number: new.number.0 }),
    }
}

async fn insert_release(
    session: &mut dyn Session,
    stream: i64,
    new: &Publication,
    now: Timestamp,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO release (stream, number, epoch, digest, manifest, signature, published)
               VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let (manifest, signature) = (new.manifest.as_slice(), new.signature.as_slice());
    session
        .run(sql, values![stream, new.number, new.epoch, new.digest, manifest, signature, now.as_microsecond()])
        .await?;
    for part in &new.parts {
        let sql = "INSERT INTO part (stream, number, name, chunk, bytes) VALUES ($1, $2, $3, $4, $5)";
        let empty: &[&[u8]] = &[&[]];
        let chunks: Vec<&[u8]> = part.bytes.chunks(CHUNK).collect();
        for (chunk, bytes) in (0_i64..).zip(if chunks.is_empty() { empty } else { &chunks }) {
            session.run(sql, values![stream, new.number, &part.name, chunk, *bytes]).await?;
        }
    }
    Ok(())
}

async fn may_write(session: &mut dyn Session, credential: CredentialHash, stream: StreamId) -> Result<(), StoreError> {
    let sql = "SELECT r.may_write FROM reader r JOIN stream s ON s.id = r.stream
               WHERE r.credential = $1 AND s.uuid = $2 AND r.may_write = 1";
    session.row(sql, values![credential, stream]).await?.map(|_| ()).ok_or(StoreError::Denied)
}
