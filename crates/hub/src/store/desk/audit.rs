//! Who did what: a chain of hashes, so that a line that was changed or taken out is seen, and a cut end by who noted the head.

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use super::{Act, DeskStore};
use crate::store::{
    Digest, Sequence, StoreError,
    engine::{Row, Session, values},
    values::time,
};

/// Keeps these hashes apart from all others of the program.
const DOMAIN: &[u8] = b"vauban desk audit 1\0";
/// Lines that are checked in one go.
const AT_ONCE: u64 = 1_000;

/// A line of the trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// Its number, from 1.
    pub sequence: Sequence,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub who: String,
    /// What, as a line of text.
    pub what: String,
    /// The hash over all of it and the hash before.
    pub hash: Digest,
}

/// The end of the trail: worth noting elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuditHead {
    /// The last number; 0 when there is none.
    pub sequence: Sequence,
    /// The last hash; zeros when there is none.
    pub hash: Digest,
}

/// Whether the trail is whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audited {
    /// It is, up to here.
    Whole(AuditHead),
    /// It is not, from this line on.
    Broken(Sequence),
}

impl DeskStore {
    /// Writes a line that belongs to no change of this store.
    ///
    /// # Errors
    /// What fails in the database.
    pub async fn note(&self, act: Act<'_>, what: &str) -> Result<(), StoreError> {
        let mut session = self.write().await?;
        write(&mut *session, act, what).await?;
        session.commit().await
    }

    /// The lines after a number, up to so many.
    ///
    /// # Errors
    /// What fails in the database.
    pub async fn audit(&self, after: Sequence, most: u64) -> Result<Vec<AuditEntry>, StoreError> {
        lines(&mut *self.read().await?, after, most).await
    }

    /// Walks the whole trail; with a head that was noted elsewhere, that the trail passes through it, too.
    ///
    /// # Errors
    /// What fails in the database.
    pub async fn verify_audit(&self, noted: Option<AuditHead>) -> Result<Audited, StoreError> {
        let mut session = self.read().await?;
        let mut head = AuditHead { sequence: Sequence(0), hash: Digest([0; 32]) };
        loop {
            let some = lines(&mut *session, head.sequence, AT_ONCE).await?;
            if some.is_empty() {
                break;
            }
            for line in some {
                let is_next = line.sequence == head.sequence.next();
                let expected = hash(&head, line.at.as_microsecond(), &line.who, &line.what);
                let is_as_noted = noted.is_none_or(|noted| noted.sequence != line.sequence || noted.hash == line.hash);
                if !is_next || line.hash != expected || !is_as_noted {
                    return Ok(Audited::Broken(head.sequence.next()));
                }
                head = AuditHead { sequence: line.sequence, hash: line.hash };
            }
        }
        match noted {
            Some(noted) if noted.sequence > head.sequence => Ok(Audited::Broken(head.sequence.next())),
            _ => Ok(Audited::Whole(head)),
        }
    }
}

/// Writes a line at the end of the trail; the session writes alone.
pub(super) async fn write(session: &mut dyn Session, act: Act<'_>, what: &str) -> Result<(), StoreError> {
    let last = session.row("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1", values![]).await?;
    let head = match last {
        Some(mut row) => AuditHead { sequence: row.take()?, hash: row.take()? },
        None => AuditHead { sequence: Sequence(0), hash: Digest([0; 32]) },
    };
    let at = act.at.as_microsecond();
    let hash = hash(&head, at, act.who, what);
    let sql = "INSERT INTO audit (seq, at, who, what, hash) VALUES ($1, $2, $3, $4, $5)";
    session.run(sql, values![head.sequence.next(), at, act.who, what, hash]).await?;
    Ok(())
}

/// Every field with its length, so that no two lines read as one.
fn hash(before: &AuditHead, at: i64, who: &str, what: &str) -> Digest {
    let mut hasher = Sha256::new();
    hasher.update(DOMAIN);
    hasher.update(before.hash.0);
    hasher.update(before.sequence.next().0.to_be_bytes());
    hasher.update(at.to_be_bytes());
    for text in [who, what] {
        hasher.update((text.len() as u64).to_be_bytes());
        hasher.update(text);
    }
    Digest(hasher.finalize().into())
}

async fn lines(session: &mut dyn Session, after: Sequence, most: u64) -> Result<Vec<AuditEntry>, StoreError> {
    let sql = "SELECT seq, at, who, what, hash FROM audit WHERE seq > $1 ORDER BY seq LIMIT $2";
    let line = |mut row: Row| {
        Ok(AuditEntry {
            sequence: row.take()?,
            at: time(row.take()?)?,
            who: row.take()?,
            what: row.take()?,
            hash: row.take()?,
        })
    };
    session.rows(sql, values![after, most]).await?.into_iter().map(line).collect()
}
