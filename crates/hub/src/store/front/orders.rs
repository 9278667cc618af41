//! Orders of a desk that came on a stick: each is done once, in its place, in one transaction with the note that it was done.

use jiff::Timestamp;
use uuid::Uuid;

use super::{
    Audience, CountsKey, FrontStore, KeyEntry, Publication, Published, audience, counts, inbox, publish, receipts,
    store,
};
use crate::store::{
    Digest, OrderNumber, PublicKey, ReleaseNumber, StoreError, StreamId,
    engine::{Row, Session, values},
};

/// Which order, by its number and the digest of its line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OrderMark {
    /// Its number.
    pub number: OrderNumber,
    /// The SHA-256 of its line.
    pub digest: Digest,
}

/// An order that is being done. Dropped before [`Self::commit`], nothing of it was.
pub struct Doing {
    session: Box<dyn Session>,
    now: Timestamp,
}

impl FrontStore {
    /// The last order that was done.
    ///
    /// # Errors
    /// What fails in the database.
    pub async fn last_order(&self) -> Result<Option<OrderMark>, StoreError> {
        last(&mut *self.read().await?).await
    }

    /// The digest of an order that was done.
    ///
    /// # Errors
    /// What fails in the database.
    pub async fn done_order(&self, number: OrderNumber) -> Result<Option<Digest>, StoreError> {
        done(&mut *self.read().await?, number).await
    }

    /// Begins to do an order; none when this very one was done. Nobody else does one meanwhile.
    ///
    /// # Errors
    /// [`StoreError::NotNext`] when one is left out, [`StoreError::Taken`] when another was done under this number; else what fails in
    /// the database.
    pub async fn begin_order(&self, order: OrderMark, now: Timestamp) -> Result<Option<Doing>, StoreError> {
        let mut session = self.write_alone().await?;
        if let Some(digest) = done(&mut *session, order.number).await? {
            return if digest == order.digest { Ok(None) } else { Err(StoreError::Taken("order")) };
        }
        let due = last(&mut *session).await?.map_or(OrderNumber(0), |last| last.number).next();
        if order.number != due {
            return Err(StoreError::NotNext { expected: due.0, found: order.number.0 });
        }
        let sql = "INSERT INTO done_order (number, digest, at) VALUES ($1, $2, $3)";
        session.run(sql, values![order.number, order.digest, now.as_microsecond()]).await?;
        Ok(Some(Doing { session, now }))
    }
}

impl Doing {
    /// As [`FrontStore::append_key`].
    ///
    /// # Errors
    /// The same.
    pub async fn append_key(&mut self, new: &KeyEntry) -> Result<(), StoreError> {
        store::append_key(&mut *self.session, new).await
    }

    /// As [`FrontStore::set_audience`].
    ///
    /// # Errors
    /// The same.
    pub async fn set_audience(&mut self, audience: &Audience) -> Result<(), StoreError> {
        audience::set_audience(&mut *self.session, audience).await
    }

    /// As [`FrontStore::publish`].
    ///
    /// # Errors
    /// The same.
    pub async fn publish(&mut self, new: &Publication) -> Result<Published, StoreError> {
        publish::publish(&mut *self.session, new, self.now).await
    }

    /// As [`FrontStore::countersign`].
    ///
    /// # Errors
    /// The same.
    pub async fn countersign(
        &mut self,
        receipt: (StreamId, ReleaseNumber, PublicKey),
        seen: &[u8],
    ) -> Result<(), StoreError> {
        receipts::countersign(&mut *self.session, receipt, seen).await
    }

    /// As [`FrontStore::taken`], but what was forgotten meanwhile needs nothing any more.
    ///
    /// # Errors
    /// What fails in the database.
    pub async fn taken(&mut self, id: Uuid, status: &str) -> Result<(), StoreError> {
        inbox::take(&mut *self.session, id, status).await.map(|_| ())
    }

    /// As [`FrontStore::counts_taken`].
    ///
    /// # Errors
    /// The same.
    pub async fn counts_taken(&mut self, key: CountsKey) -> Result<(), StoreError> {
        counts::take(&mut *self.session, key).await
    }

    /// Keeps all of it.
    ///
    /// # Errors
    /// What fails in the database.
    pub async fn commit(self) -> Result<(), StoreError> {
        self.session.commit().await
    }
}

async fn last(session: &mut dyn Session) -> Result<Option<OrderMark>, StoreError> {
    let sql = "SELECT number, digest FROM done_order ORDER BY number DESC LIMIT 1";
    let mark = |mut row: Row| Ok(OrderMark { number: row.take()?, digest: row.take()? });
    session.row(sql, values![]).await?.map(mark).transpose()
}

async fn done(session: &mut dyn Session, number: OrderNumber) -> Result<Option<Digest>, StoreError> {
    let row = session.row("SELECT digest FROM done_order WHERE number = $1", values![number]).await?;
    row.map(|mut row| row.take()).transpose()
}
