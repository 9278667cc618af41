//! Releases as they were published: manifest, signature and files, for whoever reads the stream.

use jiff::Timestamp;

use super::{FrontStore, publish::CHUNK};
use crate::store::{
    CredentialHash, Digest, Epoch, PartName, ReleaseNumber, StoreError, StreamId,
    engine::{Row, values},
    values::time,
};

/// A release as it was published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRelease {
    /// Its number.
    pub number: ReleaseNumber,
    /// Its epoch.
    pub epoch: Epoch,
    /// The digest of its manifest.
    pub digest: Digest,
    /// The manifest as it was signed.
    pub manifest: Vec<u8>,
    /// The signature.
    pub signature: Vec<u8>,
    /// When the front took it.
    pub published: Timestamp,
}

/// A file of a release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartInfo {
    /// Its name.
    pub name: PartName,
    /// Its length in bytes.
    pub bytes: u64,
    /// How many pieces it is fetched in.
    pub chunks: u64,
}

/// The stream, if the credential opens it.
const OF_STREAM: &str =
    "stream = (SELECT s.id FROM reader r JOIN stream s ON s.id = r.stream WHERE r.credential = $1 AND s.uuid = $2)";

impl FrontStore {
    /// The releases of a stream after a number, up to so many. Empty, too, when the credential does not open the stream.
    ///
    /// # Errors
    /// What fails in the database.
    pub async fn releases(
        &self,
        credential: CredentialHash,
        stream: StreamId,
        after: ReleaseNumber,
        most: u64,
    ) -> Result<Vec<StoredRelease>, StoreError> {
        let sql = format!(
            "SELECT number, epoch, digest, manifest, signature, published FROM release
             WHERE {OF_STREAM} AND number > $3 ORDER BY number LIMIT $4"
        );
        let rows = self.read().await?.rows(&sql, values![credential, stream, after, most]).await?;
        rows.into_iter().map(release).collect()
    }

    /// The files of a release, by name.
    ///
    /// # Errors
    /// What fails in the database.
    pub async fn parts(
        &self,
        credential: CredentialHash,
        stream: StreamId,
        number: ReleaseNumber,
    ) -> Result<Vec<PartInfo>, StoreError> {
        let sql = format!(
            "SELECT name, sum(length(bytes)), count(*) FROM part WHERE {OF_STREAM} AND number = $3
             GROUP BY name ORDER BY name"
        );
        let rows = self.read().await?.rows(&sql, values![credential, stream, number]).await?;
        let part = |mut row: Row| Ok(PartInfo { name: row.take()?, bytes: row.take()?, chunks: row.take()? });
        rows.into_iter().map(part).collect()
    }

    /// A piece of a file, by its number from 0; all but the last have 1 MiB.
    ///
    /// # Errors
    /// What fails in the database.
    pub async fn chunk(
        &self,
        credential: CredentialHash,
        stream: StreamId,
        number: ReleaseNumber,
        name: &PartName,
        chunk: u64,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        let sql = format!("SELECT bytes FROM part WHERE {OF_STREAM} AND number = $3 AND name = $4 AND chunk = $5");
        let row = self.read().await?.row(&sql, values![credential, stream, number, name, chunk]).await?;
        row.map(|mut row| row.take()).transpose()
    }

    /// A whole file, where it is no longer than `most` bytes.
    ///
    /// # Errors
    /// What fails in the database.
    pub async fn part(
        &self,
        credential: CredentialHash,
        stream: StreamId,
        number: ReleaseNumber,
        name: &PartName,
        most: usize,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        let mut file = Vec::new();
        for chunk in 0.. {
            match self.chunk(credential, stream, number, name, chunk).await? {
                Some(bytes) if file.len() + bytes.len() <= most => {
                    let is_last = bytes.len() < CHUNK;
                    file.extend(bytes);
                    if is_last {
                        break;
                    }
                }
                Some(_) => return Ok(None),
                None if chunk == 0 => return Ok(None),
                None => break,
            }
        }
        Ok(Some(file))
    }
}

fn release(mut row: Row) -> Result<StoredRelease, StoreError> {
    Ok(StoredRelease {
        number: row.take()?,
        epoch: row.take()?,
        digest: row.take()?,
        manifest: row.take()?,
        signature: row.take()?,
        published: time(row.take()?)?,
    })
}
