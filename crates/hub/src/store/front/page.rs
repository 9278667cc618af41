//! A page of a stream: what a reader may see of it, in order, from a number on.

use jiff::Timestamp;

use super::{Asked, Detail, Entry, FrontStore, marking::marking, question::Question};
use crate::store::{
    Sequence, StoreError, Version,
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

/// A page of objects, joined as they stand in the answer to whoever asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Joined {
    /// The objects with a comma between them: what stands between the brackets of a list.
    pub json: String,
    /// How many they are.
    pub count: u64,
    /// When the first and the last of them were added; nothing when there are none.
    pub added: Option<(Timestamp, Timestamp)>,
    /// The number of the last: the cursor of the next page.
    pub last: Sequence,
    /// Whether more follow.
    pub more: bool,
}

impl FrontStore {
    /// The entries of a stream after a number that a credential may see now and that the filter asks for; at most so many.
    ///
    /// Nothing when the credential does not open the stream, or there is no such stream: the two cannot be told apart.
    ///
    /// # Errors
    /// [`StoreError::FilterTooWide`], and what fails in the database.
    pub async fn page(&self, asked: Asked<'_>, detail: Detail) -> Result<Option<Page>, StoreError> {
        let most = asked.most.clamp(1, MOST_ENTRIES);
        let mut session = self.read().await?;
        let Some(after) = start(&mut *session, asked).await? else { return Ok(None) };
        let Some(after) = after else { return Ok(Some(Page { entries: Vec::new(), more: false })) };
        let question = Question::entries(Asked { after, most: most + 1, ..asked }, detail)?;
        let mut rows = session.rows(&question.sql, question.values).await?;
        let kept = usize::try_from(most).unwrap_or(usize::MAX);
        let more = rows.len() > kept;
        rows.truncate(kept);
        let entries = rows.into_iter().map(|row| entry(row, detail)).collect::<Result<_, _>>()?;
        Ok(Some(Page { entries, more }))
    }

    /// The same objects as [`FrontStore::page`] gives, as one text that the database joins: a row for each object would cost twice as
    /// much as reading it.
    ///
    /// # Errors
    /// [`StoreError::FilterTooWide`], and what fails in the database.
    pub async fn joined(&self, asked: Asked<'_>) -> Result<Option<Joined>, StoreError> {
        let asked = Asked { most: asked.most.clamp(1, MOST_ENTRIES), ..asked };
        let mut session = self.read().await?;
        let Some(after) = start(&mut *session, asked).await? else { return Ok(None) };
        let Some(after) = after else { return Ok(Some(Joined::default())) };
        let question = Question::entries(Asked { after, ..asked }, Detail::Objects)?.joined();
        let mut row = session.one(&question.sql, question.values).await?;
        let (count, first, last): (u64, Option<i64>, Option<i64>) = (row.take()?, row.take()?, row.take()?);
        let (Some(first), Some(last)) = (first, last) else { return Ok(Some(Joined::default())) };
        let mut joined = Joined { count, added: Some((time(first)?, time(last)?)), ..Joined::default() };
        (joined.last, joined.json) = (row.take()?, row.take()?);
        if count == asked.most {
            let next = Asked { after: joined.last, most: 1, ..asked };
            let question = Question::entries(next, Detail::Manifest)?;
            joined.more = session.row(&question.sql, question.values).await?.is_some();
        }
        Ok(Some(joined))
    }
}

/// Where the page starts: after the cursor, or where the first batch begins that was added late enough. None outside when the
/// stream is not this credential's, none inside when nothing is late enough.
async fn start(session: &mut dyn Session, asked: Asked<'_>) -> Result<Option<Option<Sequence>>, StoreError> {
    let sql = "SELECT s.id FROM reader r JOIN stream s ON s.id = r.stream WHERE r.credential = $1 AND s.uuid = $2";
    let Some(mut row) = session.row(sql, values![asked.credential, asked.stream]).await? else { return Ok(None) };
    let Some(added_after) = asked.filter.added_after else { return Ok(Some(Some(asked.after))) };
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
