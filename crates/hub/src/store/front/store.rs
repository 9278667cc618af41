//! The front's store: opening it, and what needs one statement: budgets and the log of keys.

use std::{path::Path, sync::Arc};

use jiff::Timestamp;

use super::{KeyEntry, Spent};
use crate::store::{
    CredentialHash, Epoch, Place, Sequence, StoreError,
    engine::{self, Engine, Intent, Role, Schema, Session, values},
    values::time,
};

pub(super) const SCHEMA: Schema = Schema {
    role: Role::Front,
    steps: &[
        include_str!("schema.sql"),
        include_str!("joined.sql"),
        include_str!("orders.sql"),
        include_str!("counts.sql"),
    ],
};

/// What the front keeps. Several fronts may share one PostgreSQL database.
///
/// All that a party is told comes out of questions that hold its credential; every number in an answer is its stream's own.
#[derive(Debug, Clone)]
pub struct FrontStore {
    engine: Arc<dyn Engine>,
}

impl FrontStore {
    /// Opens the database, making what is missing of it.
    ///
    /// # Errors
    /// When it cannot be reached, is another's, or was written by a newer program.
    pub async fn open(place: &Place) -> Result<Self, StoreError> {
        Ok(Self { engine: engine::open(place, &SCHEMA).await? })
    }

    /// Writes a copy of the database, as it is at this moment, into a file that is not there yet. SQLite only.
    ///
    /// # Errors
    /// [`StoreError::OwnTools`] with PostgreSQL, [`StoreError::Exists`], and what keeps it from being written.
    pub async fn backup(&self, to: &Path) -> Result<(), StoreError> {
        self.engine.backup(to).await
    }

    /// Takes what was deleted out of the log that lies beside an SQLite file, as far as nobody reads it at this moment. PostgreSQL
    /// keeps its own log until it is recycled.
    ///
    /// # Errors
    /// What fails in the database.
    pub async fn empty_log(&self) -> Result<(), StoreError> {
        self.engine.empty_log().await
    }

    /// Lets go of the database.
    ///
    /// # Errors
    /// None in practice.
    pub async fn close(&self) -> Result<(), StoreError> {
        self.engine.close().await
    }

    /// Takes `count` blind look-ups from what a credential may spend in a slot: all of them or none.
    ///
    /// # Errors
    /// [`StoreError::Denied`] for a credential that does not count; else what fails in the database.
    pub async fn spend(&self, credential: CredentialHash, slot: i64, count: u64) -> Result<Spent, StoreError> {
        let mut session = self.write().await?;
        let allowed = session.row("SELECT budget FROM credential WHERE hash = $1", values![credential]).await?;
        let allowed: u64 = allowed.ok_or(StoreError::Denied)?.take()?;
        if count > allowed {
            return Ok(Spent::Exhausted);
        }
        // One statement compares and takes, so that two fronts cannot both take the last one.
        let sql = "INSERT INTO budget (credential, slot, used) VALUES ($1, $2, $3)
                   ON CONFLICT (credential, slot) DO UPDATE SET used = budget.used + excluded.used
                   WHERE budget.used + excluded.used <= $4 RETURNING used";
        let spent = session.row(sql, values![credential, slot, count, allowed]).await?;
        session.commit().await?;
        spent.map_or(Ok(Spent::Exhausted), |mut row| Ok(Spent::Left(allowed.saturating_sub(row.take()?))))
    }

    /// Gives back what was spent for nothing. More than was spent is not given.
    ///
    /// # Errors
    /// What fails in the database; then it stays spent.
    pub async fn give_back(&self, credential: CredentialHash, slot: i64, count: u64) -> Result<(), StoreError> {
        let mut session = self.write().await?;
        let sql = "UPDATE budget SET used = used - $3 WHERE credential = $1 AND slot = $2 AND used >= $3";
        session.run(sql, values![credential, slot, count]).await?;
        session.commit().await
    }

    /// Adds an entry to the log of keys. An entry that is there already may come again.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when another entry stands there, [`StoreError::NotNext`] when one is left out,
    /// [`StoreError::EpochWentBack`] when the epoch does not grow.
    pub async fn append_key(&self, new: &KeyEntry) -> Result<(), StoreError> {
        let mut session = self.write_alone().await?;
        append_key(&mut *session, new).await?;
        session.commit().await
    }

    /// The log of keys after an entry, up to so many. It is the same for every party.
    ///
    /// # Errors
    /// What fails in the database.
    pub async fn keys(&self, after: Sequence, most: u64) -> Result<Vec<KeyEntry>, StoreError> {
        let sql = "SELECT seq, epoch, entry, at FROM key_log WHERE seq > $1 ORDER BY seq LIMIT $2";
        let rows = self.read().await?.rows(sql, values![after, most]).await?;
        let entry = |mut row: engine::Row| {
            Ok(KeyEntry { sequence: row.take()?, epoch: row.take()?, entry: row.take()?, at: time(row.take()?)? })
        };
        rows.into_iter().map(entry).collect()
    }

    /// The time of the last thing that came into any stream of this credential, for `Last-Modified` and the like.
    ///
    /// # Errors
    /// What fails in the database.
    pub async fn last_added(&self, credential: CredentialHash) -> Result<Option<Timestamp>, StoreError> {
        let sql = "SELECT max(s.head_added) FROM reader r JOIN stream s ON s.id = r.stream WHERE r.credential = $1";
        let last: Option<i64> = self.read().await?.one(sql, values![credential]).await?.take()?;
        last.filter(|last| *last > 0).map(time).transpose()
    }

    pub(in crate::store) async fn read(&self) -> Result<Box<dyn Session>, StoreError> {
        self.engine.begin(Intent::Read).await
    }

    pub(super) async fn write(&self) -> Result<Box<dyn Session>, StoreError> {
        self.engine.begin(Intent::Write).await
    }

    pub(super) async fn write_alone(&self) -> Result<Box<dyn Session>, StoreError> {
        self.engine.begin(Intent::WriteAlone).await
    }
}

/// Adds an entry in a session that writes alone.
pub(super) async fn append_key(session: &mut dyn Session, new: &KeyEntry) -> Result<(), StoreError> {
    let there = session.row("SELECT epoch, entry FROM key_log WHERE seq = $1", values![new.sequence]).await?;
    if let Some(mut row) = there {
        let is_same = row.take::<Epoch>()? == new.epoch && row.take::<Vec<u8>>()? == new.entry;
        return if is_same { Ok(()) } else { Err(StoreError::Taken("key")) };
    }
    let last = "SELECT seq, epoch FROM key_log ORDER BY seq DESC LIMIT 1";
    let (sequence, epoch) = match session.row(last, values![]).await? {
        Some(mut row) => (row.take::<Sequence>()?, Some(row.take::<Epoch>()?)),
        None => (Sequence(0), None),
    };
    if new.sequence != sequence.next() {
        return Err(StoreError::NotNext { expected: sequence.next().0, found: new.sequence.0 });
    }
    if let Some(last) = epoch.filter(|last| *last >= new.epoch) {
        return Err(StoreError::EpochWentBack { last: last.0, found: new.epoch.0 });
    }
    let sql = "INSERT INTO key_log (seq, epoch, entry, at) VALUES ($1, $2, $3, $4)";
    session.run(sql, values![new.sequence, new.epoch, new.entry.as_slice(), new.at.as_microsecond()]).await?;
    Ok(())
}
