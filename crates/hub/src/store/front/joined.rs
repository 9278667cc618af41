//! Parties join: once, what the code opened is exchanged for what the party chose, and its key for receipts is noted.

use jiff::Timestamp;

use super::FrontStore;
use crate::store::{
    CredentialHash, PublicKey, StoreError,
    engine::{Row, values},
    values::time,
};

/// A party that joined. Whether its signature holds was found before it came here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JoinedParty {
    /// What the desk knows it by.
    pub credential: CredentialHash,
    /// What it shows from then on.
    pub shown: CredentialHash,
    /// The key that signs its receipts and sightings.
    pub receipt_key: PublicKey,
    /// When it came.
    pub at: Timestamp,
    /// The joining as it was signed.
    pub bytes: Vec<u8>,
}

/// Somebody whose credential counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// What the desk knows it by: everything that is kept of it stands under this.
    pub credential: CredentialHash,
    /// Batches of look-ups that a slot allows.
    pub budget: u64,
    /// The key that signs its receipts and sightings.
    pub receipt_key: Option<PublicKey>,
    /// Whether it joined: then its code opens nothing.
    pub has_joined: bool,
}

impl FrontStore {
    /// Who shows a credential of this hash; nobody when it does not count, or was exchanged for another.
    ///
    /// # Errors
    /// What fails in the database.
    pub async fn known(&self, shown: CredentialHash) -> Result<Option<Known>, StoreError> {
        let sql = "SELECT hash, budget, receipt_key FROM credential WHERE shown = $1";
        let row = self.read().await?.row(sql, values![shown]).await?;
        let known = |mut row: Row| {
            let (credential, budget, receipt_key) = (row.take()?, row.take()?, row.take()?);
            Ok(Known { credential, budget, receipt_key, has_joined: credential != shown })
        };
        row.map(known).transpose()
    }

    /// Exchanges what a code opened for what its party chose. It is done once.
    ///
    /// # Errors
    /// [`StoreError::Denied`] when the credential does not count, [`StoreError::Taken`] when it was exchanged already, or for another's.
    pub async fn join(&self, new: &JoinedParty) -> Result<(), StoreError> {
        let mut session = self.write_alone().await?;
        let sql = "UPDATE credential SET shown = $2, receipt_key = $3 WHERE hash = $1 AND shown = hash
                   AND NOT EXISTS (SELECT 1 FROM credential o WHERE o.shown = $2 OR o.hash = $2)";
        if session.run(sql, values![new.credential, new.shown, new.receipt_key]).await? == 0 {
            let there = session.row("SELECT budget FROM credential WHERE hash = $1", values![new.credential]).await?;
            return Err(there.map_or(StoreError::Denied, |_| StoreError::Taken("joining")));
        }
        let sql = "INSERT INTO joined (credential, shown, receipt_key, at, bytes) VALUES ($1, $2, $3, $4, $5)";
        let at = new.at.as_microsecond();
        session.run(sql, values![new.credential, new.shown, new.receipt_key, at, new.bytes.as_slice()]).await?;
        session.commit().await
    }

    /// Who joined, for the desk.
    ///
    /// # Errors
    /// What fails in the database.
    pub async fn joined_parties(&self) -> Result<Vec<JoinedParty>, StoreError> {
        let sql = "SELECT credential, shown, receipt_key, at, bytes FROM joined ORDER BY at, credential";
        let rows = self.read().await?.rows(sql, values![]).await?;
        let one = |mut row: Row| {
            Ok(JoinedParty {
                credential: row.take()?,
                shown: row.take()?,
                receipt_key: row.take()?,
                at: time(row.take()?)?,
                bytes: row.take()?,
            })
        };
        rows.into_iter().map(one).collect()
    }
}
