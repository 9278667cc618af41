//! Drafts of releases: one person makes them, another approves exactly these bytes, only then are they published.

use jiff::Timestamp;
use uuid::Uuid;

use super::{Act, DeskStore, audit};
use crate::store::{
    Digest, Epoch, ReleaseNumber, StoreError, StreamId,
    engine::{Row, Session, values},
    values::time,
};

/// A release that is to be, or was, published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Its id.
    pub id: Uuid,
    /// Its stream.
    pub stream: StreamId,
    /// Its number in the stream.
    pub number: ReleaseNumber,
    /// Its epoch.
    pub epoch: Epoch,
    /// The digest of its manifest: what is approved.
    pub digest: Digest,
    /// Its manifest.
    pub manifest: Vec<u8>,
    /// Who made it.
    pub author: String,
    /// When.
    pub created: Timestamp,
    /// When the front took it.
    pub published: Option<Timestamp>,
}

const SELECT: &str = "SELECT id, stream, number, epoch, digest, manifest, author, created, published FROM draft";

impl DeskStore {
    /// Keeps a draft. Its author and time are the act's.
    ///
    /// # Errors
    /// [`StoreError::UnknownStream`], [`StoreError::Taken`] for an id that is in use, and what fails in the database.
    pub async fn draft(&self, act: Act<'_>, new: &Draft) -> Result<(), StoreError> {
        let mut session = self.write().await?;
        let known = session.row("SELECT id FROM stream WHERE id = $1", values![new.stream]).await?;
        known.ok_or(StoreError::UnknownStream)?;
        let sql = "INSERT INTO draft (id, stream, number, epoch, digest, manifest, author, created)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING";
        let mut values = values![new.id.to_string(), new.stream, new.number, new.epoch, new.digest];
        values.extend(values![new.manifest.as_slice(), act.who, act.at.as_microsecond()]);
        if session.run(sql, values).await? == 0 {
            return Err(StoreError::Taken("draft"));
        }
        let what = format!("release {} of stream {} drafted", new.number, new.stream.0);
        audit::write(&mut *session, act, &what).await?;
        session.commit().await
    }

    /// Approves a draft by its digest: whoever approves says which bytes they looked at.
    ///
    /// # Errors
    /// [`StoreError::SecondPerson`] for the author, [`StoreError::NotWhatWasApproved`] for another digest,
    /// [`StoreError::UnknownRelease`], and what fails in the database.
    pub async fn approve(&self, act: Act<'_>, draft: Uuid, digest: Digest) -> Result<(), StoreError> {
        let mut session = self.write().await?;
        let there = find(&mut *session, draft).await?;
        if there.author == act.who {
            return Err(StoreError::SecondPerson);
        }
        if there.digest != digest {
            return Err(StoreError::NotWhatWasApproved);
        }
        let sql = "INSERT INTO approval (draft, approver, digest, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
        session.run(sql, values![draft.to_string(), act.who, digest, act.at.as_microsecond()]).await?;
        audit::write(&mut *session, act, &format!("release {} of stream {} approved", there.number, there.stream.0))
            .await?;
        session.commit().await
    }

    /// A draft that may be published: somebody else than its author approved these bytes.
    ///
    /// # Errors
    /// [`StoreError::SecondPerson`] when nobody did, [`StoreError::UnknownRelease`], and what fails in the database.
    pub async fn approved(&self, draft: Uuid) -> Result<Draft, StoreError> {
        let mut session = self.read().await?;
        let there = find(&mut *session, draft).await?;
        second_person(&mut *session, &there).await?;
        Ok(there)
    }

    /// Notes that the front took a draft. The same once more changes nothing.
    ///
    /// # Errors
    /// [`StoreError::SecondPerson`] when nobody approved it, [`StoreError::Fork`] when another is published under its number,
    /// [`StoreError::UnknownRelease`], and what fails in the database.
    pub async fn published(&self, act: Act<'_>, draft: Uuid) -> Result<(), StoreError> {
        let mut session = self.write().await?;
        let there = find(&mut *session, draft).await?;
        second_person(&mut *session, &there).await?;
        if there.published.is_some() {
            return Ok(());
        }
        let sql = "UPDATE draft SET published = $2 WHERE id = $1";
        match session.run(sql, values![draft.to_string(), act.at.as_microsecond()]).await {
            Err(StoreError::Taken(_)) => return Err(StoreError::Fork { number: there.number.0 }),
            other => other?,
        };
        audit::write(&mut *session, act, &format!("release {} of stream {} published", there.number, there.stream.0))
            .await?;
        session.commit().await
    }

    /// Throws a draft away that is not published.
    ///
    /// # Errors
    /// [`StoreError::UnknownRelease`], and what fails in the database.
    pub async fn drop_draft(&self, act: Act<'_>, draft: Uuid) -> Result<(), StoreError> {
        let mut session = self.write().await?;
        let sql = "DELETE FROM draft WHERE id = $1 AND published IS NULL";
        if session.run(sql, values![draft.to_string()]).await? == 0 {
            return Err(StoreError::UnknownRelease);
        }
        audit::write(&mut *session, act, &format!("draft {draft} dropped")).await?;
        session.commit().await
    }

    /// Drafts that are not published, the oldest first, with who approved each.
    ///
    /// # Errors
    /// What fails in the database.
    pub async fn drafts(&self) -> Result<Vec<(Draft, Vec<String>)>, StoreError> {
        let mut session = self.read().await?;
        let mut drafts = Vec::new();
        let sql = format!("{SELECT} WHERE published IS NULL ORDER BY created, id");
        for row in session.rows(&sql, values![]).await? {
            let draft = read(row)?;
            let sql = "SELECT approver FROM approval WHERE draft = $1 ORDER BY approver";
            let approvers = session.rows(sql, values![draft.id.to_string()]).await?;
            let approvers = approvers.into_iter().map(|mut row| row.take()).collect::<Result<_, _>>()?;
            drafts.push((draft, approvers));
        }
        Ok(drafts)
    }

    /// The last published release of a stream: what the next one follows.
    ///
    /// # Errors
    /// What fails in the database.
    pub async fn last_published(&self, stream: StreamId) -> Result<Option<Draft>, StoreError> {
        let sql = format!("{SELECT} WHERE stream = $1 AND published IS NOT NULL ORDER BY number DESC LIMIT 1");
        self.read().await?.row(&sql, values![stream]).await?.map(read).transpose()
    }
}

async fn find(session: &mut dyn Session, draft: Uuid) -> Result<Draft, StoreError> {
    let row = session.row(&format!("{SELECT} WHERE id = $1"), values![draft.to_string()]).await?;
    row.map(read).transpose()?.ok_or(StoreError::UnknownRelease)
}

async fn second_person(session: &mut dyn Session, draft: &Draft) -> Result<(), StoreError> {
    let sql = "SELECT approver FROM approval WHERE draft = $1 AND digest = $2 AND approver <> $3 LIMIT 1";
    let row = session.row(sql, values![draft.id.to_string(), draft.digest, draft.author.as_str()]).await?;
    row.map(|_| ()).ok_or(StoreError::SecondPerson)
}

fn read(mut row: Row) -> Result<Draft, StoreError> {
    Ok(Draft {
        id: row.take()?,
        stream: row.take()?,
        number: row.take()?,
        epoch: row.take()?,
        digest: row.take()?,
        manifest: row.take()?,
        author: row.take()?,
        created: time(row.take()?)?,
        published: row.take::<Option<i64>>()?.map(time).transpose()?,
    })
}
