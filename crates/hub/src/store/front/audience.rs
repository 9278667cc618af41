//! Who may read which stream. The desk hands the whole of it over; the front knows hashes, never names.

use super::{Audience, Credential, FrontStore, StreamInfo, StreamView, marking::rank};
use crate::store::{
    CredentialHash, StoreError,
    engine::{Row, Session, values},
};
use vauban_model::Marking;

impl FrontStore {
    /// Replaces who may read what. A stream that is no more goes with all that it holds; one that stays keeps it. Who joined shows
    /// what it showed before.
    ///
    /// # Errors
    /// [`StoreError::UnknownStream`] when a credential opens a stream that is not listed; else what fails in the database.
    pub async fn set_audience(&self, audience: &Audience) -> Result<(), StoreError> {
        let mut session = self.write_alone().await?;
        set_audience(&mut *session, audience).await?;
        session.commit().await
    }

    /// The streams that a credential opens, by title and id. Empty for one that does not count.
    ///
    /// # Errors
    /// What fails in the database.
    pub async fn streams(&self, credential: CredentialHash) -> Result<Vec<StreamView>, StoreError> {
        let sql = "SELECT s.uuid, s.title, s.description, s.ceiling, r.may_write,
                          s.head_number, s.head_epoch, s.head_digest, s.head_seq
                   FROM reader r JOIN stream s ON s.id = r.stream WHERE r.credential = $1 ORDER BY s.uuid";
        let rows = self.read().await?.rows(sql, values![credential]).await?;
        rows.into_iter().map(view).collect()
    }
}

/// Replaces it in a session that writes alone.
pub(super) async fn set_audience(session: &mut dyn Session, audience: &Audience) -> Result<(), StoreError> {
    for gone in streams_that_go(session, audience).await? {
        session.run("DELETE FROM stream WHERE id = $1", values![gone]).await?;
    }
    for stream in &audience.streams {
        set_stream(session, stream).await?;
    }
    session.run("DELETE FROM credential", values![]).await?;
    for credential in &audience.credentials {
        set_credential(session, credential).await?;
    }
    let strangers = "DELETE FROM joined WHERE credential NOT IN (SELECT hash FROM credential)";
    session.run(strangers, values![]).await?;
    Ok(())
}

async fn streams_that_go(session: &mut dyn Session, audience: &Audience) -> Result<Vec<i64>, StoreError> {
    let mut gone = Vec::new();
    for mut row in session.rows("SELECT id, uuid FROM stream", values![]).await? {
        let (number, id) = (row.take::<i64>()?, row.take()?);
        if audience.streams.iter().all(|stream| stream.id != id) {
            gone.push(number);
        }
    }
    Ok(gone)
}

async fn set_stream(session: &mut dyn Session, stream: &StreamInfo) -> Result<(), StoreError> {
    let sql = "INSERT INTO stream
                   (id, uuid, title, description, ceiling, head_number, head_epoch, head_seq, head_added)
               VALUES ((SELECT coalesce(max(id), 0) + 1 FROM stream), $1, $2, $3, $4, 0, 0, 0, 0)
               ON CONFLICT (uuid) DO UPDATE
               SET title = excluded.title, description = excluded.description, ceiling = excluded.ceiling";
    let ceiling = rank(if stream.is_for_one { Marking::AmberStrict } else { Marking::Amber });
    session.run(sql, values![stream.id, stream.title.as_str(), stream.description.as_str(), ceiling]).await?;
    Ok(())
}

async fn set_credential(session: &mut dyn Session, credential: &Credential) -> Result<(), StoreError> {
    let sql = "INSERT INTO credential (hash, receipt_key, budget, shown) VALUES
                   ($1, coalesce($2, (SELECT receipt_key FROM joined WHERE credential = $1)), $3,
                    coalesce((SELECT shown FROM joined WHERE credential = $1), $1))";
    let key = credential.receipt_key.map(|key| key.0.to_vec());
    session.run(sql, values![credential.hash, key, credential.budget]).await?;
    for reading in &credential.streams {
        let sql = "INSERT INTO reader (credential, stream, may_write) SELECT $1, id, $3 FROM stream WHERE uuid = $2";
        let changed = session.run(sql, values![credential.hash, reading.stream, reading.may_write]).await?;
        if changed == 0 {
            return Err(StoreError::UnknownStream);
        }
    }
    Ok(())
}

fn view(mut row: Row) -> Result<StreamView, StoreError> {
    let info = StreamInfo {
        id: row.take()?,
        title: row.take()?,
        description: row.take()?,
        is_for_one: row.take::<i64>()? == rank(Marking::AmberStrict),
    };
    Ok(StreamView {
        info,
        may_write: row.take()?,
        head: row.take()?,
        epoch: row.take()?,
        digest: row.take()?,
        sequence: row.take()?,
    })
}
