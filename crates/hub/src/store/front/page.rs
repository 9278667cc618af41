//! A page of a stream: what a reader may see of it, in order, from a number on.

use jiff::Timestamp;

use super::{
    Detail, Entry, Filter, FrontStore,
    marking::marking,
    question::{Asked, Question},
};
use crate::store::{
    CredentialHash, Sequence, StoreError, StreamId, Version,
    engine::{Row, Session, values},
    values::{ends, time},
};

/// Entries that one page holds at the most.
const MOST_ENTRIES: u64 = 10_000;

/// Entries of a stream, and whether there are more of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The entries, by their numbers.
    pub entries: Vec<Entry>,
    /// Whether more follow after the last one.
    pub more: bool,
}

impl FrontStore {
    /// The entries of a stream after a number that a credential may see now and that the filter asks for; at most so many.
    ///
    /// Nothing when the credential does not open the stream, or there is no such stream: the two cannot be told apart.
    ///
    /// # Errors
    /// [`StoreError::FilterTooWide`], and what fails in the database.
    pub async fn page(
        &self,
        credential: CredentialHash,
        stream: StreamId,
        filter: &Filter,
        after: Sequence,
        most: u64,
        detail: Detail,
        now: Timestamp,
    ) -> Result<Option<Page>, StoreError> {
        let most = most.clamp(1, MOST_ENTRIES);
        let asked = Asked { credential, stream, after, most: most + 1, detail, now };
        let mut session = self.read().await?;
        let Some(after) = start(&mut *session, asked, filter).await? else { return Ok(None) };
        let Some(after) = after else { return Ok(Some(Page { entries: Vec::new(), more: false })) };
        let mut filter = filter.clone();
        filter.types.sort();
        filter.types.dedup();
        let question = Question::entries(Asked { after, ..asked }, &filter)?;
        let mut rows = session.rows(&question.sql, question.values).await?;
        let kept = usize::try_from(most).unwrap_or(usize::MAX);
        let more = rows.len() > kept;
        rows.truncate(kept);
        let entries = rows.into_iter().map(|row| entry(row, detail)).collect::<Result<_, _>>()?;
        Ok(Some(Page { entries, more }))
    }
}

/// Where the page starts: after the cursor, or where the first batch begins that was added late enough. None outside when the
/// stream is not this credential's, none inside when nothing is late enough.
async fn start(
    session: &mut dyn Session,
    asked: Asked,
    filter: &Filter,
) -> Result<Option<Option<Sequence>>, StoreError> {
    let sql = "SELECT s.id FROM reader r JOIN stream s ON s.id = r.stream WHERE r.credential = $1 AND s.uuid = $2";
    let Some(mut row) = session.row(sql, values![asked.credential, asked.stream]).await? else { return Ok(None) };
    let Some(added_after) = filter.added_after else { return Ok(Some(Some(asked.after))) };
    let sql = "SELECT first_seq FROM batch WHERE stream = $1 AND added > $2 ORDER BY added LIMIT 1";
    let first = session.row(sql, values![row.take::<i64>()?, added_after.as_microsecond()]).await?;
    let first: Option<Sequence> = first.map(|mut row| row.take()).transpose()?;
    Ok(Some(first.map(|first| asked.after.max(Sequence(first.0.saturating_sub(1))))))
}

fn entry(mut row: Row, detail: Detail) -> Result<Entry, StoreError> {
    Ok(Entry {
        sequence: row.take()?,
        added: time(row.take()?)?,
        object: row.take()?,
        version: Version::new(time(row.take()?)?),
        kind: row.take()?,
        spec_version: row.take()?,
        marking: marking(row.take()?),
        expires: ends(row.take()?),
        json: if detail == Detail::Objects { Some(row.take()?) } else { None },
    })
}
