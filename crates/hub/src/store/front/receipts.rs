//! Receipts: who has which release, by the key that signed it.

use jiff::Timestamp;

use super::FrontStore;
use crate::store::{
    CredentialHash, PublicKey, ReleaseNumber, StoreError, StreamId,
    engine::{Row, Session, values},
    values::time,
};

/// A receipt. Whether its signature holds was found before it came here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The stream.
    pub stream: StreamId,
    /// The release.
    pub number: ReleaseNumber,
    /// The key that signed it.
    pub key: PublicKey,
    /// When it came.
    pub at: Timestamp,
    /// The receipt as it was signed.
    pub bytes: Vec<u8>,
}

/// What became of a receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Noted {
    /// It is kept.
    Now,
    /// This very receipt was there.
    Before,
}

impl FrontStore {
    /// Keeps a receipt of a party: only of a release that its credential opens, only under its own key.
    ///
    /// # Errors
    /// [`StoreError::Denied`] for another's key or stream, [`StoreError::UnknownRelease`], [`StoreError::Taken`] when another receipt
    /// of the same release stands under the key, and what fails in the database.
    pub async fn keep_receipt(&self, credential: CredentialHash, receipt: &Receipt) -> Result<Noted, StoreError> {
        let mut session = self.write().await?;
        let sql = "SELECT s.id, c.receipt_key FROM reader r JOIN stream s ON s.id = r.stream
                   JOIN credential c ON c.hash = r.credential WHERE r.credential = $1 AND s.uuid = $2";
        let mut row = session.row(sql, values![credential, receipt.stream]).await?.ok_or(StoreError::Denied)?;
        let stream: i64 = row.take()?;
        if row.take::<Option<PublicKey>>()? != Some(receipt.key) {
            return Err(StoreError::Denied);
        }
        let release = "SELECT number FROM release WHERE stream = $1 AND number = $2";
        if session.row(release, values![stream, receipt.number]).await?.is_none() {
            return Err(StoreError::UnknownRelease);
        }
        let sql = "INSERT INTO receipt (stream, number, receipt_key, at, bytes) VALUES ($1, $2, $3, $4, $5)
                   ON CONFLICT (stream, number, receipt_key) DO NOTHING";
        let (at, bytes) = (receipt.at.as_microsecond(), receipt.bytes.as_slice());
        if session.run(sql, values![stream, receipt.number, receipt.key, at, bytes]).await? == 1 {
            session.commit().await?;
            return Ok(Noted::Now);
        }
        let sql = "SELECT bytes FROM receipt WHERE stream = $1 AND number = $2 AND receipt_key = $3";
        let there: Vec<u8> = session.one(sql, values![stream, receipt.number, receipt.key]).await?.take()?;
        if there == receipt.bytes { Ok(Noted::Before) } else { Err(StoreError::Taken("receipt")) }
    }

    /// The receipt that a credential's key gave for a release, where it opens the stream.
    ///
    /// # Errors
    /// What fails in the database.
    pub async fn receipt(
        &self,
        credential: CredentialHash,
        stream: StreamId,
        number: ReleaseNumber,
    ) -> Result<Option<Receipt>, StoreError> {
        let sql = "SELECT p.receipt_key, p.at, p.bytes FROM reader r JOIN stream s ON s.id = r.stream
                   JOIN credential c ON c.hash = r.credential
                   JOIN receipt p ON p.stream = s.id AND p.receipt_key = c.receipt_key
                   WHERE r.credential = $1 AND s.uuid = $2 AND p.number = $3";
        let row = self.read().await?.row(sql, values![credential, stream, number]).await?;
        let receipt =
            |mut row: Row| Ok(Receipt { stream, number, key: row.take()?, at: time(row.take()?)?, bytes: row.take()? });
        row.map(receipt).transpose()
    }

    /// Keeps what the hub signed in return. The same receipt is signed for once: what is there stays.
    ///
    /// # Errors
    /// What fails in the database.
    pub async fn countersign(&self, receipt: &Receipt, seen: &[u8]) -> Result<(), StoreError> {
        let mut session = self.write().await?;
        countersign(&mut *session, (receipt.stream, receipt.number, receipt.key), seen).await?;
        session.commit().await
    }

    /// What the hub signed in return for a credential's receipt; nothing as long as the desk has not seen it.
    ///
    /// # Errors
    /// What fails in the database.
    pub async fn countersigned(
        &self,
        credential: CredentialHash,
        stream: StreamId,
        number: ReleaseNumber,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        let sql = "SELECT p.seen FROM reader r JOIN stream s ON s.id = r.stream
                   JOIN credential c ON c.hash = r.credential
                   JOIN receipt p ON p.stream = s.id AND p.receipt_key = c.receipt_key
                   WHERE r.credential = $1 AND s.uuid = $2 AND p.number = $3";
        let row = self.read().await?.row(sql, values![credential, stream, number]).await?;
        row.map(|mut row: Row| row.take::<Option<Vec<u8>>>()).transpose().map(Option::flatten)
    }

    /// The receipts of a stream that the hub has not signed for, for the desk: by release, then by key.
    ///
    /// # Errors
    /// What fails in the database.
    pub async fn receipts(&self, stream: StreamId, after: ReleaseNumber) -> Result<Vec<Receipt>, StoreError> {
        let sql = "SELECT c.number, c.receipt_key, c.at, c.bytes FROM receipt c JOIN stream s ON s.id = c.stream
                   WHERE s.uuid = $1 AND c.number > $2 AND c.seen IS NULL ORDER BY c.number, c.receipt_key";
        let rows = self.read().await?.rows(sql, values![stream, after]).await?;
        let receipt = |mut row: Row| {
            let (number, key) = (row.take()?, row.take()?);
            Ok(Receipt { stream, number, key, at: time(row.take()?)?, bytes: row.take()? })
        };
        rows.into_iter().map(receipt).collect()
    }

    /// The same of all streams, up to so many.
    ///
    /// # Errors
    /// What fails in the database.
    pub async fn all_receipts(&self, most: u64) -> Result<Vec<Receipt>, StoreError> {
        let sql =
            "SELECT s.uuid, c.number, c.receipt_key, c.at, c.bytes FROM receipt c JOIN stream s ON s.id = c.stream
                   WHERE c.seen IS NULL ORDER BY s.uuid, c.number, c.receipt_key LIMIT $1";
        let rows = self.read().await?.rows(sql, values![most]).await?;
        let receipt = |mut row: Row| {
            let (stream, number, key) = (row.take()?, row.take()?, row.take()?);
            Ok(Receipt { stream, number, key, at: time(row.take()?)?, bytes: row.take()? })
        };
        rows.into_iter().map(receipt).collect()
    }
}

/// Keeps a countersignature in a session that writes. What is there stays.
pub(super) async fn countersign(
    session: &mut dyn Session,
    (stream, number, key): (StreamId, ReleaseNumber, PublicKey),
    seen: &[u8],
) -> Result<(), StoreError> {
    let sql = "UPDATE receipt SET seen = $4 WHERE stream = (SELECT id FROM stream WHERE uuid = $1)
               AND number = $2 AND receipt_key = $3 AND seen IS NULL";
    session.run(sql, values![stream, number, key, seen]).await?;
    Ok(())
}
