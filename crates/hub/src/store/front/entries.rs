//! Entries come into a stream and leave it. Whoever calls holds the stream ([`Held`]), so numbers have no gaps and times only grow.

use jiff::Timestamp;

use super::{NewEntry, marking::rank};
use crate::store::{
    Digest, Epoch, ObjectId, ReleaseNumber, Sequence, StoreError, StreamId, Version,
    engine::{Session, Value, values},
    values::end,
};

/// Entries that one statement inserts at the most; below it, powers of two, so that few statements are prepared.
const TOGETHER: usize = 64;
const COLUMNS: usize = 12;

/// A stream whose row is locked until the session ends: others who would change it wait.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) id: i64,
    pub(super) number: ReleaseNumber,
    pub(super) epoch: Epoch,
    pub(super) digest: Option<Digest>,
    pub(super) sequence: Sequence,
    added: i64,
    ceiling: i64,
}

/// Takes hold of a stream. An update that changes nothing locks its row in both engines.
pub(super) async fn hold(session: &mut dyn Session, stream: StreamId) -> Result<Held, StoreError> {
    let sql = "UPDATE stream SET head_seq = head_seq WHERE uuid = $1
               RETURNING id, head_number, head_epoch, head_digest, head_seq, head_added, ceiling";
    let mut row = session.row(sql, values![stream]).await?.ok_or(StoreError::UnknownStream)?;
    Ok(Held {
        id: row.take()?,
        number: row.take()?,
        epoch: row.take()?,
        digest: row.take()?,
        sequence: row.take()?,
        added: row.take()?,
        ceiling: row.take()?,
    })
}

/// Adds entries at the end of the stream and tells when they count as added: now, or just after the last ones where a clock went back.
pub(super) async fn add(
    session: &mut dyn Session,
    held: &mut Held,
    entries: &[NewEntry],
    now: Timestamp,
) -> Result<(), StoreError> {
    if let Some(secret) = entries.iter().find(|entry| rank(entry.marking) > held.ceiling) {
        return Err(StoreError::TooSecret { object: secret.object.to_string() });
    }
    if entries.is_empty() {
        return Ok(());
    }
    held.added = now.as_microsecond().max(held.added.saturating_add(1));
    let before = held.sequence;
    let sql = "INSERT INTO batch (stream, added, first_seq) VALUES ($1, $2, $3)";
    session.run(sql, values![held.id, held.added, before.next()]).await?;
    let mut rest = entries;
    while !rest.is_empty() {
        let (now, later) = rest.split_at(run_length(rest.len()));
        insert(session, held, now).await?;
        rest = later;
    }
    let sql = "UPDATE stream SET head_seq = $2, head_added = $3 WHERE id = $1";
    session.run(sql, values![held.id, held.sequence, held.added]).await?;
    supersede(session, held.id, before).await
}

/// The largest power of two that is not above this number, nor above [`TOGETHER`].
fn run_length(left: usize) -> usize {
    let mut length = TOGETHER;
    while length > left.max(1) {
        length /= 2;
    }
    length
}

async fn insert(session: &mut dyn Session, held: &mut Held, entries: &[NewEntry]) -> Result<(), StoreError> {
    let mut sql = String::from(
        "INSERT INTO entry (stream, seq, added, version, expires, tlp, newest, oldest, object, type, spec_version, json) VALUES ",
    );
    let mut bound: Vec<Value> = Vec::with_capacity(entries.len() * COLUMNS);
    for (row, entry) in entries.iter().enumerate() {
        held.sequence = held.sequence.next();
        let places: Vec<String> = (1..=COLUMNS).map(|column| format!("${}", row * COLUMNS + column)).collect();
        sql.push_str(if row == 0 { "(" } else { ", (" });
        sql.push_str(&places.join(", "));
        sql.push(')');
        let (version, expires) = (entry.version.microseconds(), end(entry.expires));
        bound.extend(values![held.id, held.sequence, held.added, version, expires, rank(entry.marking), 1_i64, 1_i64]);
        bound.extend(values![&entry.object, &entry.kind, &entry.spec_version, entry.json.as_str()]);
    }
    match session.run(&sql, bound).await {
        Err(StoreError::Taken(_)) => Err(StoreError::Twice { object: twice(entries) }),
        other => other.map(|_| ()),
    }
}

/// Which entry it was cannot be asked in a transaction that failed; the run is at least named by its first.
fn twice(entries: &[NewEntry]) -> String {
    match entries {
        [one] => one.object.to_string(),
        many => many
            .first()
            .map_or_else(String::new, |first| format!("{} or one of {} after it", first.object, many.len() - 1)),
    }
}

/// Sets what the entries after `before` change for the versions of the same objects: which is newest and oldest, and when all end.
async fn supersede(session: &mut dyn Session, stream: i64, before: Sequence) -> Result<(), StoreError> {
    let touched = "SELECT n.object FROM entry n WHERE n.stream = $1 AND n.seq > $2";
    let other = "SELECT 1 FROM entry o WHERE o.stream = $1 AND o.object = entry.object AND o.version";
    let newest = format!(
        "UPDATE entry SET newest = 0 WHERE stream = $1 AND object IN ({touched}) AND EXISTS ({other} > entry.version)"
    );
    let oldest = format!(
        "UPDATE entry SET oldest = 0 WHERE stream = $1 AND object IN ({touched}) AND EXISTS ({other} < entry.version)"
    );
    let ends = format!(
        "UPDATE entry SET expires = (SELECT l.expires FROM entry l WHERE l.stream = $1 AND l.object = entry.object
                                     ORDER BY l.version DESC LIMIT 1)
         WHERE stream = $1 AND newest = 0 AND object IN ({touched})"
    );
    for sql in [newest, oldest, ends] {
        session.run(&sql, values![stream, before]).await?;
    }
    Ok(())
}

/// Takes an object out of the stream, or one version of it. Returns how many entries went.
pub(super) async fn remove(
    session: &mut dyn Session,
    stream: i64,
    object: &ObjectId,
    version: Option<Version>,
) -> Result<u64, StoreError> {
    let Some(version) = version else {
        return session.run("DELETE FROM entry WHERE stream = $1 AND object = $2", values![stream, object]).await;
    };
    let sql = "DELETE FROM entry WHERE stream = $1 AND object = $2 AND version = $3";
    let gone = session.run(sql, values![stream, object, version.microseconds()]).await?;
    for (column, end) in [("newest", "max"), ("oldest", "min")] {
        let sql = format!(
            "UPDATE entry SET {column} = 1 WHERE stream = $1 AND object = $2
             AND version = (SELECT {end}(version) FROM entry WHERE stream = $1 AND object = $2)"
        );
        session.run(&sql, values![stream, object]).await?;
    }
    Ok(gone)
}
