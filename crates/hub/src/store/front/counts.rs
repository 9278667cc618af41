//! Statements of counts: one for each party, stream and week, until the desk takes it.

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use vauban_release::Week;

use super::{FrontStore, Noted};
use crate::store::{
    CredentialHash, Digest, StoreError, StreamId,
    engine::{Row, Session, values},
    values::time,
};

/// A statement. Whether its signature holds was found before it came here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToldCounts {
    /// Who sent it.
    pub credential: CredentialHash,
    /// Of which stream.
    pub stream: StreamId,
    /// Of which week.
    pub week: Week,
    /// When it came.
    pub received: Timestamp,
    /// The statement as it was signed.
    pub bytes: Vec<u8>,
}

/// Whose counts, of which stream and week: there is one statement of it.
pub type CountsKey = (CredentialHash, StreamId, Week);

impl ToldCounts {
    /// Whose counts of which week they are.
    #[must_use]
    pub const fn key(&self) -> CountsKey {
        (self.credential, self.stream, self.week)
    }
}

impl FrontStore {
    /// Keeps a statement, the only one of its party for the stream and the week.
    ///
    /// # Errors
    /// [`StoreError::Denied`] where the credential does not open the stream, [`StoreError::Taken`] when another statement came before, and
    /// what fails in the database.
    pub async fn keep_counts(&self, told: &ToldCounts) -> Result<Noted, StoreError> {
        let mut session = self.write().await?;
        let opens =
            "SELECT s.id FROM reader r JOIN stream s ON s.id = r.stream WHERE r.credential = $1 AND s.uuid = $2";
        session.row(opens, values![told.credential, told.stream]).await?.ok_or(StoreError::Denied)?;
        let sql =
            "INSERT INTO counts (credential, stream, week, received, digest, bytes) VALUES ($1, $2, $3, $4, $5, $6)
                   ON CONFLICT (credential, stream, week) DO NOTHING";
        let (week, received, digest) = (told.week.to_string(), told.received.as_microsecond(), digest(&told.bytes));
        let values = values![told.credential, told.stream, week.as_str(), received, digest, told.bytes.as_slice()];
        if session.run(sql, values).await? == 1 {
            session.commit().await?;
            return Ok(Noted::Now);
        }
        let sql = "SELECT digest FROM counts WHERE credential = $1 AND stream = $2 AND week = $3";
        let there: Digest = session.one(sql, values![told.credential, told.stream, week]).await?.take()?;
        if there == digest { Ok(Noted::Before) } else { Err(StoreError::Taken("counts")) }
    }

    /// The statements that wait for the desk, the oldest first, up to so many.
    ///
    /// # Errors
    /// What fails in the database.
    pub async fn waiting_counts(&self, most: u64) -> Result<Vec<ToldCounts>, StoreError> {
        let sql = "SELECT credential, stream, week, received, bytes FROM counts WHERE bytes IS NOT NULL
                   ORDER BY received, credential, stream, week LIMIT $1";
        let rows = self.read().await?.rows(sql, values![most]).await?;
        rows.into_iter().map(told).collect()
    }

    /// The desk has it: what it says goes.
    ///
    /// # Errors
    /// What fails in the database.
    pub async fn counts_taken(&self, told: &ToldCounts) -> Result<(), StoreError> {
        let mut session = self.write().await?;
        take(&mut *session, told.key()).await?;
        session.commit().await
    }
}

/// What a statement says goes; that there was one stays.
pub(super) async fn take(session: &mut dyn Session, (credential, stream, week): CountsKey) -> Result<(), StoreError> {
    let sql = "UPDATE counts SET bytes = NULL WHERE credential = $1 AND stream = $2 AND week = $3";
    session.run(sql, values![credential, stream, week.to_string()]).await.map(|_| ())
}

fn digest(bytes: &[u8]) -> Digest {
    Digest(Sha256::digest(bytes).into())
}

fn told(mut row: Row) -> Result<ToldCounts, StoreError> {
    let (credential, stream) = (row.take()?, row.take()?);
    let week =
        row.take::<String>()?.parse().map_err(|_| StoreError::Damaged("a week cannot be read back".to_owned()))?;
    Ok(ToldCounts { credential, stream, week, received: time(row.take()?)?, bytes: row.take()? })
}
