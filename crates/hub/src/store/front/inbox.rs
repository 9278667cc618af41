//! What parties send: objects where they may write, and sightings. It waits for the desk; its sender can ask what became of it.

use jiff::Timestamp;
use uuid::Uuid;

use super::FrontStore;
use crate::store::{
    CredentialHash, StoreError, StreamId,
    engine::{Row, Session, values},
    values::time,
};

/// What was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SubmissionKind {
    /// Objects, by TAXII's add.
    Objects,
    /// A sighting that a person consented to send.
    Sighting,
}

impl SubmissionKind {
    /// The word for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Objects => "objects",
            Self::Sighting => "sighting",
        }
    }

    /// What a word stands for.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        [Self::Objects, Self::Sighting].into_iter().find(|kind| kind.name() == word)
    }
}

/// Something a party sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submission {
    /// Its id; in TAXII the id of the status.
    pub id: Uuid,
    /// Who sent it.
    pub credential: CredentialHash,
    /// The stream it concerns.
    pub stream: StreamId,
    /// What it is.
    pub kind: SubmissionKind,
    /// When it came.
    pub received: Timestamp,
    /// What became of it, as its sender is told.
    pub status: String,
    /// What was sent; gone once the desk has taken it, and empty from the start where nobody needs it.
    pub body: Option<Vec<u8>>,
}

impl FrontStore {
    /// Keeps what a party sent. The same once more changes nothing.
    ///
    /// # Errors
    /// [`StoreError::Denied`] where the credential does not open the stream, [`StoreError::Taken`] for an id that another thing has.
    pub async fn submit(&self, new: &Submission) -> Result<(), StoreError> {
        let mut session = self.write().await?;
        let opens =
            "SELECT s.id FROM reader r JOIN stream s ON s.id = r.stream WHERE r.credential = $1 AND s.uuid = $2";
        session.row(opens, values![new.credential, new.stream]).await?.ok_or(StoreError::Denied)?;
        let sql = "INSERT INTO submission (id, credential, stream, kind, received, status, body)
                   VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO NOTHING";
        let (id, kind, received) = (new.id.to_string(), new.kind.name(), new.received.as_microsecond());
        let values = values![id, new.credential, new.stream, kind, received, new.status.as_str(), new.body.clone()];
        if session.run(sql, values).await? == 0 {
            let there = session.row(&format!("{SELECT} WHERE id = $1"), values![new.id.to_string()]).await?;
            let is_same = there.map(submission).transpose()?.is_some_and(|there| is_same(&there, new));
            return if is_same { Ok(()) } else { Err(StoreError::Taken("submission")) };
        }
        session.commit().await
    }

    /// What became of something that this credential sent. Another's is not found.
    ///
    /// # Errors
    /// What fails in the database.
    pub async fn submission(&self, credential: CredentialHash, id: Uuid) -> Result<Option<Submission>, StoreError> {
        let sql = format!("{SELECT} WHERE id = $1 AND credential = $2");
        let row = self.read().await?.row(&sql, values![id.to_string(), credential]).await?;
        row.map(submission).transpose()
    }

    /// What waits for the desk, the oldest first, up to so many.
    ///
    /// # Errors
    /// What fails in the database.
    pub async fn waiting(&self, most: u64) -> Result<Vec<Submission>, StoreError> {
        let sql = format!("{SELECT} WHERE body IS NOT NULL ORDER BY received, id LIMIT $1");
        let rows = self.read().await?.rows(&sql, values![most]).await?;
        rows.into_iter().map(submission).collect()
    }

    /// The desk has it: the body goes, and its sender is told this status.
    ///
    /// # Errors
    /// [`StoreError::UnknownObject`] when there is no such thing; else what fails in the database.
    pub async fn taken(&self, id: Uuid, status: &str) -> Result<(), StoreError> {
        let mut session = self.write().await?;
        if !take(&mut *session, id, status).await? {
            return Err(StoreError::UnknownObject);
        }
        session.commit().await
    }

    /// What waits, the oldest first and up to so many, by its id and its length in bytes.
    ///
    /// # Errors
    /// What fails in the database.
    pub async fn waiting_lengths(&self, most: u64) -> Result<Vec<(Uuid, u64)>, StoreError> {
        let sql = "SELECT id, length(body) FROM submission WHERE body IS NOT NULL ORDER BY received, id LIMIT $1";
        let rows = self.read().await?.rows(sql, values![most]).await?;
        rows.into_iter().map(|mut row| Ok((row.take()?, row.take()?))).collect()
    }

    /// One of those that wait.
    ///
    /// # Errors
    /// What fails in the database.
    pub async fn waiting_one(&self, id: Uuid) -> Result<Option<Submission>, StoreError> {
        let sql = format!("{SELECT} WHERE id = $1 AND body IS NOT NULL");
        let row = self.read().await?.row(&sql, values![id.to_string()]).await?;
        row.map(submission).transpose()
    }
}

/// Lets go of a body in a session that writes, and tells its sender; whether it was there.
pub(super) async fn take(session: &mut dyn Session, id: Uuid, status: &str) -> Result<bool, StoreError> {
    let sql = "UPDATE submission SET status = $2, body = NULL WHERE id = $1";
    Ok(session.run(sql, values![id.to_string(), status]).await? > 0)
}

const SELECT: &str = "SELECT id, credential, stream, kind, received, status, body FROM submission";

fn is_same(there: &Submission, new: &Submission) -> bool {
    (there.credential, there.stream, there.kind) == (new.credential, new.stream, new.kind)
        && (there.body.is_none() || there.body == new.body)
}

fn submission(mut row: Row) -> Result<Submission, StoreError> {
    Ok(Submission {
        id: row.take()?,
        credential: row.take()?,
        stream: row.take()?,
        kind: {
            let word: String = row.take()?;
            let unknown = || StoreError::Damaged(format!("{word} is no kind of submission"));
            SubmissionKind::named(&word).ok_or_else(unknown)?
        },
        received: time(row.take()?)?,
        status: row.take()?,
        body: row.take()?,
    })
}
